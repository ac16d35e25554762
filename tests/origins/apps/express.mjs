// Express with its usual settings: routes in any case and with or without a slash at the end, nested parameters, a
// trusted proxy. Says what it understood of each request.
import { readFileSync } from "node:fs";
import express from "express";

const { pages, folders, watched } = JSON.parse(readFileSync(process.env.ORIGINS_SITE, "utf8"));
const app = express();
app.set("trust proxy", true);
app.set("query parser", "extended");
app.use(express.urlencoded({ extended: true }));

for (const page of pages) app.all(page, (request, response) => understood(request, response, page));
for (const folder of folders) app.use(folder, (request, response) => understood(request, response, folder + decoded(request.path)));
app.use((request, response) => understood(request, response, decoded(request.path)));
app.use((error, request, response, next) => response.headersSent ? next(error) : response.status(error.status ?? 500).json({ refused: error.message }));
app.listen(Number(process.env.PORT), "127.0.0.1");

function understood(request, response, resource) {
  const cookies = Object.fromEntries((request.headers.cookie ?? "").split(";").map((pair) => [pair.split("=")[0].trim(), pair.split("=").slice(1).join("=")]));
  response.json({
    understood: true,
    resource,
    script: "",
    method: request.method,
    target: request.originalUrl,
    scheme: request.protocol,
    host: request.host,
    query: found(request.query, watched.parameters),
    form: found(request.body ?? {}, watched.parameters),
    cookies: found(cookies, watched.cookies),
    user: request.headers["remote-user"],
    headers: request.rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, request.rawHeaders[at + 1]]] : [])),
  });
}

function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function found(values, names) {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(values, name)).map((name) => [name, [values[name]].flat().map(String)]));
}
