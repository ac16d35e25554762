// One connection that is kept: a request as bytes, then its answer, then the next. Opened again where it was closed.
import net from "node:net";

export class Connection {
  #port;
  #socket;
  #waiting;
  #bytes = [];
  #length = 0;

  constructor(port) {
    this.#port = port;
  }

  /** Answers with { status, headers: Map, cookies: Set-Cookie values, body } in latin1. */
  send(bytes, isHead) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject, isHead };
      this.#bytes = [];
      this.#length = 0;
      this.#open().write(bytes);
    });
  }

  close() {
    this.#socket?.destroy();
  }

  #open() {
    if (this.#socket) return this.#socket;
    const socket = net.connect(this.#port, "127.0.0.1");
    socket.setNoDelay(true);
    socket.setTimeout(60_000, () => socket.destroy(new Error("no answer in 60 s")));
    socket.on("data", (bytes) => {
      this.#bytes.push(bytes);
      this.#length += bytes.length;
      this.#take(false);
    });
    socket.on("error", (error) => this.#end(socket, error));
    socket.on("close", () => this.#end(socket));
    return (this.#socket = socket);
  }

  #take(isEnd) {
    if (!this.#waiting || this.#length === 0) return;
    const text = Buffer.concat(this.#bytes).toString("latin1");
    const answer = parse(text, this.#waiting.isHead, isEnd);
    if (!answer) return;
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    if (answer.headers.get("connection") === "close") {
      this.#socket?.destroy();
      this.#socket = undefined;
    }
    resolve(answer);
  }

  #end(socket, error) {
    if (this.#socket === socket) this.#socket = undefined;
    else if (this.#socket) return;
    this.#take(true);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error ?? new Error("the connection was closed without an answer"));
  }
}

/** undefined while it is not whole. */
function parse(text, isHead, isEnd) {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first, ...lines] = text.slice(0, end).split("\r\n");
  const status = Number(first.split(" ")[1]);
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]));
  const cookies = lines.filter((line) => /^set-cookie:/i.test(line)).map((line) => line.slice(11).trim());
  const rest = text.slice(end + 4);
  const whole = (body) => ({ status, headers, cookies, body });
  if (isHead || status === 204 || status === 304) return whole("");
  if (/chunked/i.test(headers.get("transfer-encoding") ?? "")) {
    const body = unchunk(rest);
    return body === undefined ? undefined : whole(body);
  }
  const length = headers.get("content-length");
  if (length === undefined) return isEnd ? whole(rest) : undefined;
  return rest.length >= Number(length) ? whole(rest.slice(0, Number(length))) : undefined;
}

function unchunk(text) {
  let body = "";
  for (let at = 0; ; ) {
    const line = text.indexOf("\r\n", at);
    if (line < 0) return undefined;
    const size = Number.parseInt(text.slice(at, line), 16);
    if (size === 0) return text.includes("\r\n\r\n", line) ? body : undefined;
    const next = line + 2 + size + 2;
    if (text.length < next) return undefined;
    body += text.slice(line + 2, line + 2 + size);
    at = next;
  }
}
