// Luminate sessions end to end: opened by a password or a nonce, carried by cookie or field, bound to their token, and
// over when they are over. Response signatures are computed here again, by node:crypto.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, secrets, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { CR, JO, SAM, call, cookieOf, granted, login, read, refusedCall, spoiled, subjectOf, visitor } from "../lib/luminate.mjs";
import { startOrigin } from "../lib/origin.mjs";
import { now } from "../lib/sign.mjs";

// A password check that knows a person whose number is none.
const check = await startOrigin((request, response) => {
  response.setHeader("content-type", "application/json");
  response.end('{"subject":"1001002-x"}');
});
const sha1 = demoPolicy(['digests = ["md5", "sha1"]', 'digests = ["sha1"]']);
const named = demoPolicy(['[sign_in]\norigin = "demo"', `[origins.check]\nurl = "${check.url}"\n[sign_in]\norigin = "check"`]);
const gateway = await startGateway({ a: {}, b: { sharing: "a" }, sha1: { policy: sha1 }, named: { policy: named } });
const { a, b } = gateway;
after(() => (check.stop(), gateway.stop()));

const page = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-site": "none" };
const getUser = (gate, fields, headers) => call(gate, "getUser", { ...fields, fields: "cons_id" }, headers);
const isJo = (answer) => assert.deepEqual(answer.json, { getConsResponse: { cons_id: "1001002" } });
const establish = (nonce, next = "/site/Page") => `/site/EstablishSession?NONCE_TOKEN=${nonce}&NEXTURL=${encodeURIComponent(next)}`;

test("log in, be tested, get the record, log out: by field, by cookie, and in the next isolate", async () => {
  for (const account of [JO, { user_name: "jo@example.org", password: JO.password }, { email: "jo@example.org", password: JO.password, user_name: undefined }]) {
    const answer = await call(a, "login", account);
    const { cons_id, token, JSESSIONID } = granted(answer);
    assert.equal(cons_id, "1001002");
    assert.equal(cookieOf(answer), JSESSIONID);
    assert.match(answer.cookies[0], /; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/);
    for (const gate of [a, b]) {
      assert.equal(granted(await call(gate, "loginTest", { JSESSIONID })).cons_id, "1001002");
      assert.equal(granted(await read(gate, "loginTest", { cons_id: "1001002" }, { cookie: `JSESSIONID=${JSESSIONID}` })).cons_id, "1001002");
      isJo(await getUser(gate, { auth: token, JSESSIONID }));
      isJo(await getUser(gate, { auth: token }, { cookie: `JSESSIONID=${JSESSIONID}` }));
    }
    await refusedCall(call(a, "loginTest", { JSESSIONID, cons_id: "1001003" }), "204", "not_signed_in");
    const out = await call(a, "logout", { JSESSIONID });
    assert.deepEqual(out.json, { loginResponse: { message: "User logged out successfully." } });
    assert.match(out.cookies[0], /^JSESSIONID=; Path=\/; Max-Age=0; HttpOnly; SameSite=Lax$/);
  }
});

test("after logging out nonce, token and session are dead", async () => {
  const jo = await login(a);
  const visiting = (await call(a, "getLoginUrl", jo.field)).json.getLoginUrlResponse;
  granted(await call(a, "logout", jo.own));
  await refusedCall(call(a, "loginTest", jo.field), "204", "not_signed_in");
  await refusedCall(getUser(a, jo.own), "5", "bound_token_mismatch");
  await refusedCall(getUser(a, { auth: jo.token }, jo.cookie), "5", "bound_token_mismatch");
  for (const nonce of [jo.nonce, /NONCE_TOKEN=(\w+)/.exec(visiting.url)[1]]) {
    await refusedCall(read(a, "getLoginUrl", { NONCE_TOKEN: nonce }), "5", "session_revoked");
    for (const target of [establish(nonce), `/site/Page?NONCE_TOKEN=${nonce}`]) {
      const answer = await a.get(target, page);
      assert.ok(answer.status === 401 || answer.status === 403, answer.text);
      assert.deepEqual(answer.cookies, []);
    }
  }
});

test("logging in never continues a session, and ends the one that it came with", async () => {
  const planted = await visitor(a);
  const jo = await login(a, JO, planted.cookie);
  assert.notEqual(jo.JSESSIONID, planted.JSESSIONID);
  await refusedCall(call(a, "loginTest", planted.field), "204", "not_signed_in");
  const sam = granted(await call(a, "login", { ...SAM, ...jo.field }));
  await refusedCall(call(a, "loginTest", jo.field), "204", "not_signed_in");
  assert.equal(granted(await call(a, "loginTest", { JSESSIONID: sam.JSESSIONID })).cons_id, "1001003");
});

test("a visitor has an anonymous session, with a token that works", async () => {
  const one = await visitor(a);
  assert.equal(await subjectOf(a, { field: { ...one.own } }), null);
  assert.equal((await visitor(a, one.cookie)).JSESSIONID, one.JSESSIONID, "and keeps it");
  await refusedCall(call(a, "listUserFields", { JSESSIONID: one.JSESSIONID }), "5", "bound_token_missing");
});

test("tokens swapped between two sessions are refused, of one person as of two", async () => {
  const [jo, again, sam, nobody] = [await login(a), await login(a), await login(a, SAM), await visitor(a)];
  await a.take();
  for (const mine of [jo, again, sam, nobody]) {
    for (const other of [jo, again, sam, nobody].filter((one) => one !== mine)) {
      await refusedCall(getUser(a, { auth: other.token, ...mine.field }), "5", "bound_token_mismatch");
      await refusedCall(getUser(a, { auth: other.token }, mine.cookie), "5", "bound_token_mismatch");
    }
    await refusedCall(getUser(a, { auth: mine.token }), "5", "bound_token_mismatch");
    await refusedCall(getUser(a, { ...mine.own, auth: spoiled(mine.token) }), "5", "bound_token_mismatch");
  }
  for (const [field, cookie] of [[jo, sam], [sam, jo], [jo, again]]) await refusedCall(getUser(a, field.own, cookie.cookie), "5", "session_conflict");
  assert.deepEqual((await a.take()).forwarded, []);
  isJo(await getUser(a, jo.own, nobody.cookie));
});

test("a nonce connects another browser: EstablishSession, a page, a call in place, each once", async () => {
  const { field } = await login(a);
  const nonce = async () => /NONCE_TOKEN=(\w+)/.exec(granted(await call(a, "getLoginUrl", field)).url)[1];

  const first = establish(await nonce(), "http://127.0.0.1:8788/back?x=1#y");
  const established = await b.get(first.replace("Session?", "Session;jsessionid=00000000.app1?"), page);
  assert.deepEqual([established.status, established.header("location")], [302, "http://127.0.0.1:8788/back?x=1#y"]);
  assert.equal(cookieOf(established), field.JSESSIONID);
  await refused(await a.get(first, page), 403, "nonce_replayed");

  const onPage = await nonce();
  const clean = await b.get(`/site/Page?a=%zz&NONCE_TOKEN=${onPage}&&b=1`, page);
  assert.deepEqual([clean.status, clean.header("location"), cookieOf(clean)], [303, "/site/Page?a=%zz&&b=1", field.JSESSIONID]);
  await refused(await b.get(`/site/Page?NONCE_TOKEN=${onPage}`, page), 403, "nonce_replayed");

  const inPlace = await nonce();
  const called = await read(b, "getLoginUrl", { NONCE_TOKEN: inPlace });
  assert.equal(granted(called).JSESSIONID, field.JSESSIONID);
  assert.equal(cookieOf(called), field.JSESSIONID);
  assert.equal(called.header("location"), undefined, "without a redirect");
  await refusedCall(read(b, "getLoginUrl", { NONCE_TOKEN: inPlace }), "5", "nonce_replayed");
  const echo = forwarded(await call(b, "getUser", { auth: granted(called).token, demo: "echo" }, { to: `${CR}?NONCE_TOKEN=${await nonce()}` }));
  assert.equal(echo.fields.get("edgegate-subject"), "1001002");
});

test("where NEXTURL may not lead, a nonce is not used up", async () => {
  const { nonce } = await login(a);
  for (const [next, reason] of [
    ["https://evil.example/", "redirect_target"],
    ["//evil.example/", "redirect_host"],
    ["/\\evil.example", "redirect_characters"],
    ["http://127.0.0.1:8788@evil.example/", "redirect_userinfo"],
    ["http://127.0.0.1:8788.evil.example/", "redirect_host"],
    ["javascript:alert(1)", "redirect_scheme"],
    ["http://127.0.0.1:8789/", "redirect_target"],
  ]) {
    const answer = await a.get(establish(nonce, next), page);
    await refused(answer, 400, reason);
    assert.equal(answer.cookies.length, 0);
  }
  for (const ahead of [{ "sec-purpose": "prefetch" }, { purpose: "preview" }]) await refused(await a.get(establish(nonce), { ...page, ...ahead }), 403, "nonce_not_used");
  status(await a.get(establish(nonce), page), 302);
});

test("one nonce and fifty requests at once over two isolates: exactly one has the session", async () => {
  const ways = [(nonce) => (gate) => gate.get(establish(nonce), page), (nonce) => (gate) => read(gate, "getLoginUrl", { NONCE_TOKEN: nonce }), (nonce) => (gate) => gate.get(`/site/Page?NONCE_TOKEN=${nonce}`, page)];
  for (let round = 0; round < 12; round++) {
    const send = ways[round % ways.length]((await login(round % 2 ? a : b)).nonce);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => send(at % 2 ? a : b)));
    assert.equal(answers.filter((answer) => answer.status < 400).length, 1);
    assert.equal(answers.filter((answer) => answer.cookies.length > 0).length, 1);
  }
});

test("PixelServer is a picture for everybody", async () => {
  const jo = await login(a);
  for (const headers of [{}, jo.cookie]) {
    const answer = await a.get("/site/PixelServer", headers);
    status(answer, 200);
    assert.deepEqual([answer.header("content-type"), answer.body.subarray(0, 6).toString()], ["image/gif", "GIF89a"]);
    assert.equal(answer.header("cache-control"), "no-store");
  }
});

test("login and loginTest are signed over cons_id, timestamp and secret, in the policy's digest", async () => {
  for (const [gate, digest] of [[a, "md5"], [gateway.sha1, "sha1"]]) {
    const { field } = await login(gate);
    for (const answer of [await call(gate, "login", JO), await call(gate, "loginTest", field), await call(gate, "authenticateUser", JO)]) {
      const { cons_id, timestamp, signature } = granted(answer);
      assert.ok(Math.abs(timestamp - now()) <= 2);
      assert.equal(signature, createHash(digest).update(`${cons_id}${timestamp}${secrets.CONVIO_API_SECRET_KEY}`).digest("hex"));
    }
  }
});

test("a subject that is not all digits is never signed: its text has no delimiters", async () => {
  const { cons_id, timestamp, signature, JSESSIONID } = granted(await call(gateway.named, "login", JO));
  assert.deepEqual({ cons_id, timestamp, signature }, { cons_id: "1001002-x", timestamp: null, signature: null });
  const tested = granted(await call(gateway.named, "loginTest", { JSESSIONID }));
  assert.deepEqual([tested.timestamp, tested.signature], [null, null]);
});

theLogHoldsNoCredential(gateway);
