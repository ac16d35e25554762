// https in front of the gateway, for Chromium: what Cloudflare's edge does. WebSockets too.
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { certificate } from "../../browser/lib/sink.mjs";
import { PUBLIC } from "./gate.mjs";

/** The browser needs `flags`. `to(entry)` says where the gateway is, once it runs. */
export async function startFront() {
  let gate;
  const fieldsOf = (request) => [...request.rawHeaders, "MF-Original-URL", PUBLIC + request.url];
  const server = https.createServer(certificate(), (request, response) => {
    const options = { host: "127.0.0.1", port: gate.port, method: request.method, path: request.url, headers: fieldsOf(request), setHost: false };
    const upstream = http.request(options, (answer) => answer.pipe(response.writeHead(answer.statusCode, answer.rawHeaders)));
    upstream.on("error", () => response.destroy());
    request.pipe(upstream);
  });
  const sockets = new Set();
  server.on("upgrade", (request, socket, head) => {
    const upstream = net.connect(gate.port, "127.0.0.1", () => {
      const fields = fieldsOf(request);
      const lines = fields.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${fields[at + 1]}`] : []));
      upstream.write([`GET ${request.url} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    for (const one of [socket, upstream]) sockets.add(one.on("error", () => (socket.destroy(), upstream.destroy())));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { hostname } = new URL(PUBLIC);
  return {
    flags: [`--host-resolver-rules=MAP ${hostname} 127.0.0.1:${server.address().port}`, "--ignore-certificate-errors"],
    to: (entry) => (gate = entry),
    stop() {
      server.close();
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
    },
  };
}
