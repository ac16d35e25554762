// What is forged, expired or meant for another place is refused without a single operation of KV, the Durable Object
// or the limiter: counted beside the gateway, and in its own log.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused } from "./lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "./lib/gateway.mjs";
import { call, failed, login, serverCall, visitor } from "./lib/luminate.mjs";
import { link, now, redirect, seal, spelled } from "./lib/sign.mjs";

const policy = demoPolicy(`
[[routes]]
name = "strict"
path = "/strict/*"
accept = ["bearer", "session", "nonce"]
revocation = "strict"
bearer = { query = true }
forward = { origin = "demo" }`);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => gateway.stop());

const bearer = ({ text }) => ({ authorization: `Bearer ${text}` });
const session = ({ text }) => ({ cookie: `edgegate=${text}` });
const nonce = ({ text }, path = "/account/") => `${path}?NONCE_TOKEN=${text}`;
const past = { issued: now() - 7200, expires: now() - 1 };
const changed = ({ text }, at) => ({ text: text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1) });

const garbage = {
  "a bad signature on a link": () => gate.get(link("/files/a", "", { key: "wrong" })),
  "a bad signature on a link that works once": () => gate.get(link("/once/a", "", { key: "wrong" })),
  "an expired link that works once": () => gate.get(link("/once/a", "", { exp: now() - 1 })),
  "a link with an unknown key": () => gate.get(link("/once/a", "", { kid: "nobody" })),
  "a prefetch of a link that works once": () => gate.get(link("/once/a"), { "sec-purpose": "prefetch" }),
  "a bad signature on a redirect": () => gate.get(redirect("/landing/a", "", { secret: "wrong" })),
  "an old redirect": () => gate.get(redirect("/landing/a", "", { ts: now() - 60 })),
  "a token that is noise": () => gate.get("/me/a", bearer({ text: "egt_seal-1_noise" })),
  "a token under a wrong key": () => gate.get("/me/a", bearer(seal("egt", { key: "wrong" }))),
  "a token of an unknown key": () => gate.get("/me/a", bearer(seal("egt", { kid: "seal-9" }))),
  "an expired token": () => gate.get("/me/a", bearer(seal("egt", past))),
  "an expired token on a strict route": () => gate.get("/strict/a", bearer(seal("egt", past))),
  "a forged token in the query": () => gate.get(`/strict/a?access_token=${seal("egt", { key: "wrong" }).text}`),
  "a session as a token": () => gate.get("/me/a", bearer(seal("egs"))),
  "a session under a wrong key": () => gate.get("/account/", session(seal("egs", { key: "wrong" }))),
  "an expired session": () => gate.get("/strict/a", session(seal("egs", past))),
  "a token as a session": () => gate.get("/account/", session(seal("egt"))),
  "a nonce under a wrong key": () => gate.get(nonce(seal("egn", { audience: "account", key: "wrong" }))),
  "an expired nonce": () => gate.get(nonce(seal("egn", { ...past, audience: "account" }))),
  "a nonce for another route": () => gate.get(nonce(seal("egn", { audience: "strict" }))),
  "a prefetch of a nonce": () => gate.get(nonce(seal("egn", { audience: "account" })), { purpose: "prefetch" }),
  "a nonce as a token": () => gate.get("/me/a", bearer(seal("egn"))),
  "no credential at all": () => gate.get("/strict/a"),
  "an address that no route takes": () => gate.get("/nowhere"),
  "an ambiguous path": () => gate.get("/account//x"),
  "a method that is not taken": () => gate.request("DELETE", "/account/"),
  "an admin call from elsewhere": () => gate.post("/.edgegate/admin/token", "{}", { "cf-connecting-ip": "192.0.2.1" }),
  "a post to the sign-in from elsewhere": () => gate.form("/.edgegate/sign-in", "account=a", { origin: "http://evil.example" }),
};

for (const [what, send] of Object.entries(garbage)) {
  test(`${what} costs nothing`, async () => {
    await gate.take();
    const answer = await send();
    const { reason, kv, ledger } = await refused(answer, answer.status, (await gate.decision(answer.requestId)).reason);
    assert.notEqual(reason, "ok");
    assert.deepEqual({ kv, ledger }, { kv: 0, ledger: 0 }, "by the gateway's own count");
    assert.deepEqual(await gate.take(), { kv: 0, ledger: 0, limiter: 0, forwarded: [] });
  });
}

const luminate = {
  session: (more) => spelled(seal("egs", { audience: "servlet", ...more })),
  nobodys: (more) => spelled(seal("egs", { audience: "servlet nobody", ...more })),
  nonce: (more) => spelled(seal("egn", { audience: "session", ...more })),
  signOn: (more) => spelled(seal("ego", more)),
};
const auth = `${"x".repeat(43)}.`;
const servlet = (value) => ({ cookie: `JSESSIONID=${value}` });
const wrongKey = { key: "wrong" };

const calls = {
  "a session under a wrong key, as cookie": () => call(gate, "loginTest", {}, servlet(luminate.session(wrongKey))),
  "a session under a wrong key, as field": () => call(gate, "getUser", { auth, JSESSIONID: luminate.session(wrongKey) }),
  "an expired session, as cookie": () => call(gate, "loginTest", {}, servlet(luminate.session(past))),
  "an expired session, as field": () => call(gate, "getUser", { auth, JSESSIONID: luminate.session(past) }),
  "a session of another kind": () => call(gate, "getUser", { auth, JSESSIONID: spelled(seal("egs")) }),
  "a forged session that is nobody's": () => call(gate, "getUser", { auth, JSESSIONID: luminate.nobodys(wrongKey) }),
  "a visitor's session with a forged token": () => call(gate, "getUser", { auth, JSESSIONID: luminate.nobodys() }),
  "two sessions in one cookie header": () => call(gate, "loginTest", {}, { cookie: `JSESSIONID=${luminate.session()}; JSESSIONID=${luminate.session()}` }),
  "no token at all": () => call(gate, "getUser", { JSESSIONID: luminate.session() }),
  "a token in the address": () => gate.form(`/site/CRConsAPI?auth=${auth}`, "method=getUser&v=1.0&api_key=demo-api-key&response_format=json"),
  "a nonce under a wrong key": () => call(gate, "getLoginUrl", {}, { to: `/site/CRConsAPI?NONCE_TOKEN=${luminate.nonce(wrongKey)}` }),
  "an expired nonce": () => call(gate, "getLoginUrl", {}, { to: `/site/CRConsAPI?NONCE_TOKEN=${luminate.nonce(past)}` }),
  "a nonce for a route": () => call(gate, "getLoginUrl", {}, { to: `/site/CRConsAPI?NONCE_TOKEN=${spelled(seal("egn", { audience: "account" }))}` }),
  "a nonce that carries nothing": () => call(gate, "getLoginUrl", {}, { to: `/site/CRConsAPI?NONCE_TOKEN=${luminate.nonce()}` }),
  "a single sign-on token under a wrong key": () => call(gate, "getUser", { sso_auth_token: luminate.signOn(wrongKey) }),
  "an expired single sign-on token": () => call(gate, "getUser", { sso_auth_token: luminate.signOn(past), JSESSIONID: luminate.session() }),
  "a single sign-on token for nobody": () => call(gate, "singleSignOn", { sso_auth_token: luminate.signOn() }),
  "a wrong API key": () => call(gate, "login", { api_key: "guess", user_name: "jo", password: "x" }),
  "an unknown method": () => call(gate, "nothing", { JSESSIONID: luminate.session() }),
  "a call from a page that is not trusted": () => call(gate, "login", { user_name: "jo", password: "x" }, { origin: "https://evil.example" }),
  "a server call from elsewhere": () => serverCall(gate, "getUser", { cons_id: "1001002" }, { "cf-connecting-ip": "192.0.2.1" }),
  "a log-in without a password": () => call(gate, "login", { user_name: "jo" }),
  "a test without a session": () => call(gate, "loginTest"),
};

for (const [what, send] of Object.entries(calls)) {
  test(`Luminate: ${what} costs nothing`, async () => {
    await gate.take();
    const answer = await send();
    const { reason, kv, ledger } = await gate.decided();
    failed(answer, answer.json.errorResponse.code);
    assert.notEqual(reason, "ok");
    assert.deepEqual({ kv, ledger }, { kv: 0, ledger: 0 }, "by the gateway's own count");
    assert.deepEqual(await gate.take(), { kv: 0, ledger: 0, limiter: 0, forwarded: [] });
  });
}

test("Luminate: each changed character of a session, a nonce and the token of a session costs nothing", async () => {
  const jo = await login(gate);
  const nobody = await visitor(gate);
  const spoiled = (text) => Array.from(text, (_, at) => changed({ text }, at).text).filter((one) => one !== text);
  await gate.take();
  const tries = [
    ...spoiled(jo.JSESSIONID).map((JSESSIONID) => call(gate, "getUser", { auth: jo.token, JSESSIONID })),
    ...spoiled(jo.nonce).map((nonce) => call(gate, "getLoginUrl", {}, { to: `/site/CRConsAPI?NONCE_TOKEN=${nonce}` })),
    ...spoiled(nobody.token).map((auth) => call(gate, "getUser", { auth, ...nobody.field })),
    ...spoiled(luminate.signOn()).map((sso_auth_token) => call(gate, "getUser", { sso_auth_token })),
  ];
  for (const answer of await Promise.all(tries)) failed(answer, "5");
  assert.deepEqual(await gate.take(), { kv: 0, ledger: 0, limiter: 0, forwarded: [] });
});

test("each changed character of a token, a session and a nonce costs nothing", async () => {
  await gate.take();
  const tries = ["egt", "egs", "egn"].flatMap((prefix) => {
    const made = seal(prefix, { audience: prefix === "egn" ? "account" : "" });
    const send = { egt: (one) => gate.get("/me/a", bearer(one)), egs: (one) => gate.get("/account/", session(one)), egn: (one) => gate.get(nonce(one)) }[prefix];
    // The last character of all holds four bits; changing the other two changes nothing that is decoded, and is refused as malformed.
    return Array.from(made.text, (_, at) => async () => assert.ok((await send(changed(made, at))).status >= 401, `${prefix} at ${at}`));
  });
  await Promise.all(tries.map((one) => one()));
  assert.deepEqual(await gate.take(), { kv: 0, ledger: 0, limiter: 0, forwarded: [] });
});

test("the count counts: what is good costs what it must, and no more", async () => {
  const good = async (send) => {
    await gate.take();
    forwarded(await send());
    const { kv, ledger, limiter } = await gate.take();
    return { kv, ledger, limiter };
  };
  assert.deepEqual(await good(() => gate.get(link("/files/a"))), { kv: 0, ledger: 0, limiter: 0 });
  assert.deepEqual(await good(() => gate.get(link("/once/a"))), { kv: 0, ledger: 1, limiter: 0 });
  const authorization = `Bearer ${(await gate.admin("token", { subject: "1001002" })).access_token}`;
  assert.deepEqual(await good(() => gate.get("/me/a", { authorization })), { kv: 0, ledger: 0, limiter: 0 }, "the isolate that minted it remembers");
  assert.deepEqual(await good(() => gate.get("/strict/a", { authorization })), { kv: 0, ledger: 1, limiter: 0 });
  const jo = await login(gate);
  assert.deepEqual(await good(() => call(gate, "getUser", { ...jo.own, demo: "echo" })), { kv: 0, ledger: 0, limiter: 0 });
  const nobody = await visitor(gate);
  assert.deepEqual(await good(() => call(gate, "getUser", { ...nobody.own, demo: "echo" })), { kv: 0, ledger: 0, limiter: 0 });
});

theLogHoldsNoCredential(gateway, { subjects: ["1001002"] });
