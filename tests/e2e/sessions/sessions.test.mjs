// Sessions: how a nonce opens one, what the cookie looks like, when it ends.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { confirmedRoute, demoPolicy, secrets, startGateway, strictRoute, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { now, seal } from "../lib/sign.mjs";

const policy = demoPolicy(confirmedRoute, strictRoute("session"));
const own = Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, value.startsWith("{") ? value : `own-${value}`]));
const gateway = await startGateway({ gate: { policy }, own: { policy, secrets: { ...own, EDGEGATE_ASSERTION_KEY: undefined } } });
const { gate } = gateway;
after(() => gateway.stop());

const page = { accept: "text/html" };
const mint = async (more = {}) => (await gate.admin("nonce", { subject: "1001002", route: "account", ...more })).url.replace("http://127.0.0.1:8787", "");
const sessionOf = (answer) => /^edgegate=([^;]+)/.exec(answer.cookies[0])?.[1];
const cookie = (session) => ({ cookie: `edgegate=${session}` });
const open = async (more) => sessionOf(await gate.get(await mint(more), page));

test("a nonce opens a session, by a redirect to the same address without it", async () => {
  const address = await mint({ path: "/account/orders?year=2026&&x=%zz" });
  const answer = await gate.get(address, { ...page, referer: `http://127.0.0.1:8787${address}` });
  status(answer, 303);
  assert.equal(answer.header("location"), "/account/orders?year=2026&&x=%zz");
  assert.equal(answer.header("cache-control"), "no-store");
  assert.match(answer.header("referrer-policy"), /^(no-referrer|strict-origin|same-origin)$/);
  assert.equal(answer.cookies.length, 2);
  assert.match(answer.cookies[1], /^XSRF-TOKEN=[\w-]{43}\.; Path=\/; Max-Age=43200; SameSite=Lax$/);
  assert.match(answer.cookies[0], /^edgegate=egs_seal-1_[\w-]{62}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/);
  const echo = forwarded(await gate.get("/account/orders", cookie(sessionOf(answer))));
  assert.equal(echo.fields.get("edgegate-subject"), "1001002");
  assert.ok(!echo.fields.has("cookie"), "the session does not reach the origin");
});

test("a nonce works once, in no other spelling, and on its own route only", async () => {
  const address = await mint();
  status(await gate.get(address, page), 303);
  await refused(await gate.get(address), 403, "nonce_replayed");
  await refused(await gate.get(`${address}&a=1`), 403, "nonce_replayed");
  await refused(await gate.get(`${address}=`), 403, "nonce_forged");
  await refused(await gate.get(address.replace("NONCE_TOKEN", "nonce_token")), 400, "parameter_shadowed");
  await refused(await gate.get(`${address}&${address.split("?")[1]}`), 400, "parameter_duplicate");
  const fresh = await mint();
  await refused(await gate.get(fresh.replace("/account/", "/confirmed/")), 403, "nonce_wrong_route");
  status(await gate.get(fresh.replace("/account/", "/account/elsewhere"), page), 303);
});

test("expired, unknown and foreign nonces are refused", async () => {
  const at = (made) => `/account/?NONCE_TOKEN=${made.text}`;
  await refused(await gate.get(at(seal("egn", { audience: "account", issued: now() - 900, expires: now() - 1 }))), 403, "nonce_expired");
  await refused(await gate.get(at(seal("egn", { audience: "account", issued: now() - 500 }))), 403, "nonce_unknown");
  await refused(await gate.get(at(seal("egn", { audience: "account", key: "x" }))), 403, "nonce_forged");
  await refused(await gate.get(at(seal("egs"))), 403, "nonce_forged");
  await refused(await gate.get("/account/?NONCE_TOKEN="), 403, "nonce_forged");
});

test("HEAD, prefetch and previews do not use a nonce up", async () => {
  const address = await mint();
  status(await gate.request("HEAD", address), 403);
  for (const ahead of [{ "sec-purpose": "prefetch" }, { purpose: "preview" }, { "x-moz": "prefetch" }]) {
    const answer = await gate.get(address, { ...ahead, ...page });
    await refused(answer, 403, "nonce_not_used");
    assert.equal(answer.cookies.length, 0);
  }
  status(await gate.get(address, page), 303);
});

test("a program that asks for JSON gets the origin's answer and the cookie, and the origin no nonce", async () => {
  const address = await mint({ path: "/account/a?x=1" });
  const answer = await gate.get(address, { referer: `http://127.0.0.1:8787${address}` });
  const echo = forwarded(answer);
  assert.equal(echo.path, "/account/a?x=1");
  assert.ok(sessionOf(answer).startsWith("egs_"));
  assert.ok(!JSON.stringify(echo).includes(/NONCE_TOKEN=(.*)/.exec(address)[1]), "nor in a Referer");
});

test("with confirm only the button of the gateway's own page uses a nonce up", async () => {
  const address = await mint({ route: "confirmed", path: "/confirmed/a?x=1" });
  const shown = await gate.get(address, page);
  status(shown, 200);
  assert.match(shown.header("content-type"), /^text\/html/);
  assert.equal(shown.cookies.length, 0);
  assert.equal(shown.header("referrer-policy"), "strict-origin");
  const action = /<form method="post" action="([^"]+)"/.exec(shown.text)[1].replaceAll("&amp;", "&");
  status(await gate.get(address, page), 200); // a scanner may look as often as it likes
  status(await gate.get(action, page), 200); // GET never confirms
  for (const foreign of [{ origin: "http://evil.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }]) {
    await refused(await gate.form(action, "", foreign), 403, "cross_site");
  }
  status(await gate.post(address, "", { origin: "http://127.0.0.1:8787", ...page }), 200); // without the button's word
  const answer = await gate.form(action, "", { origin: "http://127.0.0.1:8787", "sec-fetch-site": "same-origin", ...page });
  status(answer, 303);
  assert.equal(answer.header("location"), "/confirmed/a?x=1");
  forwarded(await gate.get("/confirmed/a", cookie(sessionOf(answer))));
  await refused(await gate.form(action, "", { origin: "http://127.0.0.1:8787" }), 403, "nonce_replayed");
});

test("a nonce redeemed over somebody else's session ends that session", async () => {
  const sam = await open({ subject: "1001003" });
  assert.equal(forwarded(await gate.get("/account/", cookie(sam))).fields.get("edgegate-subject"), "1001003");
  const address = await mint();
  const answer = await gate.get(address, { ...page, ...cookie(sam) });
  status(answer, 303);
  const jo = sessionOf(answer);
  assert.equal(forwarded(await gate.get("/account/", cookie(jo))).fields.get("edgegate-subject"), "1001002", "the nonce opened a session for its own subject");
  for (const path of ["/account/", "/strict/a"]) await refused(await gate.get(path, cookie(sam)), 401, "session_revoked");
});

test("a nonce works for a browser that still holds a session which has ended", async () => {
  for (const stale of [seal("egs", { issued: now() - 50_000, expires: now() - 1 }).text, "egs_forged", await open().then(async (session) => (await gate.admin("session/revoke", { session }), session))]) {
    status(await gate.get(await mint(), { ...page, ...cookie(stale) }), 303);
  }
});

test("a bad session is refused, set aside, and not replaced by anything weaker", async () => {
  const good = await open();
  const bad = [
    [`edgegate=${good.slice(0, -4)}AAAA`, "session_forged", 60],
    ["edgegate=", "session_forged", 60],
    [`edgegate=${seal("egs", { issued: now() - 50_000, expires: now() - 1 }).text}`, "session_expired", 43200],
    [`edgegate=${seal("egs", { issued: now() - 500 }).text}`, "session_unknown", 60],
    [`edgegate=${good}; edgegate=${good}`, "session_duplicate", 0],
  ];
  for (const [value, reason, seconds] of bad) {
    const answer = await gate.get("/account/", { cookie: value });
    await refused(answer, 401, reason);
    if (seconds === 0) assert.deepEqual(answer.cookies, []);
    else assert.match(answer.cookies.join(), new RegExp(`^edgegate-aside=[\\w-]{22}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax$`));
    assert.match(answer.header("www-authenticate"), /^Cookie realm="edgegate"/);
  }
  // Behind a comma stands what a second Cookie header held: no credential, and not for the origin either.
  await refused(await gate.get("/account/", { cookie: `a=1, edgegate=${good}` }), 401, "credential_missing");
  await refused(await gate.get("/account/", { cookie: `__Host-edgegate=${good}` }), 401, "credential_missing");
  const others = forwarded(await gate.get("/account/", { cookie: `a=1; edgegate=${good}; b="2"` }));
  assert.equal(others.fields.get("cookie"), 'a=1; b="2"');
});

test("a poll beside a second sign-in: the late answer to the old cookie leaves the new session", async () => {
  const jar = new Map();
  const keep = ({ cookies }) => cookies.forEach((cookie) => jar.set(/^[^=]+/.exec(cookie)[0], /=([^;]*)/.exec(cookie)[1]));
  const sent = () => ({ cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") });
  const old = await open();
  await gate.admin("session/revoke", { session: old });
  jar.set("edgegate", old);
  const poll = gate.get("/account/", sent()); // on its way while the browser signs in again
  keep(await gate.get(await mint(), page));
  assert.notEqual(jar.get("edgegate"), old);
  const late = await poll;
  await refused(late, 401, "session_revoked");
  keep(late);
  forwarded(await gate.get("/account/", sent()));
  // The old one, should the browser still send it, is as if it were not there.
  jar.set("edgegate", old);
  await refused(await gate.get("/account/", sent()), 401, "credential_missing");
  jar.set("edgegate", await open());
  const { fields } = forwarded(await gate.get("/account/", sent()));
  assert.equal(fields.get("cookie"), undefined, "neither cookie nor mark reaches the origin");
});

test("a session ends when nothing was heard of it, and lives on when something was", async () => {
  const kv = await gateway.miniflare.getKVNamespace("EDGEGATE_KV", "gate");
  const record = JSON.stringify({ sub: "1001002", exp: now() + 9000 });
  const [idle, active, sleeping] = [1801, 1801, 1700].map((age) => seal("egs", { issued: now() - age, expires: now() + 9000 }));
  await Promise.all([idle, active, sleeping].map((made) => kv.put(made.record, record)));
  await kv.put(`${active.record}:seen`, String(now() - 1000));
  await refused(await gate.get("/account/", cookie(idle.text)), 401, "session_idle");
  forwarded(await gate.get("/account/", cookie(active.text)));
  forwarded(await gate.get("/account/", cookie(sleeping.text)));
  assert.ok(Number(await kv.get(`${sleeping.record}:seen`)) >= now() - 5, "being heard of is noted");
});

test("an operator can end a session", async () => {
  const session = await open();
  await gate.admin("session/revoke", { session });
  for (const path of ["/account/", "/strict/a"]) await refused(await gate.get(path, cookie(session)), 401, "session_revoked");
});

test("on https the cookie is __Host-, Secure, and no other name counts", async () => {
  const ask = (path, init) => gateway.dispatch("own", `https://gate.example${path}`, init);
  const minted = await ask("/.edgegate/admin/nonce", {
    method: "POST",
    headers: { authorization: `Bearer ${own.EDGEGATE_ADMIN_KEY}`, "cf-connecting-ip": "127.0.0.1" },
    body: JSON.stringify({ subject: "1001002", route: "account" }),
  });
  const { url, nonce } = await minted.json();
  gateway.seen.add(nonce);
  assert.ok(url.startsWith("https://gate.example/account/?NONCE_TOKEN="));
  const answer = await ask(url.replace("https://gate.example", ""), { headers: { accept: "application/json" } });
  assert.equal(answer.status, 200); // no redirect: the client behind `dispatch` says that it is a script
  const [set] = answer.headers.getSetCookie();
  assert.match(set, /^__Host-edgegate=egs_seal-1_[\w-]{62}; Path=\/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax$/);
  const session = /=([^;]+)/.exec(set)[1];
  gateway.seen.add(session);
  const open = (value) => ask("/account/", { headers: { accept: "application/json", cookie: value } });
  assert.equal((await open(`__Host-edgegate=${session}`)).status, 200);
  assert.equal((await open(`edgegate=${session}`)).status, 401);
  // Over http elsewhere than on loopback a browser keeps no such cookie, and no other is offered.
  const clear = { host: "gate.example" };
  await refused(await gateway.own.get("/account/", { cookie: `edgegate=${session}` }, clear), 401, "credential_missing");
  const made = seal("egs", { key: own.EDGEGATE_SEAL_KEY, issued: now() - 50_000, expires: now() - 1 });
  const refusal = await gateway.own.get("/account/", { cookie: `__Host-edgegate=${made.text}` }, clear);
  await refused(refusal, 401, "session_expired");
  assert.match(refusal.cookies[0], /^__Host-edgegate-aside=[\w-]{22}; Path=\/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax$/);
});

theLogHoldsNoCredential(gateway);
