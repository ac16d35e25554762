// An origin at an address, which sees what really arrives: the request line's own bytes, every header field in the
// spelling in which it was sent, and a body that ends before its end.

import { createHash } from "node:crypto";
import http from "node:http";

/** `answer(request, response, body)`: what it says; without it, the address as JSON. */
export async function startOrigin(answer = echo) {
  const requests = [];
  const server = http.createServer((request, response) => {
    const chunks = [];
    const note = (isWhole) => {
      const { method, url, rawHeaders } = request;
      const names = rawHeaders.filter((_, at) => at % 2 === 0);
      const body = Buffer.concat(chunks);
      requests.push({ method, url, names, fields: request.headers, length: body.length, sha256: createHash("sha256").update(body).digest("hex"), body, isWhole });
    };
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => (note(true), answer(request, response, Buffer.concat(chunks))));
    request.on("error", () => note(false));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    host: `127.0.0.1:${server.address().port}`,
    /** The requests that arrived since the last call. */
    take: () => requests.splice(0),
    stop: () => (server.close(), server.closeAllConnections()),
  };
}

function echo(request, response) {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ url: request.url }));
}
