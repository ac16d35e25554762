// A client that costs little: raw sockets that are kept, answers read with as few steps as will do. It has the calls of
// the other tests' client, and can leave a request at any moment.

import net from "node:net";
import { Answer, Client } from "../../e2e/lib/client.mjs";
import { cutOff } from "../../e2e/lib/cut.mjs";
import { bytesOf } from "../../faults/lib/leaving.mjs";

const IDLE_MS = 2000; // workerd's own patience is 5 s

export class Wire extends Client {
  #idle = [];
  #open = new Set();

  /** `note(sent)`: told of each request, and what to do with its answer. */
  constructor({ name, port, note }) {
    super({ name, port, seen: new Set(), decision: () => undefined });
    this.note = note;
  }

  async request(method, target, { headers, body } = {}) {
    const sent = this.note(target);
    const answer = await this.#exchange(bytesOf({ method, target, headers, body }), method);
    sent.answered(answer);
    return answer;
  }

  /** Sends a request, or as much of it as `share` says, and resets the connection after `ms`. */
  async leave(request, ms, share = 1) {
    const sent = this.note(request.target);
    const bytes = bytesOf(request);
    const socket = await this.#connect();
    socket.on("data", () => {});
    socket.write(bytes.subarray(0, Math.ceil(share * bytes.length)));
    await new Promise((due) => setTimeout(due, ms));
    cutOff(socket);
    sent.left();
  }

  close() {
    super.close();
    for (const socket of this.#open) socket.destroy();
  }

  async #exchange(bytes, method) {
    const socket = this.#kept() ?? (await this.#connect());
    try {
      return await new Promise((resolve, reject) => {
        let came = Buffer.alloc(0);
        const timer = setTimeout(() => reject(new Error("no answer in 30 s")), 30_000);
        const over = (end, value) => (clearTimeout(timer), socket.removeAllListeners(), end(value));
        socket.on("data", (chunk) => {
          came = came.length > 0 ? Buffer.concat([came, chunk]) : chunk;
          const answer = whole(this, came, method);
          if (!answer) return;
          over(resolve, answer);
          if (answer.header("connection") === "close") socket.destroy();
          else this.#keep(socket);
        });
        socket.on("error", (error) => over(reject, error));
        socket.on("close", () => over(reject, new Error("the connection was closed")));
        socket.write(bytes);
      });
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  /** A connection that is not about to be closed for having been idle. */
  #kept() {
    for (let one; (one = this.#idle.pop()); one.socket.destroy()) if (performance.now() - one.since < IDLE_MS) return one.socket;
    return undefined;
  }

  #keep(socket) {
    const drop = () => {
      this.#idle = this.#idle.filter((one) => one.socket !== socket);
      this.#open.delete(socket);
    };
    socket.on("error", drop).on("close", drop);
    this.#idle.push({ socket, since: performance.now() });
  }

  async #connect() {
    const socket = net.connect({ port: this.port, host: "127.0.0.1", noDelay: true });
    this.#open.add(socket);
    socket.on("error", () => {});
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    socket.removeAllListeners();
    socket.on("error", () => {});
    return socket;
  }
}

/** The answer, once it is all there. */
function whole(client, bytes, method) {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first, ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const fields = lines.flatMap((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const answer = new Answer(client, Number(first.slice(9, 12)), fields, bytes.subarray(end + 4));
  const has = answer.body;
  if (method === "HEAD" || answer.status === 204 || answer.status === 304) return answer;
  const length = answer.header("content-length");
  if (length !== undefined) return has.length >= Number(length) ? answer : undefined;
  if (has.indexOf("0\r\n\r\n", Math.max(0, has.length - 5)) < 0) return undefined;
  answer.body = unchunked(has);
  return answer;
}

function unchunked(bytes) {
  const parts = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.toString("latin1", at, line), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
