// Node alone, with the one line that every tutorial of a static server has for the path: decode the address, then parse it.
import { readFileSync } from "node:fs";
import http from "node:http";
import { parse } from "node:url";

const { watched } = JSON.parse(readFileSync(process.env.ORIGINS_SITE, "utf8"));

http.createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const { search } = new URL(request.url, "http://origin");
    const form = /^application\/x-www-form-urlencoded/i.test(request.headers["content-type"] ?? "") ? Buffer.concat(chunks).toString() : "";
    const cookies = (request.headers.cookie ?? "").split(";").map((pair) => [pair.split("=")[0].trim(), pair.split("=").slice(1).join("=")]);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({
      understood: true,
      resource: parse(decoded(request.url)).pathname,
      script: "",
      method: request.method,
      target: request.url,
      scheme: request.headers["x-forwarded-proto"] ?? "http",
      host: request.headers["x-forwarded-host"] ?? request.headers.host,
      query: found(new URLSearchParams(search), watched.parameters),
      form: found(new URLSearchParams(form), watched.parameters),
      cookies: found(new URLSearchParams(cookies), watched.cookies),
      user: request.headers["remote-user"],
      headers: pairs(request.rawHeaders),
    }));
  });
}).listen(Number(process.env.PORT), "127.0.0.1");

function decoded(url) {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

const found = (values, names) => Object.fromEntries(names.filter((name) => values.has(name)).map((name) => [name, values.getAll(name)]));
const pairs = (raw) => raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1]]] : []));
