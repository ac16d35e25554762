// Brokers: who is sent to one, with what, and which of their answers open a session.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { answered, brokered, KEY, page, secrets, sent } from "../lib/broker.mjs";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { cookieOf, signIn } from "../lib/schemes.mjs";

const policy = demoPolicy(brokered("http://127.0.0.1:9/sign-in"));
const gateway = await startGateway({ gate: { policy, secrets }, bare: { policy } });
const { gate, bare } = gateway;
after(() => gateway.stop());
gateway.seen.add(KEY);

const come = (pending, headers = {}, changes = {}) => gate.get(answered({ state: pending.state, ...changes }), { ...page, cookie: pending.cookie, ...headers });

test("a browser is sent with a state and a cookie, comes back, and finds the page that it asked for", async () => {
  const pending = await sent(gate, "/inside/a?b=%20c&&d");
  assert.equal(pending.to.origin + pending.to.pathname, "http://127.0.0.1:9/sign-in");
  assert.deepEqual([...pending.to.searchParams.keys()], ["state"]);
  assert.match(pending.answer.cookies.join(), /^edgegate-broker=ege_seal-1_[\w-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/);
  assert.ok(!pending.to.href.includes(pending.cookie.split("=")[1]), "the cookie stays in the browser");
  assert.equal(pending.answer.header("referrer-policy").split(", ").at(-1), "no-referrer");
  const back = await come(pending, {}, { user: "CORP\\jo" });
  status(back, 303);
  assert.equal(back.header("location"), "/inside/a?b=%20c&&d");
  const echo = forwarded(await gate.get("/inside/a", { cookie: `${pending.cookie}; edgegate=${cookieOf(back, "edgegate")}` }));
  assert.equal(echo.fields.get("edgegate-subject"), "CORP\\jo");
  assert.ok(!echo.fields.has("cookie"), "neither cookie reaches the origin");
});

test("only a person's page is sent, for want of a session and nothing else", async () => {
  const not = [
    [{ accept: "application/json" }, 401, "credential_missing"],
    [{ accept: "*/*" }, 401, "credential_missing"],
    [{ ...page, "sec-fetch-mode": "cors" }, 401, "credential_missing"],
    [{ ...page, "sec-fetch-dest": "image" }, 401, "credential_missing"],
    [{ ...page, "sec-fetch-dest": "iframe" }, 401, "credential_missing"],
    [{ ...page, "sec-purpose": "prefetch" }, 401, "credential_missing"],
    [{ ...page, authorization: "Negotiate YII=" }, 401, "scheme_needs_connection"],
    [{ ...page, authorization: "Basic YTpi" }, 401, "credential_missing"],
  ];
  for (const [headers, code, reason] of not) {
    const answer = await gate.get("/inside/", headers);
    await refused(answer, code, reason);
    assert.ok(!/negotiate|ntlm/i.test(answer.header("www-authenticate")));
  }
  status(await gate.form("/inside/", "a=b", page), 401);
  // A session that has ended is no session.
  status(await gate.get("/inside/", { ...page, cookie: "edgegate=egs_seal-1_AbC" }), 303);
});

test("an answer works once, in the browser that was sent, for five minutes", async () => {
  const pending = await sent(gate, "/inside/");
  const other = await sent(gate, "/inside/");
  const signed = answered({ state: pending.state });
  status(await gate.request("HEAD", signed, { headers: { ...page, cookie: pending.cookie } }), 403);
  await refused(await gate.get(signed, { ...page, cookie: pending.cookie, "sec-purpose": "prefetch" }), 403, "link_not_used");
  status(await gate.get(signed, { ...page, cookie: pending.cookie }), 303);
  await refused(await gate.get(signed, { ...page, cookie: pending.cookie }), 403, "link_replayed");
  await refused(await gate.get(answered({ state: pending.state, expires: Math.floor(Date.now() / 1000) - 1 }), { ...page, cookie: pending.cookie }), 403, "link_expired");
});

test("in another browser an answer opens nothing, and then nothing anywhere: nobody finds one that is still good", async () => {
  const pending = await sent(gate, "/inside/");
  const other = await sent(gate, "/inside/");
  for (const [number, cookie] of [undefined, other.cookie].entries()) {
    const signed = answered({ state: pending.state, user: `jo${number}` });
    await refused(await gate.get(signed, { ...page, cookie }), 403, "broker_browser");
    await refused(await gate.get(signed, { ...page, cookie: pending.cookie }), 403, "link_replayed");
  }
});

test("what the broker did not sign, or signed for something else, opens nothing and costs nothing", async () => {
  const pending = await sent(gate, "/inside/");
  await gate.take();
  for (const [changes, reason] of [
    [{ key: "another-key-0123456789abcdef0123456789" }, "link_signature_mismatch"],
    [{ host: "gate.example" }, "link_signature_mismatch"],
    [{ query: `state=${pending.state}` }, "link_malformed"],
    [{ query: `state=${pending.state}&user=` }, "link_malformed"],
    [{ query: `state=${pending.state}&user=two%20words` }, "link_malformed"],
    [{ query: "user=jo" }, "broker_state_forged"],
    [{ query: `state=${pending.state}x&user=jo` }, "broker_state_forged"],
    [{ query: `state=${pending.cookie.split("=")[1]}&user=jo` }, "broker_state_forged"],
    [{ expires: Math.floor(Date.now() / 1000) + 3600 }, "link_lifetime_too_long"],
  ]) {
    await refused(await come(pending, {}, changes), 403, reason);
  }
  await refused(await come(pending, {}, { query: `state=${pending.state}&state=${pending.state}&user=jo` }), 400, "parameter_duplicate");
  // Behind the signature nothing counts.
  await refused(await gate.get(`${answered({ query: "user=jo" })}&state=${pending.state}`, { ...page, cookie: pending.cookie }), 403, "link_parameter_after_signature");
  const { kv, ledger } = await gate.take();
  assert.deepEqual({ kv, ledger }, { kv: 0, ledger: 0 });
});

test("several tabs go and come in any order, with one cookie", async () => {
  const first = await sent(gate, "/inside/1");
  const second = await sent(gate, "/inside/2", { cookie: first.cookie });
  assert.equal(second.cookie, undefined, "the cookie that is there will do");
  assert.notEqual(first.state, second.state);
  for (const [pending, target] of [[second, "/inside/2"], [first, "/inside/1"]]) {
    const back = await come({ ...pending, cookie: first.cookie });
    status(back, 303);
    assert.equal(back.header("location"), target);
  }
});

test("a session that the browser had ends, no matter whose", async () => {
  const old = await signIn(gate);
  const pending = await sent(gate, "/inside/");
  status(await come(pending, { cookie: `${pending.cookie}; ${old.cookies}` }, { user: "sam" }), 303);
  await refused(await gate.get("/inside/", { cookie: old.cookies }), 401, "session_revoked");
});

test("an address too long to be carried leads to its path, or to the beginning", async () => {
  const where = async (target) => (await come(await sent(gate, target))).header("location");
  assert.equal(await where(`/inside/long?q=${"a".repeat(400)}`), "/inside/long");
  assert.equal(await where(`/inside/${"a".repeat(400)}`), "/");
});

test("fifty answers at one moment: one session", async () => {
  const pending = await sent(gate, "/inside/");
  const signed = answered({ state: pending.state });
  const answers = await Promise.all(Array.from({ length: 50 }, () => gate.get(signed, { ...page, cookie: pending.cookie })));
  assert.equal(answers.filter((answer) => answer.status === 303).length, 1);
});

test("without the broker's key nothing opens, and it is said that the gate cannot check", async () => {
  const pending = await sent(bare, "/inside/");
  await refused(await bare.get(answered({ state: pending.state }), { ...page, cookie: pending.cookie }), 503, "secret_missing");
});

theLogHoldsNoCredential(gateway);
