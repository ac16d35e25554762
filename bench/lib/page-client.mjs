// The client of tags.mjs: big answers, of which it reads no more than it must, so that it leaves the processor to the server.

import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { HOST } from "./requests.mjs";

// Fetches once and returns { status, headers, body }. With `report`, it is told how many bytes came, and they are not kept.
export function fetchPage(port, target, headers = {}, report = undefined) {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: "127.0.0.1", port, path: target, headers: { Host: HOST, ...headers } });
    sent.on("error", reject).on("response", async (answer) => {
      try {
        const chunks = [];
        let length = 0;
        for await (const chunk of answer) {
          length += chunk.length;
          report?.(length);
          if (!report) chunks.push(chunk);
        }
        resolve({ status: answer.statusCode, headers: answer.headers, length, body: Buffer.concat(chunks) });
      } catch (error) {
        reject(error);
      }
    });
    sent.end();
  });
}

// Sends the same request `count` times over `connections` connections, each waiting for its answer before it sends again.
// Rejects when an answer is not a 200 with at least `size` bytes.
export function fetchMany(port, bytes, count, connections, size) {
  let sent = 0;
  const one = () =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      let answer = new Ending(size);
      const next = () => {
        if (sent >= count) return void socket.destroy();
        sent++;
        answer = new Ending(size);
        socket.write(bytes);
      };
      socket.on("connect", next);
      socket.on("data", (chunk) => {
        try {
          if (answer.take(chunk)) next();
        } catch (error) {
          socket.destroy(error);
        }
      });
      socket.on("error", reject);
      socket.on("close", () => (answer.isOver ? resolve() : reject(new Error("a connection closed before its answer came"))));
    });
  return Promise.all(Array.from({ length: Math.min(connections, count) }, one));
}

// Tells when an answer is over, from its last bytes: it is chunked, and nothing follows it on its connection. The pages have no
// carriage returns, so that no part of one looks like the end.
class Ending {
  isOver = true;
  #size;
  #length = 0;
  #tail = "";

  constructor(size) {
    this.#size = size;
  }

  take(chunk) {
    if (this.#length === 0) checkHead(chunk);
    this.#length += chunk.length;
    this.#tail = (this.#tail + chunk.toString("latin1", Math.max(0, chunk.length - END.length))).slice(-END.length);
    this.isOver = this.#tail === END;
    if (this.isOver && this.#length < this.#size) throw new Error(`an answer ended after ${this.#length} bytes`);
    return this.isOver;
  }
}

function checkHead(chunk) {
  const head = chunk.toString("latin1", 0, 2048);
  if (!/^HTTP\/1\.1 200 /.test(head)) throw new Error(`answered ${head.slice(0, 400)}`);
  if (!/\r\ntransfer-encoding: *chunked\r\n/i.test(head)) throw new Error(`not chunked: ${head.slice(0, 400)}`);
}

const END = "\r\n0\r\n\r\n";
