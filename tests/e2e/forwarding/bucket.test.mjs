// A bucket as an origin: what a client gets of an object, by the emulator's own R2, and what it can store.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { refused, status } from "../lib/expect.mjs";
import { demoPolicy, root, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { signIn } from "../lib/schemes.mjs";
import { link } from "../lib/sign.mjs";

const policy = demoPolicy(
  ['r2 = "FILES" # an R2 bucket, bound in wrangler.toml', 'r2 = "FILES"\nindex = "index.html"\nnot_found = "404.html"\ntimeout = "2s"'],
  `
[origins.plain]
r2 = "FILES"
[origins.gone]
r2 = "GONE"
[origins.inbox]
r2 = "INBOX"
uploads = true
timeout = "2s"
[[routes]]
name = "plain"
path = "/plain/*"
accept = ["none"]
forward = { origin = "plain", path = "/*" }
cors = { origins = ["https://app.example.org"] }
[[routes]]
name = "gone"
path = "/gone/*"
accept = ["none"]
forward = { origin = "gone" }
[[routes]]
name = "linked"
path = "/linked/*"
accept = ["link:once"]
forward = { origin = "plain", path = "/*" }
[[routes]]
name = "tagged"
path = "/tagged/*"
accept = ["session", "none"]
tags = ["html"]
forward = { origin = "plain", path = "/*" }
[[routes]]
name = "inbox"
path = "/inbox/*"
methods = ["GET", "HEAD", "PUT", "DELETE"]
accept = ["bearer"]
forward = { origin = "inbox", path = "/*" }`,
);
const gateway = await startGateway({ gate: { policy, buckets: { FILES: "files", INBOX: "inbox" } } });
const { gate } = gateway;
after(() => gateway.stop());

const files = await gateway.miniflare.getR2Bucket("FILES", "gate");
const inbox = await gateway.miniflare.getR2Bucket("INBOX", "gate");
const TEXT = "0123456789";
const stored = {
  contentType: "text/plain; charset=utf-8",
  contentDisposition: 'inline; filename="a.txt"',
  contentLanguage: "de",
  cacheControl: "public, max-age=60",
  cacheExpiry: new Date("2033-12-01T16:00:00Z"),
};
const { httpEtag: tag, uploaded } = await files.put("a.txt", TEXT, { httpMetadata: stored });
await files.put("folder/ä b+c.txt", "named");
await files.put("index.html", "<h1>root</h1>", { httpMetadata: { contentType: "text/html" } });
await files.put("folder/index.html", "<h1>folder</h1>", { httpMetadata: { contentType: "text/html" } });
await files.put("404.html", "<h1>nothing</h1>", { httpMetadata: { contentType: "text/html", cacheControl: "max-age=9" } });
await files.put("empty", "");
await files.put("packed.txt", gzipSync("packed ".repeat(100)), { httpMetadata: { contentType: "text/plain", contentEncoding: "gzip" } });
const large = Buffer.from(Uint8Array.from({ length: 3 * 1024 * 1024 }, (_, at) => at % 251));
await files.put("large.bin", large);

const bearer = { authorization: `Bearer ${(await gate.admin("token", { subject: "1001002" })).access_token}` };
const put = (target, body, headers) => gate.request("PUT", target, { body, headers: { ...bearer, ...headers } });
const seconds = (date) => new Date(Math.floor(date / 1000) * 1000);

test("an object is sent as it was stored, with what was stored with it", async () => {
  for (const method of ["GET", "HEAD"]) {
    const answer = await gate.request(method, "/bucket/a.txt?v=1");
    status(answer, 200);
    assert.equal(answer.text, method === "GET" ? TEXT : "");
    for (const [name, value] of [
      ["content-type", stored.contentType], ["content-disposition", stored.contentDisposition], ["content-language", "de"],
      ["cache-control", "public, max-age=60"], ["expires", "Thu, 01 Dec 2033 16:00:00 GMT"], ["content-length", "10"],
      ["etag", tag], ["last-modified", seconds(uploaded).toUTCString()], ["accept-ranges", "bytes"], ["x-content-type-options", "nosniff"],
    ]) {
      assert.equal(answer.header(name), value, `${method}: ${name}`);
    }
    assert.equal(answer.header("content-security-policy"), undefined, "nobody else fills it");
  }
});

test("the path is the name, decoded once; a folder is its index or nothing", async () => {
  assert.equal((await gate.get("/bucket/folder/%C3%A4%20b+c.txt")).text, "named");
  assert.equal((await gate.get("/bucket/folder/")).text, "<h1>folder</h1>");
  assert.equal((await gate.get("/bucket/")).text, "<h1>root</h1>");
  for (const target of ["/plain/", "/plain/folder/", "/plain/folder", `/plain/${"a".repeat(1025)}`]) await refused(await gate.get(target), 404, "object_missing");
  await refused(await gate.get("/plain/a%2Ftxt"), 400, "path_ambiguous");
});

test("where there is no object its document is sent, with 404, and kept by nobody", async () => {
  for (const method of ["GET", "HEAD"]) {
    const answer = await gate.request(method, "/bucket/none", { headers: { range: "bytes=0-1", "if-none-match": "*" } });
    status(answer, 404);
    assert.equal(answer.text, method === "GET" ? "<h1>nothing</h1>" : "");
    assert.deepEqual(["content-type", "cache-control", "etag"].map((name) => answer.header(name)), ["text/html", "no-store", undefined]);
  }
  const line = await refused(await gate.get("/plain/none"), 404, "object_missing");
  assert.equal(line.route, "plain");
});

test("conditions and parts, by the table", async () => {
  const cases = JSON.parse(readFileSync(path.join(root, "fixtures/objects.json"), "utf8"));
  const fill = (value) => value.replaceAll("{tag}", tag).replaceAll("{date}", seconds(uploaded).toUTCString());
  assert.ok(cases.length > 30);
  for (const { method = "GET", object = "a.txt", headers, status: expected, body, range } of cases) {
    const filled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)]));
    const answer = await gate.request(method, `/plain/${object}`, { headers: filled });
    const said = `${method} ${object} ${JSON.stringify(headers)}`;
    assert.equal(answer.status, expected, said);
    assert.equal(answer.text, body ?? (expected === 200 && method === "GET" ? TEXT : ""), said);
    assert.equal(answer.header("content-range"), range, said);
    if (expected === 304) {
      assert.deepEqual(["etag", "cache-control", "content-type"].map((name) => answer.header(name)), [tag, "public, max-age=60", undefined], said);
    }
    if (expected === 412 || expected === 416) assert.equal(answer.header("cache-control"), "no-store", said);
  }
});

test("curl continues a download, and node reads what is packed as it was packed", async () => {
  const url = `http://127.0.0.1:${gate.port}/plain/large.bin`;
  const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");
  const curl = (...args) => spawnSync("curl", ["-sS", ...args, url], { maxBuffer: 1 << 26 }).stdout;
  assert.equal(digest(curl()), digest(large));
  assert.equal(digest(curl("-r", "1000000-")), digest(large.subarray(1_000_000)));
  assert.equal(digest(curl("-r", "-7")), digest(large.subarray(-7)));
  assert.equal(digest(curl("-C", "2000000")), digest(large.subarray(2_000_000)));
  const packed = await fetch(`http://127.0.0.1:${gate.port}/plain/packed.txt`);
  assert.deepEqual([packed.headers.get("content-encoding"), await packed.text()], ["gzip", "packed ".repeat(100)]);
  const raw = await gate.get("/plain/packed.txt");
  assert.equal(raw.body.length, gzipSync("packed ".repeat(100)).length);
});

test("the answer goes through what every origin's answer goes through", async () => {
  const answer = await gate.get("/plain/a.txt", { origin: "https://app.example.org" });
  assert.deepEqual([answer.header("access-control-allow-origin"), answer.header("vary")], ["https://app.example.org", "Origin"]);
  const private_ = await gate.get(link("/linked/a.txt"));
  assert.deepEqual([private_.status, private_.header("cache-control"), private_.header("referrer-policy")], [200, "private, max-age=60", "strict-origin"]);
  await files.put("tagged.html", "<p>[[XSRF_TOKEN:true]]</p>", { httpMetadata: { contentType: "text/html" } });
  const visitor = await signIn(gate);
  const page = await gate.get("/tagged/tagged.html", { range: "bytes=0-3", cookie: visitor.cookies });
  assert.equal(page.text, `<p>${visitor.xsrf}</p>`);
  assert.deepEqual([page.status, page.header("etag"), page.header("cache-control")], [200, undefined, "private, no-store"]);
});

test("an upload is stored with its fields, and 201 and 204 say whether it is new", async () => {
  const first = await put("/inbox/notes/a.txt", "first", { "content-type": "text/plain", "content-disposition": "attachment", "content-language": "fr", "cache-control": "max-age=5" });
  status(first, 201);
  const object = await inbox.get("notes/a.txt");
  assert.equal(await object.text(), "first");
  assert.deepEqual(object.httpMetadata, { contentType: "text/plain", contentDisposition: "attachment", contentLanguage: "fr", cacheControl: "max-age=5" });
  assert.equal(first.header("etag"), object.httpEtag);
  status(await put("/inbox/notes/a.txt", "second"), 204);
  status(await put("/inbox/notes/empty", ""), 201);
  assert.equal((await inbox.head("notes/empty")).size, 0);
  const body = Buffer.alloc(2 * 1024 * 1024, 7);
  status(await put("/inbox/large", body), 201);
  assert.equal((await inbox.head("large")).size, body.length);
  status(await gate.request("DELETE", "/inbox/large", { headers: bearer }), 204);
  assert.equal(await inbox.head("large"), null);
  status(await gate.request("DELETE", "/inbox/large", { headers: bearer }), 204);
});

test("conditions of an upload are kept, and a failed one stores nothing", async () => {
  status(await put("/inbox/once", "a", { "if-none-match": "*" }), 201);
  for (const headers of [{ "if-none-match": "*" }, { "if-match": '"other"' }, { "if-unmodified-since": "Sun, 06 Nov 1994 08:49:37 GMT" }]) {
    status(await put("/inbox/once", "b", headers), 412);
  }
  status(await put("/inbox/never", "b", { "if-match": "*" }), 412);
  assert.deepEqual([await (await inbox.get("once")).text(), await inbox.head("never")], ["a", null]);
  const { httpEtag } = await inbox.head("once");
  status(await put("/inbox/once", "c", { "if-match": `"other", ${httpEtag}` }), 204);
});

test("what a bucket could not keep is refused before anything is stored", async () => {
  await gate.take();
  await refused(await put("/inbox/part", "b", { "content-range": "bytes 0-0/5" }), 400, "upload_unsupported");
  await refused(await put("/inbox/part", "b", { "if-match": "unquoted" }), 400, "upload_unsupported");
  await refused(await gate.request("DELETE", "/inbox/once", { headers: { ...bearer, "if-match": "*" } }), 400, "upload_unsupported");
  await refused(await put("/inbox/", "b"), 404, "object_missing");
  await refused(await gate.request("PUT", "/inbox/part", { body: "b" }), 401, "credential_missing");
  await refused(await gate.request("PUT", "/bucket/a.txt", { body: "b" }), 405, "method_not_allowed");
  const chunked = await gate.raw(`PUT /inbox/chunks HTTP/1.1\r\nHost: ${gate.host}\r\nAuthorization: ${bearer.authorization}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\na\r\n0\r\n\r\n`);
  await refused(chunked, 411, "upload_without_length");
  assert.deepEqual((await gate.take()).forwarded, []);
  assert.equal(await inbox.head("chunks"), null);
});

test("a client that leaves during its upload stores nothing", async () => {
  await put("/inbox/kept", "whole");
  for (const declared of [1_000_000, 100]) {
    for (const [sent, expected] of [[declared >> 1, 5], [declared, declared]]) {
      const socket = net.connect(gate.port, "127.0.0.1");
      socket.on("error", () => {});
      socket.write(`PUT /inbox/kept HTTP/1.1\r\nHost: ${gate.host}\r\nAuthorization: ${bearer.authorization}\r\nContent-Length: ${declared}\r\n\r\n${"x".repeat(sent)}`);
      await sleep(500);
      socket.destroy();
      await sleep(300);
      assert.equal((await inbox.head("kept")).size, expected, `${sent} of ${declared} bytes`);
      await put("/inbox/kept", "whole");
    }
  }
});

test("what others put there is no page of this site", async () => {
  for (const [type, csp] of [
    ["text/html", "sandbox"], ["image/svg+xml", "sandbox"], ["application/xhtml+xml; charset=utf-8", "sandbox"], ["", "sandbox"],
    ["text/plain", undefined], ["image/png", undefined], ["application/pdf", undefined],
  ]) {
    await inbox.put("typed", "<script>alert(1)</script>", { httpMetadata: type ? { contentType: type } : {} });
    for (const method of ["GET", "HEAD"]) {
      const answer = await gate.request(method, "/inbox/typed", { headers: bearer });
      assert.deepEqual([answer.header("content-security-policy"), answer.header("x-content-type-options")], [csp, "nosniff"], type);
    }
    const part = await gate.get("/inbox/typed", { ...bearer, range: "bytes=0-5" });
    assert.deepEqual([part.status, part.header("content-security-policy")], [206, csp], type);
  }
});

test("a bucket that fails, hangs or is not bound is one reason, and no object", async () => {
  await refused(await gate.get("/gone/a.txt"), 503, "binding_missing");
  for (const [bucket, expected, reason] of [["throw", 503, "bucket_unavailable"], ["broken", 503, "bucket_unavailable"], ["garbage", 503, "bucket_unavailable"], ["hang", 504, "origin_timeout"]]) {
    await gate.faults({ bucket });
    await refused(await gate.get("/bucket/a.txt"), expected, reason);
    if (bucket !== "hang") await refused(await gate.get("/bucket/a.txt", { range: "bytes=0-1", "if-none-match": '"x"' }), expected, reason);
  }
  await gate.faults({ bucket: "missing" });
  await refused(await gate.get("/bucket/a.txt"), 503, "binding_missing");
  await gate.faults({});
  status(await gate.get("/bucket/a.txt"), 200);
});

theLogHoldsNoCredential(gateway);
