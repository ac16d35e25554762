// A refusal reaches its client whatever the client is still sending: what is left of a body is taken before the answer.

import assert from "node:assert/strict";
import http from "node:http";
import net from "node:net";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { demoPolicy, startGateway } from "../lib/gateway.mjs";

const gateway = await startGateway({ gate: { policy: demoPolicy("[limits]\nbody = 6000000") } });
const { gate } = gateway;
const entry = await gateway.entry();
after(() => (entry.close(), gateway.stop()));

const RUNS = 100;
const MB = 1 << 20;
const form = { "content-type": "application/x-www-form-urlencoded" };
const multipart = { "content-type": "multipart/form-data; boundary=b" };
// Each refuses for another reason: before the body is looked at, or in the midst of it.
// A network may guess twenty times a minute.
let networks = 0;
const routes = [
  ["/oauth/token/", form, 413, "invalid_request"],
  ["/me/a", {}, 401, "credential_missing"],
  ["/me/a", { authorization: "Bearer egt_seal-1_AAAA" }, 401, "invalid_token"],
  ["/.edgegate/admin/token", { authorization: "Bearer no", "cf-connecting-ip": () => `127.0.1.${(networks += 1)}` }, 401, "credential_invalid"],
  ["/.edgegate/sign-in", form, 413, "body_too_large"],
  ["/nowhere", {}, 404, "not_found"],
  ["/landing/a", {}, 405, "method_not_allowed"],
  ["/open/a%2fb", {}, 400, "ambiguous_request"],
  ["/api/3.0/a", form, 413, "body_too_large"],
  ["/SuperOffice/panel", multipart, 401, "credential_missing"],
];

/** Sends a body by Node's http: what came back, or the error. */
function send(port, target, headers, body, { chunked = false } = {}) {
  return new Promise((resolve) => {
    const length = chunked ? { "transfer-encoding": "chunked" } : { "content-length": body.length };
    const own = Object.entries(headers).map(([name, value]) => [name, typeof value === "function" ? value() : value]);
    const fields = { host: "127.0.0.1:8787", accept: "application/json", ...length, ...Object.fromEntries(own) };
    const request = http.request({ host: "127.0.0.1", port, method: "POST", path: target, agent: false, headers: fields }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ status: response.statusCode, text: Buffer.concat(parts).toString() }));
      response.on("error", ({ code }) => resolve({ status: code }));
    });
    request.on("error", ({ code }) => resolve({ status: code }));
    if (headers.expect) request.on("continue", () => request.end(body));
    else request.end(body);
  });
}

async function tally(runs, ask) {
  const counted = {};
  for (let run = 0; run < runs; run++) {
    const { status, text } = await ask();
    const code = /"(?:code|error|error_id)":"?(\w+)/.exec(text ?? "")?.[1];
    counted[`${status} ${code}`] = (counted[`${status} ${code}`] ?? 0) + 1;
  }
  return counted;
}

const big = Buffer.alloc(5 * MB, "a=b&c=d&");

for (const [target, headers, status, code] of routes) {
  test(`${RUNS} times 5 MB to ${target} are ${RUNS} times ${status} ${code}`, async () => {
    assert.deepEqual(await tally(RUNS, () => send(gate.port, target, headers, big)), { [`${status} ${code}`]: RUNS });
  });
}

test("in chunks, with Expect, over a raw socket, by fetch, and behind the entry Worker of wrangler dev", async () => {
  for (const [target, headers, status, code] of routes.slice(0, 3)) {
    const expected = (runs) => ({ [`${status} ${code}`]: runs });
    assert.deepEqual(await tally(20, () => send(gate.port, target, headers, big, { chunked: true })), expected(20), `${target} in chunks`);
    assert.deepEqual(await tally(20, () => send(gate.port, target, { ...headers, expect: "100-continue" }, big)), expected(20), `${target} with Expect`);
    assert.deepEqual(await tally(20, () => send(entry.port, target, headers, big)), expected(20), `${target} behind the entry`);
    const lines = Object.entries({ Host: "127.0.0.1:8787", Accept: "application/json", "Content-Length": big.length, ...headers }).map((field) => field.join(": "));
    const raw = Buffer.concat([Buffer.from(`POST ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`), big]);
    assert.deepEqual(await tally(20, () => gate.raw(raw)), expected(20), `${target} raw`);
    const byFetch = async () => {
      const answer = await fetch(`http://127.0.0.1:${gate.port}${target}`, { method: "POST", body: big, headers: { accept: "application/json", ...headers } });
      return { status: answer.status, text: await answer.text() };
    };
    assert.deepEqual(await tally(20, byFetch), expected(20), `${target} by fetch`);
  }
});

test("the connection serves the next request", async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (method, body) =>
    new Promise((resolve, reject) => {
      const headers = { host: "127.0.0.1:8787", accept: "application/json", "content-length": body.length };
      const request = http.request({ host: "127.0.0.1", port: gate.port, method, path: "/me/a", agent, headers }, (response) => {
        response.resume().on("end", () => resolve([response.statusCode, request.socket.localPort]));
      });
      request.on("error", reject).end(body);
    });
  const ports = new Set();
  for (let run = 0; run < 20; run++) {
    const [status, port] = await ask("POST", run % 2 ? big : Buffer.alloc(0));
    assert.equal(status, 401);
    ports.add(port);
  }
  assert.equal(ports.size, 1, "one connection");
  agent.destroy();
});

test("what is longer than is taken is answered at once", async () => {
  const started = performance.now();
  const socket = net.connect(gate.port, "127.0.0.1");
  socket.write("POST /me/a HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nContent-Length: 99999999\r\n\r\nx");
  const first = await new Promise((resolve, reject) => (socket.once("data", resolve), socket.once("error", reject)));
  assert.match(first.toString(), /^HTTP\/1\.1 413 /);
  assert.ok(performance.now() - started < 2000);
  socket.destroy();
});

test("a client that is slow holds its own answer up, for some seconds, and nobody else's", async () => {
  const socket = net.connect(gate.port, "127.0.0.1");
  socket.write("POST /me/a HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nAccept: application/json\r\nContent-Length: 1000000\r\n\r\nx");
  const started = performance.now();
  const first = new Promise((resolve, reject) => (socket.once("data", resolve), socket.once("error", reject)));
  const others = await Promise.all(Array.from({ length: 50 }, () => gate.get("/me/a")));
  assert.ok(others.every(({ status }) => status === 401));
  assert.ok(performance.now() - started < 5000, "the others did not wait");
  const trickle = setInterval(() => socket.write("x"), 500);
  assert.match((await first).toString(), /^HTTP\/1\.1 401 /);
  clearInterval(trickle);
  socket.destroy();
  const waited = performance.now() - started;
  assert.ok(waited > 5000 && waited < 20_000, `${waited} ms`);
});

test("a client that goes away in the midst leaves nothing behind", async () => {
  for (let run = 0; run < 30; run++) {
    const socket = net.connect(gate.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(`POST /me/a HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nContent-Length: ${5 * MB}\r\n\r\n${"x".repeat(100_000)}`);
    await sleep(run);
    socket.destroy();
  }
  assert.deepEqual(await tally(5, () => send(gate.port, "/me/a", {}, big)), { "401 credential_missing": 5 });
});

test("a refusal without a body waits for none", async () => {
  for (const method of ["GET", "POST", "DELETE"]) {
    const started = performance.now();
    assert.equal((await gate.request(method, "/me/a", {})).status, 401);
    assert.ok(performance.now() - started < 2000);
  }
});
