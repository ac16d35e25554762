// An origin at an address, which sees what really arrives: the request line's own bytes, and every header field in
// the spelling in which it was sent.

import { createHash } from "node:crypto";
import http from "node:http";

export async function startOrigin() {
  const requests = [];
  const server = http.createServer((request, response) => {
    const digest = createHash("sha256");
    let length = 0;
    request.on("data", (chunk) => ((length += chunk.length), digest.update(chunk)));
    request.on("end", () => {
      const { method, url, rawHeaders } = request;
      const names = rawHeaders.filter((_, at) => at % 2 === 0);
      requests.push({ method, url, names, fields: request.headers, length, sha256: digest.digest("hex") });
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ url }));
    });
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
