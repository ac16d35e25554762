// How a refusal looks: a document for programs, a page for people, one request id for both and the log, and the
// bounds of a request.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { link, now } from "../lib/sign.mjs";

const policy = demoPolicy("[limits]\nurl = 1024\nheaders = 4096\nbody = 1000", `
[[routes]]
name = "read"
path = "/shared/*"
methods = ["GET", "HEAD"]
accept = ["none"]
forward = { origin = "demo" }
[[routes]]
name = "write"
path = "/shared/*"
methods = ["PUT", "LOCK"]
accept = ["bearer"]
forward = { origin = "demo" }`);
const gateway = await startGateway({ gate: { policy }, roomy: {}, quiet: { policy: demoPolicy(['[gateway]\n', '[gateway]\ndecision_log = false\nrealm = "the house"\n']) } });
const { gate } = gateway;
after(() => gateway.stop());

const examples = [
  ["/nowhere", 404, "no_route", "not_found", "There is nothing here"],
  ["/files/a", 403, "credential_missing", "credential_missing", "This page is not open to everyone"],
  [link("/files/a", "", { key: "wrong" }), 403, "link_signature_mismatch", "link_invalid", "This link is not valid"],
  [link("/files/a", "", { exp: now() - 1 }), 403, "link_expired", "link_expired", "This link has expired"],
  ["/me/a", 401, "credential_missing", "credential_missing", "This page is not open to everyone"],
  ["/account/", 401, "credential_missing", "credential_missing", "Please sign in"],
  ["/account//", 400, "path_ambiguous", "ambiguous_request", "This address is not clear"],
  ["/account/?NONCE_TOKEN=x", 403, "nonce_forged", "nonce_invalid", "This link does not work any more"],
  ["/.edgegate/nothing", 404, "no_route", "not_found", "There is nothing here"],
];

test("a program gets problem+json with the public code, and the log has the reason under the same id", async () => {
  for (const accept of ["application/json", "*/*", undefined, "application/problem+json", "text/html;q=0.5, application/json"]) {
    for (const [path, code, reason, word] of examples) {
      const answer = await gate.get(path, { accept });
      await refused(answer, code, reason);
      assert.equal(answer.header("content-type"), "application/problem+json");
      assert.equal(answer.header("x-content-type-options"), "nosniff");
      assert.ok(answer.header("vary").split(", ").includes("Accept"));
      const { type, title, status, detail, code: told, request_id, ...rest } = answer.json;
      assert.deepEqual([type, status, told, rest], ["about:blank", code, word, {}]);
      assert.ok(title.length > 5 && detail.length > 5 && /^[0-9a-f]{32}$/.test(request_id));
    }
  }
});

test("a person gets a page: language, one title that is its heading, plain words, the id, no script, nothing from elsewhere", async () => {
  for (const [path, code, reason, word, title] of examples) {
    const answer = await gate.get(path, { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" });
    await refused(answer, code, reason);
    assert.equal(answer.header("content-type"), "text/html; charset=utf-8");
    assert.match(answer.header("content-security-policy"), /^default-src 'none'; style-src/);
    const html = answer.text;
    assert.match(html, /^<!doctype html>\n<html lang="en" dir="ltr">/);
    assert.equal(/<title>(.*?)<\/title>/.exec(html)[1], /<h1>(.*?)<\/h1>/.exec(html)[1]);
    assert.equal(html.match(/<h1/g).length, 1);
    assert.equal(/<h1>(.*?)<\/h1>/.exec(html)[1], title);
    const [, id] = /<p class="small">Request ID <code dir="ltr">([0-9a-f]{32})<\/code><\/p><\/main>/.exec(html);
    assert.equal(id, answer.requestId);
    for (const unsaid of [word, reason, `${code}`]) assert.ok(!/[_\d]/.test(unsaid) || !html.replace(id, "").replace(/<style>.*?<\/style>/s, "").includes(unsaid), unsaid);
    assert.match(html, /<a class="button[^>]*href="\/[^"]*"/);
    assert.ok(answer.header("vary").split(", ").includes("Accept-Language"));
    assert.equal(answer.header("content-language"), "en");
    assert.doesNotMatch(html, /<script|https?:|src=|<img/);
  }
});

test("the answer to a HEAD has the refusal's head and no body", async () => {
  for (const [path, code] of examples) {
    const answer = await gate.request("HEAD", path);
    status(answer, code);
    assert.equal(answer.body.length, 0);
    assert.equal(answer.header("cache-control"), "no-store");
  }
});

test("what the address held is not repeated in the answer", async () => {
  for (const accept of ["text/html", "application/json"]) {
    for (const path of ["/nowhere/%22%3E%3Cscript%3E?x=<b>".replace("<b>", "%3Cb%3E"), link("/files/a", "marker=told-4711", { key: "wrong" }), "/account/?NONCE_TOKEN=told-4711"]) {
      assert.doesNotMatch((await gate.get(path, { accept })).text, /script>|told-4711|%3Cb/);
    }
  }
});

test("a method that the route lacks is 405 with Allow, its sibling's methods included", async () => {
  const answer = await gate.request("DELETE", "/files/a");
  await refused(answer, 405, "method_not_allowed");
  assert.equal(answer.header("allow"), "GET, HEAD");
  const shared = await gate.request("POST", "/shared/a");
  await refused(shared, 405, "method_not_allowed");
  assert.equal(shared.header("allow"), "GET, HEAD, PUT, LOCK");
  forwarded(await gate.get("/shared/a"));
  await refused(await gate.request("PUT", "/shared/a"), 401, "credential_missing");
  for (const [path, allow] of [["/.edgegate/health", "GET, HEAD"], ["/.edgegate/sign-in", "GET, HEAD, POST"], ["/", "GET, HEAD"]]) {
    const own = await gate.request("DELETE", path);
    await refused(own, 405, "method_not_allowed");
    assert.equal(own.header("allow"), allow);
  }
  assert.equal((await gate.get("/.edgegate/admin/token")).header("allow"), "POST");
});

test("a method that no route lists is 501; one in other letters is another method", async () => {
  for (const method of ["PROPFIND", "get", "Get", "FOO", "TRACE"]) {
    const answer = await gate.raw(`${method} /files/a HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nConnection: close\r\n\r\n`);
    assert.ok(answer.status === 501, `${method}: ${answer.status}`);
    assert.equal(answer.echo, undefined);
  }
  status(await gate.raw("LOCK /files/a HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nConnection: close\r\n\r\n"), 405);
});

test("an address that is too long is 414, headers that are too large 431, a body that is too large 413", async () => {
  const own = "http://127.0.0.1:8787/shared/".length;
  forwarded(await gate.get(`/shared/${"a".repeat(1024 - own)}`));
  await refused(await gate.get(`/shared/${"a".repeat(1025 - own)}`), 414, "url_too_long");
  forwarded(await gate.get("/shared/a", { "x-large": "x".repeat(3500) }));
  await refused(await gate.get("/shared/a", { "x-large": "x".repeat(4096) }), 431, "headers_too_large");
  await refused(await gate.get("/shared/a", Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`x-many-${at}`, "x".repeat(60)]))), 431, "headers_too_large");
  for (const path of ["/me/a", "/nowhere", "/landing/a"]) await refused(await gate.post(path, "x".repeat(1001)), 413, "body_too_large");
  await refused(await gate.post("/me/a", "x".repeat(1000)), 401, "credential_missing");
});

test("the defaults are 8192 bytes of address and 32768 of headers", async () => {
  const { roomy } = gateway;
  const own = "http://127.0.0.1:8787/files/".length;
  await refused(await roomy.get(`/files/${"a".repeat(8192 - own)}`), 403, "credential_missing");
  await refused(await roomy.get(`/files/${"a".repeat(8193 - own)}`), 414, "url_too_long");
  await refused(await roomy.get("/files/a", { "x-large": "x".repeat(32_768) }), 431, "headers_too_large");
});

test("one line of the log for each request, with what it cost and a digest of who", async () => {
  const { access_token } = await gate.admin("token", { subject: "1001002", client: "demo" });
  const before = gateway.logs.filter((line) => line.startsWith('{"edgegate"')).length;
  const { fields } = forwarded(await gate.get("/me/a", { authorization: `Bearer ${access_token}` }));
  const line = await gate.decision(fields.get("edgegate-request-id"));
  assert.deepEqual([line.edgegate, line.reason, line.status, line.method, line.route, line.credential, line.key_id], ["decided", "ok", 200, "GET", "me", "bearer", "seal-1"]);
  assert.match(line.subject, /^[\w-]{12}$/);
  for (const number of ["kv", "kv_ms", "ledger", "ledger_ms", "origin_ms"]) assert.equal(typeof line[number], "number", number);
  const after = gateway.logs.filter((text) => text.startsWith('{"edgegate"')).length;
  assert.equal(after, before + 1);
});

test("the decision log can be turned off, and the realm is the policy's", async () => {
  const answer = await gateway.quiet.get("/me/a");
  assert.match(answer.header("www-authenticate"), /^Bearer realm="the house"/);
  assert.ok(!gateway.logs.some((line) => line.includes(answer.requestId)));
});

theLogHoldsNoCredential(gateway, { subjects: ["1001002"] });
