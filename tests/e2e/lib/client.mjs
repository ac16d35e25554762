// An HTTP client that sends what it is told, byte for byte, follows nothing, and notes every credential that it
// sends or gets, so that a test can look for them where they must not be.

import http from "node:http";
import net from "node:net";

/** What the demo's links are signed for. The port that a test really uses is another one. */
export const HOST = "127.0.0.1:8787";
const NAMES = "signature|sig|eg_sig|access_token|NONCE_TOKEN|(?:login_)?password|auth|sso_auth_token|JSESSIONID";
const CREDENTIALS = new RegExp(`(?:^|[?&;:\\s])(?:${NAMES})=([^&;\\s]*)`, "g");
const PARTS = new RegExp(`name="(?:${NAMES})"\r\n\r\n([^\r\n]*)`, "g");
// What Luminate's answers and pages hand over: members in JSON, elements in XML, addresses, and tokens wherever they stand.
const MEMBERS = "token|nonce|JSESSIONID|signature|singleSignOnMethodResponse";
const ISSUED = new RegExp(`"(?:${MEMBERS})":"([^"]+)"|<(?:${MEMBERS})\\b[^>]*>([^<]+)<|NONCE_TOKEN=([0-9A-F]+)|([\\w-]{43,}\\.{1,3})`, "g");

export class Client {
  /** `host`: what it says in the Host field unless a request says something else. */
  constructor({ name, port, seen, decision, host = HOST }) {
    Object.assign(this, { name, port, seen, decision, host });
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 128 });
  }

  get(target, headers, options) {
    return this.request("GET", target, { headers, ...options });
  }

  post(target, body, headers, options) {
    return this.request("POST", target, { body, headers, ...options });
  }

  form(target, body, headers) {
    return this.post(target, body, { "content-type": "application/x-www-form-urlencoded", ...headers });
  }

  /** `headers`: an object; undefined leaves one out, a list sends one several times. */
  async request(method, target, { headers = {}, body, host = this.host } = {}) {
    const fields = ["host", host];
    for (const [name, value] of Object.entries({ accept: "application/json", ...headers })) {
      for (const one of [value].flat()) if (one !== undefined) fields.push(name, String(one));
    }
    this.#note(target, fields, body);
    if (body !== undefined && !("transfer-encoding" in headers)) fields.push("content-length", String(Buffer.byteLength(body)));
    const answer = await new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port: this.port, agent: this.agent, method, path: target, headers: fields, setHost: false };
      const request = http.request(options, (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => resolve(new Answer(this, response.statusCode, response.rawHeaders, Buffer.concat(chunks))));
      });
      request.setTimeout(30_000, () => request.destroy(new Error(`no answer to ${method} ${target} in 30 s`)));
      request.on("error", reject);
      request.end(body);
    });
    this.#noteAnswer(answer);
    return answer;
  }

  /** Sends bytes over a socket of its own; the answer ends with its Content-Length or with the connection. */
  raw(bytes) {
    this.#noteText(bytes.toString("latin1"));
    return new Promise((resolve, reject) => {
      const chunks = [];
      const isWhole = () => {
        const [, head, body] = /^([^]*?)\r\n\r\n([^]*)$/.exec(Buffer.concat(chunks).toString("latin1")) ?? [];
        const length = /^content-length: *(\d+)/im.exec(head ?? "");
        return length !== null && body.length >= Number(length[1]);
      };
      const socket = net.connect(this.port, "127.0.0.1", () => socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes));
      socket.setTimeout(10_000, () => socket.destroy(new Error("no answer in 10 s")));
      socket.on("data", (chunk) => (chunks.push(chunk), isWhole() && socket.destroy()));
      socket.on("error", reject);
      socket.on("close", () => {
        const answer = parse(this, Buffer.concat(chunks));
        this.#noteAnswer(answer);
        resolve(answer);
      });
    });
  }

  /** A call of the admin API that succeeds; answers with its JSON. */
  async admin(what, body, { key = "demo-admin-key-0123456789abcdef", ...headers } = {}) {
    const answer = await this.post(`/.edgegate/admin/${what}`, JSON.stringify(body), {
      authorization: `Bearer ${key}`,
      "cf-connecting-ip": "127.0.0.1",
      ...headers,
    });
    if (answer.status >= 300) throw new Error(`admin ${what}: ${answer.status} ${answer.text}`);
    return answer.json;
  }

  async faults(faults = {}) {
    await this.post("/__e2e/faults", JSON.stringify(faults));
  }

  /** Operations since the last call: { kv, ledger, limiter, forwarded }. */
  async take() {
    return (await this.post("/__e2e/take", "")).json;
  }

  /** Counts anew, and tells nothing: of thousands of requests there would be too much to tell. */
  async forget() {
    await this.post("/__e2e/forget", "");
  }

  /** The decisions that were logged since the last call. */
  async lines() {
    return (await this.post("/__e2e/lines", "")).json;
  }

  /** The wasm traps when it comes to that place next: "request", "kv" or "ledger". */
  async trap(place) {
    await this.post("/__e2e/trap", place);
  }

  /** Bytes of the gateway's wasm memory. */
  async memory() {
    return (await this.instances()).bytes;
  }

  /** { bytes, made }: of its memory, and how often it was made: more than once if it trapped. */
  async instances() {
    return (await this.post("/__e2e/memory", "")).json;
  }

  /** What the log says of the last request that was decided. */
  async decided() {
    return (await this.post("/__e2e/decided", "")).json;
  }

  /** Has an object of the gate's Ledger "purge", which gives its statements; or "query", which gives the rows. */
  async object(name, does, query = "") {
    return (await this.post("/__e2e/object", JSON.stringify({ name, does, query }))).json;
  }

  close() {
    this.agent.destroy();
  }

  #note(target, fields, body) {
    this.#noteText(`${target}`);
    this.#noteText(`${body ?? ""}`.slice(0, 5000));
    for (const field of fields) {
      this.#noteText(field);
      const bearer = /^bearer\s+(\S+)/i.exec(field);
      if (bearer) this.#remember(bearer[1]);
      for (const [session] of field.matchAll(/egs_[\w-]+/g)) this.#remember(session);
    }
  }

  #noteText(text) {
    for (const pattern of [CREDENTIALS, PARTS]) for (const [, value] of text.matchAll(pattern)) this.#remember(value);
  }

  #noteAnswer(answer) {
    for (const cookie of answer.cookies) this.#remember(/^[^=]*=([^;]*)/.exec(cookie)[1]);
    if (answer.body.length < 200_000 && !answer.body.includes('"body_sha256"')) {
      for (const [, ...values] of answer.text.matchAll(ISSUED)) this.#remember(values.find(Boolean));
    }
    if (answer.status !== 201) return;
    for (const [credential] of answer.text.matchAll(/eg[tns]_[\w-]+/g)) this.#remember(credential);
  }

  #remember(value) {
    if (value.length >= 16) this.seen.add(value);
    const plain = value.replaceAll("+", " ").replace(/%[0-9a-f]{2}/gi, (escape) => String.fromCharCode(Number.parseInt(escape.slice(1), 16)));
    if (plain !== value && plain.length >= 16) this.seen.add(plain);
  }
}

/** An answer: status, header(name), cookies, text, json, and what the origin saw if it was the origin that answered. */
export class Answer {
  constructor(client, status, rawHeaders, body) {
    Object.assign(this, { client, status, rawHeaders, body });
  }

  header(name) {
    const values = this.#values(name);
    return values.length > 0 ? values.join(", ") : undefined;
  }

  get cookies() {
    return this.#values("set-cookie");
  }

  get text() {
    return this.body.toString();
  }

  get json() {
    return JSON.parse(this.text);
  }

  /** The origin's echo; undefined if the gateway answered itself. */
  get echo() {
    if (!/^application\/json/.test(this.header("content-type") ?? "")) return undefined;
    const json = this.json;
    if (json?.body_sha256 === undefined) return undefined;
    const fields = new Map(json.headers);
    return { ...json, fields, path: json.url.replace(/^https?:\/\/[^/]+/, "") };
  }

  get requestId() {
    return /"request_id":"([0-9a-f]+)"|Request (?:id|ID) <code(?: dir="ltr")?>([0-9a-f]+)</.exec(this.text)?.slice(1).find(Boolean) ?? this.header("edgegate-request-id") ?? this.echo?.fields.get("edgegate-request-id");
  }

  #values(name) {
    return this.rawHeaders.flatMap((field, at) => (at % 2 === 0 && field.toLowerCase() === name ? [this.rawHeaders[at + 1]] : []));
  }
}

function parse(client, bytes) {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return new Answer(client, 0, [], bytes);
  const [first, ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const rawHeaders = lines.flatMap((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
  let body = bytes.subarray(end + 4);
  if (/^transfer-encoding: *chunked/im.test(lines.join("\n"))) body = unchunk(body);
  return new Answer(client, Number(first.split(" ")[1]), rawHeaders, body);
}

function unchunk(bytes) {
  const parts = [];
  for (let at = 0; at < bytes.length; ) {
    const line = bytes.indexOf("\r\n", at);
    const size = line < 0 ? 0 : Number.parseInt(bytes.subarray(at, line).toString(), 16);
    if (!(size > 0)) break;
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return Buffer.concat(parts);
}
