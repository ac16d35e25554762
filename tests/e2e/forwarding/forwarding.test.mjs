// What goes through goes through untouched: methods, bodies, ranges, sockets, answers. And what may be kept in a cache.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import http from "node:http";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { startOrigin } from "../lib/origin.mjs";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "REPORT", "QUERY"];
const origin = await startOrigin();
const list = JSON.stringify(methods);
const policy = demoPolicy(`
[origins.web]
url = "${origin.url}/base"
[[routes]]
name = "guarded"
path = "/guarded/*"
methods = ${list}
accept = ["bearer"]
forward = { origin = "demo" }
[[routes]]
name = "open"
path = "/open/*"
methods = ["GET", "HEAD", "POST"]
accept = ["none"]
forward = { origin = "demo" }
[[routes]]
name = "web"
path = "/web/*"
methods = ${list}
accept = ["bearer"]
forward = { origin = "web", path = "/v1/*", set = { X-Tenant = "one" }, remove = ["X-Debug-*"] }`);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => (origin.stop(), gateway.stop()));

const bearer = { authorization: `Bearer ${(await gate.admin("token", { subject: "1001002" })).access_token}` };
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

test("every method that the policy names passes as it is", async () => {
  for (const method of methods.filter((method) => method !== "HEAD")) {
    assert.equal(forwarded(await gate.request(method, "/guarded/a", { headers: bearer })).method, method);
    status(await gate.request(method, "/web/a", { headers: bearer }), 200);
    assert.equal(origin.take()[0].method, method);
  }
  const head = await gate.request("HEAD", "/guarded/a?demo=bytes&n=1000", { headers: bearer });
  assert.deepEqual([head.status, head.body.length], [200, 0]);
  status(await gate.request("HEAD", "/web/a", { headers: bearer }), 200);
  assert.equal(origin.take()[0].method, "HEAD");
});

test("bodies arrive byte for byte, with a length or in chunks", async () => {
  const bodies = [Buffer.from(""), Buffer.from("a"), Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), Buffer.alloc(300_000, "\u0000é\r\n")];
  for (const body of bodies) {
    for (const more of [{}, { "transfer-encoding": "chunked" }, { "content-type": "application/x-www-form-urlencoded" }, { "content-encoding": "gzip" }]) {
      const echo = forwarded(await gate.post("/guarded/a", body, { ...bearer, ...more }));
      assert.deepEqual([echo.body_length, echo.body_sha256], [body.length, sha256(body)]);
      status(await gate.request("PUT", "/web/a", { body, headers: { ...bearer, ...more } }), 200);
      const [arrived] = origin.take();
      assert.deepEqual([arrived.length, arrived.sha256], [body.length, sha256(body)]);
    }
  }
});

test("a body of 64 MB streams through, up and down", async () => {
  const chunk = Buffer.alloc(1 << 20, "0123456789abcdef");
  const digest = createHash("sha256");
  const answer = await new Promise((resolve, reject) => {
    const headers = { host: "127.0.0.1:8787", accept: "application/json", ...bearer };
    const request = http.request({ host: "127.0.0.1", port: gate.port, method: "PUT", path: "/guarded/a", headers }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part)).on("end", () => resolve(JSON.parse(Buffer.concat(parts))));
    });
    request.on("error", reject);
    let left = 64;
    const send = () => {
      while (left-- > 0) {
        digest.update(chunk);
        if (!request.write(chunk)) return request.once("drain", send);
      }
      request.end();
    };
    send();
  });
  assert.deepEqual([answer.body_length, answer.body_sha256], [64 << 20, digest.digest("hex")]);

  const down = await gate.get(`/guarded/a?demo=bytes&n=${64 << 20}`, bearer);
  assert.equal(down.header("content-length"), String(64 << 20));
  assert.equal(down.body.length, 64 << 20);
  assert.ok([0, 250, 251, 1 << 20, (64 << 20) - 1].every((at) => down.body[at] === at % 251));
});

test("ranges and conditions are the origin's business", async () => {
  const part = await gate.get("/guarded/a?demo=bytes&n=1000", { ...bearer, range: "bytes=250-252" });
  assert.deepEqual([part.status, part.header("content-range"), [...part.body]], [206, "bytes 250-252/1000", [250, 0, 1]]);
  status(await gate.get("/guarded/a?demo=bytes&n=1000", { ...bearer, range: "bytes=2000-" }), 416);
  const known = await gate.get("/guarded/a?demo=etag", { ...bearer, "if-none-match": '"demo-etag-1"' });
  assert.deepEqual([known.status, known.body.length, known.header("etag")], [304, 0, '"demo-etag-1"']);
});

test("redirects of the origin are not followed, other answers are not touched", async () => {
  const moved = await gate.get("/guarded/a?demo=redirect", bearer);
  assert.deepEqual([moved.status, moved.header("location")], [302, "/elsewhere"]);
  for (const code of [201, 204, 400, 401, 403, 404, 418, 500, 503]) {
    const answer = await gate.get(`/guarded/a?demo=status&code=${code}`, bearer);
    status(answer, code);
    if (code !== 204) assert.equal(forwarded(answer, code).path, `/guarded/a?demo=status&code=${code}`);
  }
});

test("the origin's cookies are kept, each in a field of its own, beside the gateway's", async () => {
  const theirs = ["demo-first=1; Path=/; HttpOnly; SameSite=Lax", "demo-second=2; Path=/; Expires=Wed, 01 Jan 2031 00:00:00 GMT; SameSite=Lax"];
  assert.deepEqual((await gate.get("/guarded/a?demo=set-cookie", bearer)).cookies, theirs);
  const { url } = await gate.admin("nonce", { subject: "1001002", route: "account", path: "/account/?demo=set-cookie" });
  const opened = await gate.get(url.replace("http://127.0.0.1:8787", ""));
  assert.deepEqual(opened.cookies.slice(0, 2), theirs);
  assert.match(opened.cookies[2], /^edgegate=egs_/);
});

test("an answer behind a credential is private unless the origin said stricter; an open one is the origin's own", async () => {
  const said = async (path, headers) => (await gate.get(path, headers)).header("cache-control");
  assert.equal(await said("/guarded/a", bearer), "private");
  assert.equal(await said("/guarded/a?demo=cache", bearer), "private, max-age=60");
  assert.equal(await said("/guarded/a?demo=nostore", bearer), "no-store");
  assert.equal(await said("/guarded/a?demo=status&code=404", bearer), "private");
  assert.equal(await said("/open/a?demo=cache"), "public, max-age=60");
  assert.equal(await said("/open/a"), undefined);
});

test("requests behind a credential are sent with no-store, and none follows redirects", async () => {
  await gate.take();
  await gate.get("/guarded/a", bearer);
  await gate.get("/web/a", bearer);
  await gate.get("/open/a");
  const sent = (await gate.take()).forwarded.map(({ cache, redirect }) => [cache, redirect]);
  assert.deepEqual(sent, [["no-store", "manual"], ["no-store", "manual"], [null, "manual"]]);
  origin.take();
});

test("path, headers and host are rewritten as the policy says, and only they", async () => {
  status(await gate.get("/web/a%20b/c?x=%zz&&y", { ...bearer, "X-Debug-Level": "9", "x_debug.more": "9", "X-Kept": "1", "x-tenant": "two" }), 200);
  status(await gate.get("/web", bearer), 200);
  const [deep, bare] = origin.take();
  assert.equal(deep.url, "/base/v1/a%20b/c?x=%zz&&y");
  assert.deepEqual([deep.fields["x-tenant"], deep.fields["x-kept"], deep.fields["x-debug-level"]], ["one", "1", undefined]);
  assert.deepEqual([deep.fields.host, deep.fields["x-forwarded-host"], deep.fields["x-forwarded-proto"]], [origin.host, "127.0.0.1:8787", "http"]);
  assert.equal(bare.url, "/base/v1");
});

test("a WebSocket upgrade goes through a guarded route and echoes", async () => {
  const address = `ws://127.0.0.1:${gate.port}/guarded/socket?demo=websocket`;
  const socket = new WebSocket(address, { headers: bearer });
  const echoed = await new Promise((resolve, reject) => {
    const got = [];
    socket.binaryType = "arraybuffer";
    socket.onopen = () => (socket.send("one"), socket.send(new Uint8Array([0, 255, 10])), socket.send("é".repeat(50_000)));
    socket.onmessage = ({ data }) => got.push(data) === 3 && resolve(got);
    socket.onerror = () => reject(new Error("no upgrade"));
  });
  assert.equal(echoed[0], "one");
  assert.ok(echoed[1] instanceof ArrayBuffer, `bytes came back as ${echoed[1]}`);
  assert.deepEqual([...new Uint8Array(echoed[1])], [0, 255, 10]);
  assert.equal(echoed[2].length, 50_000);
  const closed = new Promise((resolve) => (socket.onclose = ({ code, reason }) => resolve([code, reason])));
  socket.close(4001, "enough");
  assert.deepEqual(await closed, [4001, "enough"]);
});

test("an upgrade without a credential is refused", async () => {
  const upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const answer = await gate.raw(`GET /guarded/socket?demo=websocket HTTP/1.1\r\nHost: 127.0.0.1:8787\r\n${upgrade}\r\n`);
  await refused(answer, 401, "credential_missing");
});

theLogHoldsNoCredential(gateway);
