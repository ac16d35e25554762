// A client that leaves: it sends bytes and resets the connection at a moment that the fault names.

import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { HOST } from "../../e2e/lib/client.mjs";
import { cutOff } from "../../e2e/lib/cut.mjs";

/** The bytes of a request. */
export function bytesOf({ method, target, headers, body }) {
  const fields = Object.entries({ host: HOST, accept: "application/json", ...headers }).map(([name, value]) => `${name}: ${value}`);
  const length = body === undefined ? [] : [`content-length: ${Buffer.byteLength(body)}`];
  return Buffer.from(`${[`${method} ${target} HTTP/1.1`, ...fields, ...length].join("\r\n")}\r\n\r\n${body ?? ""}`);
}

const MOMENTS = {
  /** Some of its bytes, and never the rest: of a body its half, of a request without one its head but the last line. */
  "half-sent": async (socket, bytes) => {
    const head = bytes.indexOf("\r\n\r\n") + 4;
    const upTo = bytes.length > head ? head + ((bytes.length - head) >> 1) : head - 2;
    socket.write(bytes.subarray(0, upTo));
    await sleep(100);
  },
  "at-once": (socket, bytes) => new Promise((sent) => socket.write(bytes, sent)),
  waiting: async (socket, bytes) => {
    socket.write(bytes);
    await sleep(150);
  },
  answered: (socket, bytes) =>
    new Promise((came) => {
      socket.once("data", came);
      setTimeout(came, 5000);
      socket.write(bytes);
    }),
};

/** Sends the request and leaves at that moment. Answers with what had come until then. */
export async function leave(port, request, moment) {
  const socket = net.connect(port, "127.0.0.1");
  const came = [];
  socket.on("data", (chunk) => came.push(chunk)).on("error", () => {});
  await new Promise((connected) => socket.once("connect", connected));
  await MOMENTS[moment](socket, bytesOf(request));
  cutOff(socket);
  return Buffer.concat(came);
}
