// What is forged, expired or meant for another place is refused without a single operation of KV, the Durable Object
// or the limiter: counted beside the gateway, and in its own log.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, test } from "node:test";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, secrets, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { by, claimsOf, forged, headerOf, keyFor, origin, proof, startIssuer, SUBJECT, token, trusted } from "../lib/issuer.mjs";
import { call, failed, html, login, serverCall, urlencoded, visitor } from "../lib/luminate.mjs";
import { ask, basic, client, codeFor, consentForm, exchange, ISSUER, pair, pkce, publicClient } from "../lib/oauth.mjs";
import { refresh, REDIRECT, signIn, startOAuth, tokensFor, visit } from "../lib/oauth.mjs";
import { link, now, redirect, seal, spelled } from "../lib/sign.mjs";

const [key, other] = await Promise.all([keyFor("ES256", "1"), keyFor("ES256", "1")]);
const idp = await startIssuer({ "/jwks.json": { keys: [key.jwk] } });
const policy = demoPolicy(origin("idp", idp.url), trusted("corp"), `
[[routes]]
name = "strict"
path = "/strict/*"
accept = ["bearer", "session", "nonce"]
revocation = "strict"
bearer = { query = true }
forward = { origin = "demo" }`);
const gateway = await startOAuth({ gate: { policy } });
const { gate } = gateway;
after(() => (idp.stop(), gateway.stop()));

const bearer = ({ text }) => ({ authorization: `Bearer ${text}` });
const session = ({ text }) => ({ cookie: `edgegate=${text}` });
const nonce = ({ text }, path = "/account/") => `${path}?NONCE_TOKEN=${text}`;
const past = { issued: now() - 7200, expires: now() - 1 };
const changed = ({ text }, at) => ({ text: text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1) });

// What is good, and stays good.
const me = await signIn(gate);
const good = await tokensFor(gate, me);
const code = { text: await codeFor(gate, me) };
const { code_verifier, asked } = pkce();
const open = await codeFor(gate, me, { client_id: publicClient.id, ...asked });
const TOKEN = `${ISSUER}/oauth/token/`;
const bound = await tokensWithProof();
const jwt = await token("corp", key);
forwarded(await gate.get("/corp/a", bearer({ text: jwt }))); // the issuer's keys are there
const { consent } = await consentForm(gate, {}, { cookie: me });
const registered = await gate.admin("client/add", { kind: "token-pair", name: "Office", scope: ["read"] });
const office = { id: registered.client_id, secret: registered.client_secret };
gate.seen.add(office.secret);
const underWrongKey = { kid: "clients-1", key: "wrong", expires: 4_102_444_800 };
const madeUp = { id: seal("egi", underWrongKey).text, secret: "egk_made-up-0123456789abcdef" };

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
  anonymous: (more) => spelled(seal("egs", { audience: "servlet nobody", ...more })),
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
  "a forged anonymous session": () => call(gate, "getUser", { auth, JSESSIONID: luminate.anonymous(wrongKey) }),
  "a visitor's session with a forged token": () => call(gate, "getUser", { auth, JSESSIONID: luminate.anonymous() }),
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

// --- OAuth ----------------------------------------------------------------------------------------------

/** A token of a grant (RFC 6749) as the gateway would make it: its payload masked, all of it under the MAC. */
function ofGrant(prefix, { issued = now(), expires = now() + 600, payload = Buffer.alloc(29, 1), secret = secrets.EDGEGATE_SEAL_KEY } = {}) {
  const mac = (...parts) => parts.reduce((hash, part) => hash.update(part), createHmac("sha256", secret)).digest();
  const bytes = (text) => Buffer.from(text.split("_").slice(2).join("_"), "base64url");
  const body = bytes(seal(prefix, { issued, expires, audience: "grant" }).text).subarray(0, 30);
  const mask = mac(`edgegate mask v1\0${prefix}\0seal-1\0`, body.subarray(14), Buffer.from([0]));
  const masked = Buffer.concat([body, payload.map((byte, at) => byte ^ mask[at])]);
  const whole = Buffer.concat([masked, mac(`edgegate seal v1\0${prefix}\0seal-1\0`, masked).subarray(0, 16)]);
  return { text: `${prefix}_seal-1_${whole.toString("base64url")}` };
}

async function tokensWithProof() {
  const answer = await exchange(gate, await codeFor(gate, me), {}, { dpop: await proof(key, { method: "POST", url: TOKEN }) });
  assert.equal(answer.json.token_type, "DPoP");
  return answer.json.access_token;
}

const redeem = (text, options) => () => exchange(gate, text, {}, options);
const renew = (text, options) => () => refresh(gate, text, {}, options);
const about = (text, to) => () => ask(gate, { token: text }, { to: `/oauth/${to}` });
const knock = (who) => () => gate.get("/api/3.0/x", basic(who));
const foreign = (made) => async () => gate.get("/corp/a", bearer({ text: await made }));
const jws = (claims, header, signature = by(key)) => forged(headerOf(key, header), claimsOf("corp", claims), signature);
const prove = (claims, header, request) => async () => {
  const shown = await proof(key, { url: `${ISSUER}/me/a`, token: bound, ...request }, claims, header);
  return gate.get("/me/a", { authorization: `DPoP ${bound}`, dpop: shown });
};
const show = (dpop, scheme = "DPoP", text = bound) => () => gate.get("/me/a", { authorization: `${scheme} ${text}`, dpop });
const proven = (send, claims, header, by = key) => async () => send(await proof(by, { method: "POST", url: TOKEN }, claims, header));

const oauth = {
  "a code that is noise": redeem("egc_seal-1_noise"),
  "a code under a wrong key": redeem(seal("egc", { key: "wrong" }).text),
  "a code of an unknown key": redeem(seal("egc", { kid: "seal-9" }).text),
  "an expired code": redeem(seal("egc", past).text),
  "a refresh token as a code": redeem(good.refresh_token),
  "an expired code with a good proof": proven((dpop) => exchange(gate, seal("egc", past).text, {}, { dpop })),
  "a forged code with a good proof of a public client's": proven((dpop) => exchange(gate, seal("egc", { key: "wrong" }).text, {}, { who: publicClient, dpop })),
  "a forged refresh token with a good proof": proven((dpop) => refresh(gate, changed({ text: good.refresh_token }, 40).text, {}, { who: publicClient, dpop })),
  "a refresh token under a wrong key": renew(ofGrant("egr", { secret: "wrong" }).text),
  "an expired refresh token": renew(ofGrant("egr", past).text),
  "a refresh token that names no grant": renew(seal("egr", { audience: "grant" }).text),
  "a refresh token with half a payload": renew(ofGrant("egr", { payload: Buffer.alloc(20) }).text),
  "an access token as a refresh token": renew(good.access_token),
  "a code as a refresh token": renew(code.text),
  "a session as a refresh token": renew(seal("egs").text),
  "an access token under a wrong key": () => gate.get("/me/a", bearer(ofGrant("egt", { secret: "wrong" }))),
  "an expired access token": () => gate.get("/me/a", bearer(ofGrant("egt", past))),
  "an expired access token on a strict route": () => gate.get("/strict/a", bearer(ofGrant("egt", past))),
  "a refresh token as an access token": () => gate.get("/me/a", bearer({ text: good.refresh_token })),
  "a code as an access token": () => gate.get("/me/a", bearer(code)),
  "a made-up client id at the token endpoint": renew(good.refresh_token, { who: madeUp }),
  "an unknown client id at the token endpoint": renew(good.refresh_token, { who: { id: "nobody" } }),
  "a wrong secret": renew(good.refresh_token, { who: { ...client, secret: "guess" } }),
  "a token pair at the token endpoint": renew(good.refresh_token, { who: pair }),
  "a made-up client id at the authorization page": () => visit(gate, { client_id: madeUp.id }, { cookie: me }),
  "an address that is not registered": () => visit(gate, { redirect_uri: `${REDIRECT}/x` }, { cookie: me }),
  "a scope that is not the client's": () => visit(gate, { scope: "admin" }, { cookie: me }),
  "a forged session at the authorization page": () => visit(gate, {}, { cookie: `edgegate=${seal("egs", { key: "wrong" }).text}` }),
  "a forged consent": () => gate.form(`/oauth/?${urlencoded({ response_type: "code", client_id: client.id })}`, urlencoded({ consent, decision: "allow" }), { ...html, cookie: me, "sec-fetch-site": "same-origin" }),
  "a token pair with a made-up id": knock(madeUp),
  "a token pair with an unknown id": knock({ id: "nobody", secret: "x" }),
  "a token pair with a wrong secret": knock({ ...pair, secret: "x" }),
  "a registered pair with a wrong secret": knock({ ...office, secret: madeUp.secret }),
  "a client as a token pair": knock(client),
  "introspection of what is forged": about(changed({ text: good.access_token }, 40).text, "introspect"),
  "introspection of what is expired": about(ofGrant("egr", past).text, "introspect"),
  "introspection of a code": about(code.text, "introspect"),
  "introspection by nobody": () => ask(gate, { token: good.access_token }, { to: "/oauth/introspect", who: madeUp }),
  "revocation of what is forged": about(changed({ text: good.refresh_token }, 40).text, "revoke"),
  "revocation of what is expired": about(ofGrant("egr", past).text, "revoke"),
  "revocation by nobody": () => ask(gate, { token: good.access_token }, { to: "/oauth/revoke", who: madeUp }),
  "a JWT with another key's signature": foreign(token("corp", other)),
  "a JWT with a changed signature": foreign(changed({ text: jwt }, jwt.length - 9).text),
  "a JWT that is not signed": foreign(jws({}, { alg: "none" }, "")),
  "a JWT by a public key as a secret": foreign(jws({}, { alg: "HS256" }, (bytes) => createHmac("sha256", JSON.stringify(key.jwk)).update(bytes).digest())),
  "a JWT by an algorithm that is not the issuer's": foreign(jws({}, { alg: "EdDSA" })),
  "a JWT for somebody else": foreign(token("corp", key, { aud: "another" })),
  "a JWT of an unknown issuer": foreign(token("corp", key, { iss: "https://evil.example/" })),
  "an expired JWT": foreign(token("corp", key, { exp: now() - 600 })),
  "a JWT of tomorrow": foreign(token("corp", key, { nbf: now() + 86_400 })),
  "a JWT about nobody": foreign(token("corp", key, { sub: undefined })),
  "a JWT for another purpose": foreign(token("corp", key, {}, { typ: "logout+jwt" })),
  "a JWT that asks to be understood": foreign(jws({}, { crit: ["x"], x: 1 })),
  "what is no JWT": foreign("a.b.c"),
  "a proof that is none": show("rubbish"),
  "no proof": show(undefined),
  "a bound token without its scheme": show(undefined, "Bearer"),
  "a token that is not bound, with a scheme for one that is": show("rubbish", "DPoP", good.access_token),
  "a proof of another method": prove({}, {}, { method: "POST" }),
  "a proof for another address": prove({}, {}, { url: `${ISSUER}/me/b` }),
  "a proof for another token": prove({}, {}, { token: good.access_token }),
  "a proof of yesterday": prove({ iat: now() - 86_400 }),
  "a proof without a number": prove({ jti: undefined }),
  "a proof of another type": prove({}, { typ: "JWT" }),
  "a proof with another key's signature": prove({}, { jwk: other.jwk }),
  "a stale proof at the token endpoint": proven((dpop) => exchange(gate, code.text, {}, { dpop }), { iat: now() - 600 }),
  "a proof for another address at the token endpoint": proven((dpop) => exchange(gate, code.text, {}, { dpop }), { htu: `${ISSUER}/oauth/` }),
  "a proof with a wrong signature at the token endpoint": proven((dpop) => refresh(gate, good.refresh_token, {}, { dpop }), {}, { jwk: other.jwk }),
};

const NOTHING = { kv: 0, ledger: 0, limiter: 0, forwarded: [] };

for (const [what, send] of Object.entries(oauth)) {
  test(`OAuth: ${what} costs nothing`, async () => {
    await gate.take();
    const answer = await send();
    const { kv, ledger } = await gate.decided();
    assert.equal(answer.echo, undefined, "the origin answered");
    const location = answer.header("location") ?? "";
    const isNo = answer.status >= 400 || ["{}", '{"active":false}'].includes(answer.text.trim()) || /^\/\.edgegate\/sign-in\?|[?&]error=/.test(location);
    assert.ok(isNo, `${answer.status} ${location} ${answer.text.slice(0, 200)}`);
    assert.deepEqual({ kv, ledger }, { kv: 0, ledger: 0 }, "by the gateway's own count");
    assert.deepEqual(await gate.take(), NOTHING);
  });
}

test("OAuth: each changed character of a code, a refresh token, an access token and a client's id costs nothing", async () => {
  const spoiled = (text) => Array.from(text, (_, at) => changed({ text }, at).text).filter((one) => one !== text);
  await gate.take();
  const answers = await Promise.all([
    ...spoiled(code.text).map((one) => exchange(gate, one)),
    ...spoiled(good.refresh_token).map((one) => refresh(gate, one)),
    ...spoiled(good.access_token).map((one) => gate.get("/me/a", bearer({ text: one }))),
    ...spoiled(office.id).map((id) => gate.get("/api/3.0/x", basic({ ...office, id }))),
  ]);
  for (const { status, text } of answers) assert.ok(status === 400 || status === 401, `${status} ${text}`);
  assert.deepEqual(await gate.take(), NOTHING);
});

test("OAuth: after all that, what was good still is", async () => {
  forwarded(await gate.get("/me/a", bearer({ text: good.access_token })));
  forwarded(await gate.get("/corp/a", bearer({ text: jwt })));
  forwarded(await prove()());
  for (const answer of [await exchange(gate, code.text), await refresh(gate, good.refresh_token)]) assert.equal(answer.status, 200, answer.text);
  assert.equal((await exchange(gate, open, { code_verifier }, { who: publicClient })).status, 200);
  forwarded(await gate.get("/api/3.0/x", basic(office)));
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

theLogHoldsNoCredential(gateway, { subjects: ["1001002", SUBJECT] });
