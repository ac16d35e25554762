// The gate's http host: another name than the https one, behind a listener of its own.

import http from "node:http";

/** `to(entry)` says where the gate is, once it runs. The browser has to be told where `name` is. */
export async function startPlain(name = "old.gate.test") {
  let gate;
  const server = http.createServer((request, response) => {
    const fields = [...request.rawHeaders, "MF-Original-URL", `http://${request.headers.host}${request.url}`];
    const options = { host: "127.0.0.1", port: gate.port, method: request.method, path: request.url, headers: fields, setHost: false };
    const upstream = http.request(options, (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    });
    upstream.on("error", () => response.destroy());
    request.pipe(upstream);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `${name}:${server.address().port}`;
  return { name, host, url: `http://${host}`, to: (entry) => (gate = entry), stop: () => (server.close(), server.closeAllConnections()) };
}
