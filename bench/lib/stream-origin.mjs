// An HTTP origin for stream.mjs: `GET …?n=BYTES` sends that many bytes, any body that comes is counted and the count is the
// answer.

import { createServer } from "node:http";
import { Readable } from "node:stream";

const CHUNK = Buffer.alloc(64 * 1024, "edgegate");

export async function startOrigin() {
  const server = createServer((request, response) => {
    const size = Number(new URL(request.url, "http://origin").searchParams.get("n"));
    if (request.method === "GET") send(response, size);
    else count(request, response);
  });
  // A body of this size takes longer than the default allows.
  server.requestTimeout = 0;
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    port: server.address().port,
    stop() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(closed));
    },
  };
}

export function* zeroCopyChunks(size) {
  for (let left = size; left > 0; left -= CHUNK.length) {
    yield left >= CHUNK.length ? CHUNK : CHUNK.subarray(0, left);
  }
}

function send(response, size) {
  response.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Length": size });
  Readable.from(zeroCopyChunks(size)).pipe(response);
}

function count(request, response) {
  let length = 0;
  request.on("data", (chunk) => (length += chunk.length));
  request.on("end", () => response.end(String(length)));
}
