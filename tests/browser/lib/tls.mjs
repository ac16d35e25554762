// The gate and a partner's site, both over https: two sites of this machine, `127.0.0.1` and `localhost`, behind one
// listener. The browser needs `tls.flags`.

import http from "node:http";
import https from "node:https";
import { certificate } from "./sink.mjs";

/** `page`: what every address of the partner's is, or a function that says it. `to(entry)` says where the gate is, once it runs. */
export async function startTls(page = "<!doctype html><title>partner</title>") {
  let gate;
  const cookies = [];
  const sent = [];
  const server = https.createServer(certificate(), (request, response) => {
    if (request.headers.host.startsWith("localhost:")) return response.writeHead(200, { "content-type": "text/html" }).end(typeof page === "function" ? page() : page);
    sent.push(request.headers.cookie ?? "");
    // miniflare's entry takes the URL that a Worker sees from here; every other field stays as the browser wrote it.
    const fields = [...request.rawHeaders, "MF-Original-URL", `https://${request.headers.host}${request.url}`];
    const options = { host: "127.0.0.1", port: gate.port, method: request.method, path: request.url, headers: fields, setHost: false };
    const upstream = http.request(options, (answer) => {
      for (const cookie of answer.headers["set-cookie"] ?? []) cookies.push(cookie);
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    });
    upstream.on("error", () => response.destroy());
    return request.pipe(upstream);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    gate: `https://127.0.0.1:${port}`,
    partner: `https://localhost:${port}`,
    flags: ["--ignore-certificate-errors"],
    to: (entry) => (gate = entry),
    /** The Set-Cookie lines since the last call. */
    takeCookies: () => cookies.splice(0),
    /** What the gate got as cookies since the last call. */
    takeSent: () => sent.splice(0),
    stop: () => (server.close(), server.closeAllConnections()),
  };
}
