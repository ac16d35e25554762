// The sign-in page, signing out, and what a guesser meets.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, strictRoute, theLogHoldsNoCredential } from "../lib/gateway.mjs";

const policy = demoPolicy(strictRoute("session"));
// Luminate's log-in is a sign-in, too.
const off = demoPolicy(['[sign_in]\norigin = "demo"\npath = "/check-password"\nkey = "assertion"', ""])
  .replace(/# Luminate's [^]*?(?=# What senders)/, "")
  .replace(/\[\[routes\]\]\nname = "site"[^]*?(?=\[\[routes\]\])/, "")
  .replaceAll(/"superoffice-\w+"/g, '"bearer"')
  .replace(/\[providers\.demo\]\n(?:.+\n)+/, "")
  .replaceAll(/\[\[routes\]\]\nname = "(?:members|staff)"\n(?:.+\n)+/g, "");
const gateway = await startGateway({ gate: { policy }, off: { policy: off } });
const { gate } = gateway;
after(() => gateway.stop());

const password = "correct horse battery staple";
gateway.seen.add(password);
let caller = 0;
const signIn = (fields = {}, headers = {}) =>
  gate.form("/.edgegate/sign-in", String(new URLSearchParams({ account: "jo", password, next: "/account/", ...fields })), {
    accept: "text/html",
    origin: "http://127.0.0.1:8787",
    "cf-connecting-ip": `198.51.100.${++caller % 250}`,
    ...headers,
  });
const sessionOf = (answer) => /^edgegate=([^;]+)/.exec(answer.cookies[0])?.[1];
const cookie = (session) => ({ cookie: `edgegate=${session}` });

test("the page is a form that posts to itself", async () => {
  const answer = await gate.get("/.edgegate/sign-in?next=%2Faccount%2F%3Fx%3D1%26y", { accept: "text/html" });
  status(answer, 200);
  assert.match(answer.header("content-type"), /^text\/html; charset=utf-8$/);
  assert.equal(answer.header("cache-control"), "no-store");
  assert.match(answer.header("content-security-policy"), /default-src 'none'.*frame-ancestors 'none'/);
  assert.match(answer.text, /<form method="post" action="\/\.edgegate\/sign-in">/);
  assert.match(answer.text, /name="next" value="\/account\/\?x=1&amp;y"/);
  assert.match(answer.text, /<label for="account">.*<input id="account"[^>]*autocomplete="username"/s);
  assert.match(answer.text, /type="password" autocomplete="current-password"/);
});

test("name, e-mail address or number and the right password open a session", async () => {
  for (const account of ["jo", "jo@example.org", "1001002"]) {
    const answer = await signIn({ account });
    status(answer, 303);
    assert.equal(answer.header("location"), "/account/");
    assert.match(answer.cookies[0], /^edgegate=egs_[^;]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/);
    assert.equal(forwarded(await gate.get("/account/", cookie(sessionOf(answer)))).fields.get("edgegate-subject"), "1001002");
  }
});

test("a wrong password or account is told on the page, the same words for both", async () => {
  for (const wrong of [{ password: "guess" }, { account: "nobody" }, { password: "" }, { account: "" }, { account: "jo", password: "staple battery horse correct" }]) {
    const answer = await signIn(wrong);
    status(answer, 401);
    assert.match(answer.text, /role="alert"[^>]*>The account or the password is not right\./);
    assert.equal(answer.cookies.length, 0);
    assert.match(answer.text, /name="next" value="\/account\/"/);
  }
});

test("it sends on to its own addresses only", async () => {
  const foreign = ["https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "/%2f/evil.example", "/a/../../b", "account", "", "/\t/evil.example", "/\r\nSet-Cookie: x=1", "http:/evil.example", "/é"];
  for (const next of foreign) {
    const answer = await signIn({ next });
    status(answer, 303);
    assert.equal(answer.header("location"), "/", JSON.stringify(next));
    const shown = await gate.get(`/.edgegate/sign-in?next=${encodeURIComponent(next)}`, { accept: "text/html" });
    assert.match(shown.text, /name="next" value="\/"/, JSON.stringify(next));
  }
  assert.equal((await signIn({ next: "/account/a?b=c&d" })).header("location"), "/account/a?b=c&d");
});

test("nothing of a next breaks out of the page", async () => {
  const answer = await gate.get("/.edgegate/sign-in?next=%2F%3Fq%3D%22%3E%3Cscript%3E", { accept: "text/html" });
  assert.doesNotMatch(answer.text, /<script/);
});

test("a post from another site is refused, as is one that is no form", async () => {
  for (const foreign of [{ origin: "http://evil.example" }, { origin: "null" }, { origin: "http://127.0.0.1:8788" }, { "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }]) {
    await refused(await signIn({}, foreign), 403, "cross_site");
    await refused(await gate.form("/.edgegate/sign-out", "", foreign), 403, "cross_site");
  }
  await refused(await signIn({}, { "content-type": "application/json" }), 400, "form_malformed");
  await refused(await signIn({}, { "content-type": undefined }), 400, "form_malformed");
  await refused(await gate.form("/.edgegate/sign-in", "account=jo&account=sam&password=x"), 400, "parameter_duplicate");
  await refused(await signIn({ password: "x".repeat(66_000) }), 413, "body_too_large");
});

test("signing in gives a new session and ends the one that the request came with", async () => {
  const first = sessionOf(await signIn());
  const planted = sessionOf(await signIn({ account: "sam", password: "staple battery horse correct" }));
  const second = sessionOf(await signIn({}, cookie(first)));
  assert.notEqual(first, second);
  await refused(await gate.get("/account/", cookie(first)), 401, "session_revoked");
  const third = sessionOf(await signIn({}, cookie(planted)));
  await refused(await gate.get("/account/", cookie(planted)), 401, "session_revoked");
  for (const mine of [second, third]) forwarded(await gate.get("/account/", cookie(mine)));
  status(await signIn({}, cookie("egs_forged")), 303); // a stale cookie is no obstacle
});

test("signing out ends the session at once, takes the cookie back, and only a post does it", async () => {
  const session = sessionOf(await signIn());
  const shown = await gate.get("/.edgegate/sign-out", { ...cookie(session), accept: "text/html" });
  assert.match(shown.text, /<form method="post" action="\/\.edgegate\/sign-out"><button>/);
  forwarded(await gate.get("/account/", cookie(session)));
  const answer = await gate.form("/.edgegate/sign-out", "", { ...cookie(session), origin: "http://127.0.0.1:8787", accept: "text/html" });
  status(answer, 200);
  assert.match(answer.cookies[0], /^edgegate=; Path=\/; Max-Age=0; HttpOnly; SameSite=Lax$/);
  for (const path of ["/account/", "/strict/a"]) await refused(await gate.get(path, cookie(session)), 401, "session_revoked");
  status(await gate.form("/.edgegate/sign-out", "", { origin: "http://127.0.0.1:8787" }), 200); // without a session it is done as well
});

test("twenty attempts of one network on one account, then 429, and for nobody else", async () => {
  const guess = (account, address) => signIn({ account, password: "guess" }, { "cf-connecting-ip": address });
  for (let tries = 0; tries < 20; tries++) status(await guess("sam", "203.0.113.9"), 401);
  const answer = await guess("sam", "203.0.113.9");
  await refused(answer, 429, "throttled");
  assert.equal(answer.header("retry-after"), "60");
  status(await signIn({ account: "sam", password: "staple battery horse correct" }, { "cf-connecting-ip": "203.0.113.9" }), 429);
  status(await guess("jo", "203.0.113.9"), 401);
  status(await guess("sam", "203.0.113.10"), 401);
  for (let tries = 0; tries < 20; tries++) await guess("sam", `2001:db8:7:7:${tries}::1`);
  status(await guess("sam", "2001:db8:7:7:ffff::1"), 429); // one household is one guesser
  status(await guess("sam", "2001:db8:7:8::1"), 401);
});

test("a guess is counted by the Durable Object before it is checked; the limiter hears of wrong ones alone", async () => {
  const cost = async (fields, address) => {
    await gate.take();
    await signIn(fields, { "cf-connecting-ip": address });
    const { kv, ledger, limiter, forwarded } = await gate.take();
    return { kv, ledger, limiter, asked: forwarded.length };
  };
  assert.deepEqual(await cost({}, "203.0.113.50"), { kv: 2, ledger: 3, limiter: 0, asked: 1 }); // the guess, that it was right, the session; its record, and who has it
  assert.deepEqual(await cost({ password: "guess" }, "203.0.113.50"), { kv: 0, ledger: 1, limiter: 1, asked: 1 });
  for (let tries = 1; tries < 20; tries++) await cost({ password: "guess" }, "203.0.113.50");
  const { kv, limiter, asked } = await cost({}, "203.0.113.50");
  assert.deepEqual({ kv, limiter, asked }, { kv: 0, limiter: 0, asked: 0 }, "one too many: nobody is asked");
});

test("who goes on after one too many costs nothing any more", async () => {
  const guess = () => signIn({ account: "sam", password: "guess" }, { "cf-connecting-ip": "203.0.113.51" });
  for (let tries = 0; tries < 21; tries++) await guess();
  await gate.take();
  status(await guess(), 429);
  assert.deepEqual(await gate.take(), { kv: 0, ledger: 0, limiter: 0, forwarded: [] });
});

test("a right password starts the count anew, and never counts", async () => {
  const from = { "cf-connecting-ip": "203.0.113.52" };
  for (let round = 0; round < 2; round++) {
    for (let tries = 0; tries < 19; tries++) status(await signIn({ password: "guess" }, from), 401);
    status(await signIn({}, from), 303);
  }
  for (let times = 0; times < 25; times++) status(await signIn({}, from), 303);
});

test("a policy without a sign-in has no page, and no refusal points to one", async () => {
  const { off } = gateway;
  await refused(await off.get("/.edgegate/sign-in"), 404, "no_route");
  const answer = await off.get("/account/", { accept: "text/html" });
  status(answer, 401);
  assert.doesNotMatch(answer.text, /sign-in/);
  assert.match((await gate.get("/account/?a=1", { accept: "text/html" })).text, /href="\/\.edgegate\/sign-in\?next=%2Faccount%2F%3Fa%3D1"/);
});

theLogHoldsNoCredential(gateway);
