// Nothing waits without end: neither for an origin, nor for storage, nor for a form.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import http from "node:http";
import net from "node:net";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { cutOff } from "../lib/cut.mjs";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway } from "../lib/gateway.mjs";
import { link } from "../lib/sign.mjs";

// What an origin does with a request, by the first part of its path below /o/.
const behaviours = {
  silent: (request) => request.resume(),
  deaf: () => {},
  hashing: (request, response) => {
    const hash = createHash("sha256");
    request.on("data", (piece) => hash.update(piece));
    request.on("end", () => response.end(JSON.stringify({ sha256: hash.digest("hex"), length: request.headers["content-length"] ?? null })));
  },
  dripping: (request, response) => {
    response.write("first ");
    setTimeout(() => response.end("last"), 3500);
  },
};
const cut = new Set();
const origin = http.createServer((request, response) => {
  request.on("aborted", () => cut.add(request.url));
  request.on("error", () => {});
  behaviours[request.url.split("/")[2].split("?")[0]](request, response);
});
origin.on("upgrade", (request, socket) => {
  const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  setTimeout(() => socket.write(Buffer.from([0x81, 2, 0x68, 0x69])), 3500);
});
await new Promise((ready) => origin.listen(0, "127.0.0.1", ready));

const slow = `
[origins.slow]
url = "http://127.0.0.1:${origin.address().port}"
timeout = "2s"
[[routes]]
name = "slow"
path = "/o/*"
methods = ["GET", "POST"]
accept = ["none"]
forward = { origin = "slow" }`;
const gateway = await startGateway({ gate: { policy: demoPolicy('[limits]\nwait = "4s"', slow, ["[bearer]\n", '[bearer]\ncache = "0s"\n']) } });
const { gate } = gateway;
after(async () => {
  origin.closeAllConnections();
  origin.close();
  await gateway.stop();
});

async function timed(work) {
  const started = performance.now();
  const answer = await work();
  return [answer, performance.now() - started];
}

test("an origin that says nothing is given up: 504, a line, and the cookies that the request earned", async () => {
  for (const ask of [() => gate.get("/o/silent"), () => gate.post("/o/silent", "a=b"), () => gate.post("/o/silent", "x".repeat(200_000)), () => gate.post("/o/deaf", "x".repeat(5_000_000))]) {
    const [answer, ms] = await timed(ask);
    const line = await refused(answer, 504, "origin_timeout");
    assert.ok(ms > 1900 && ms < 6000, `${ms} ms`);
    assert.ok(line.origin_ms >= 1900, `${line.origin_ms}`);
    assert.equal(answer.json.code, "gateway_timeout");
  }
  const page = await gate.get("/o/silent", { accept: "text/html" });
  assert.match(page.text, /took too long/);
});

test("an answer that has begun streams for as long as it likes, and so does a WebSocket", async () => {
  assert.equal((await gate.get("/o/dripping")).text, "first last");
  const socket = net.connect(gate.port, "127.0.0.1");
  socket.write(`GET /o/ws HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`);
  let got = "";
  socket.on("data", (piece) => (got += piece.toString("latin1")));
  await sleep(4500);
  socket.destroy();
  assert.match(got, /^HTTP\/1\.1 101 [^]*hi$/);
});

/** Sends a body in pieces with pauses. */
function upload(pieces, pause, headers) {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: gate.port, method: "POST", path: "/o/hashing", agent: false, headers: { host: "127.0.0.1:8787", ...headers } };
    const request = http.request(options, (response) => {
      let text = "";
      response.on("data", (piece) => (text += piece));
      response.on("end", () => resolve({ status: response.statusCode, text }));
    });
    request.on("error", reject);
    (async () => {
      for (const piece of pieces) {
        request.write(piece);
        await sleep(pause);
      }
      request.end();
    })();
  });
}

test("an upload that takes longer than the timeout gets through, byte for byte, with and without its length", async () => {
  const pieces = Array.from({ length: 5 }, () => randomBytes(100_000));
  const sha256 = createHash("sha256").update(Buffer.concat(pieces)).digest("hex");
  const plain = { "content-type": "application/octet-stream" }; // without a type it is looked at as a form
  const lengths = [[{ "content-length": 500_000 }, "500000"], [{ "transfer-encoding": "chunked" }, null]];
  for (const [headers, length] of lengths.flatMap(([fields, length]) => [[fields, length], [{ ...fields, ...plain }, length]])) {
    const answer = await upload(pieces, 900, headers);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(JSON.parse(answer.text), { sha256, length });
  }
});

test("an upload whose client leaves reaches the origin as one that broke off, with and without its length", async () => {
  for (const field of ["Content-Length: 500000", "Transfer-Encoding: chunked"].flatMap((field) => [field, `${field}\r\nContent-Type: image/png`])) {
    const path = `/o/hashing?${encodeURIComponent(field)}`;
    const socket = net.connect(gate.port, "127.0.0.1");
    const piece = field.startsWith("T") ? `186a0\r\n${"x".repeat(100_000)}\r\n` : "x".repeat(100_000);
    socket.write(`POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:8787\r\n${field}\r\n\r\n${piece}`);
    await sleep(300);
    cutOff(socket);
    await sleep(700);
    assert.ok(cut.has(path), field);
  }
});

test("slow answers of storage add up to no more than the deadline", async () => {
  await gate.faults({ kv: { how: "slow", ms: 1500 }, ledger: { how: "slow", ms: 1500 } });
  const [answer, ms] = await timed(() => gate.form("/.edgegate/sign-in", "account=jo&password=correct+horse+battery+staple", { origin: "http://127.0.0.1:8787", "cf-connecting-ip": "203.0.113.1" }));
  await gate.faults();
  assert.ok(ms < 7000, `${ms} ms, ${answer.status}`);
  if (answer.status !== 303) assert.equal(answer.status, 503, answer.text);
});

test("a form that does not come is 408, and holds nobody up", { timeout: 60_000 }, async () => {
  const socket = net.connect(gate.port, "127.0.0.1");
  const started = performance.now();
  const first = new Promise((resolve, reject) => (socket.once("data", resolve), socket.once("error", reject)));
  socket.write("POST /.edgegate/sign-in HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nOrigin: http://127.0.0.1:8787\r\nAccept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\naccount=");
  forwarded(await gate.get(link("/files/a")));
  assert.match((await first).toString(), /^HTTP\/1\.1 408 [^]*"code":"request_timeout"/);
  const waited = performance.now() - started;
  assert.ok(waited > 29_000 && waited < 40_000, `${waited} ms`);
  socket.destroy();
});
