// One call over http, in a thread of its own: { answer: [status, mitigated, body] } or { reason } to the thread that waits.
import http from "node:http";
import https from "node:https";
import tls from "node:tls";
import { workerData } from "node:worker_threads";

const { url, fields, body, anyCertificate, byProxy, connecting, calling, most, env, signal, port } = workerData;
const target = new URL(url);
const isSecure = target.protocol === "https:";

/** What went wrong, in words that the native tool has too. */
const WORDS = {
  ECONNREFUSED: "the connection is refused",
  ECONNRESET: "the connection broke off",
  ENOTFOUND: "there is no such host",
  ETIMEDOUT: "it takes too long",
};

function tell(message) {
  port.postMessage(message);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
}

try {
  tell({ answer: await asked() });
} catch (error) {
  // An address with several entries brings an error for each.
  const one = error.errors?.[0] ?? error;
  tell({ reason: WORDS[one.code] ?? one.message });
}

async function asked() {
  const options = await connection();
  return new Promise((resolve, reject) => {
    const late = () => reject(Object.assign(new Error("late"), { code: "ETIMEDOUT" }));
    setTimeout(late, calling * 1000).unref();
    const timer = setTimeout(late, connecting * 1000);
    const request = (isSecure ? https : http).request(target, { method: "POST", agent: false, rejectUnauthorized: !anyCertificate, ...options });
    for (let at = 0; at + 1 < fields.length; at += 2) request.setHeader(fields[at], fields[at + 1]);
    request.on("socket", (socket) => socket.once(isSecure ? "secureConnect" : "connect", () => clearTimeout(timer)));
    request.on("error", reject);
    request.on("response", (response) => {
      clearTimeout(timer);
      text(response).then((read) => resolve([String(response.statusCode), response.headers["cf-mitigated"] ?? "", read]), reject);
    });
    request.end(body);
  });
}

/** The answer's text; empty if it is too long. */
async function text(response) {
  const pieces = [];
  let length = 0;
  for await (const piece of response) {
    length += piece.length;
    if (length > most) return "";
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/** How the connection is made: through the proxy of the environment, where there is one for this host. */
async function connection() {
  const named = env.HTTPS_PROXY || env.https_proxy || env.ALL_PROXY || env.all_proxy;
  if (!byProxy || !named || isExempt()) return {};
  const proxy = new URL(named.includes("://") ? named : `http://${named}`);
  // Its name and password would go to another kind of proxy in the clear.
  if (proxy.protocol !== "http:") throw new Error(`the proxy of the environment is one by ${proxy.protocol}, and only those by http: are asked`);
  const authorization = proxy.username && `Basic ${Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`).toString("base64")}`;
  const socket = await new Promise((resolve, reject) => {
    const path = `${target.hostname}:${target.port || 443}`;
    const headers = authorization ? { "proxy-authorization": authorization } : {};
    const request = http.request({ host: proxy.hostname, port: proxy.port || 80, method: "CONNECT", path, headers });
    request.on("error", reject).on("connect", ({ statusCode }, opened) => (statusCode === 200 ? resolve(opened) : reject(new Error(`the proxy answers ${statusCode}`))));
    request.end();
  });
  return { createConnection: () => tls.connect({ socket, servername: target.hostname, rejectUnauthorized: !anyCertificate }) };
}

function isExempt() {
  const names = (env.NO_PROXY || env.no_proxy || "").split(",").map((name) => name.trim().replace(/^\*?\./, "")).filter(Boolean);
  return names.some((name) => name === "*" || target.hostname === name || target.hostname.endsWith(`.${name}`));
}
