// Tokens that only their issuer can read (RFC 7662): how it is asked, what is made of its answers, how often it is asked.
// The issuer is a stub, and then another gate of this kind.

import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { forwarded, refused } from "./lib/expect.mjs";
import { demoPolicy, secrets as demo, theLogHoldsNoCredential } from "./lib/gateway.mjs";
import { AUDIENCE, invalid, iss, keyFor, origin, proof, route, startIssuer, SUBJECT, token, trusted } from "./lib/issuer.mjs";
import { bearer, client, exchange, codeFor, granted, REDIRECT, refresh, revoke, signIn, startOAuth, tokensFor } from "./lib/oauth.mjs";
import { now } from "./lib/sign.mjs";

const ID = "a:b/c";
const SECRET = "a:b/ c+%26=é&0123456789";
const known = new Map(); // token: what the issuer says of it, JSON or a function (response)
const key = await keyFor("ES256");

/** The stub: 401 unless the gate says who it is as RFC 6749 section 2.3.1 has it. */
function introspect(response, { method, headers }, body) {
  const form = new URLSearchParams(body.toString());
  const [, pair = ""] = /^Basic (\S+)$/.exec(headers.authorization) ?? [];
  const basic = Buffer.from(pair, "base64").toString().split(":").map((part) => new URLSearchParams(`p=${part}`).get("p"));
  const isForm = headers["content-type"] === "application/x-www-form-urlencoded" && headers.accept === "application/json";
  const isGood = method === "POST" && isForm && basic.length === 2 && basic[0] === ID && basic[1] === SECRET;
  const isOne = form.getAll("token").length === 1 && [...form.keys()].every((name) => /^token(_type_hint)?$/.test(name));
  const said = known.get(form.get("token")) ?? { active: false };
  if (isGood && isOne && typeof said === "function") return said(response);
  response.writeHead(isGood && isOne ? 200 : 401, { "content-type": "application/json" });
  response.end(JSON.stringify(isGood && isOne ? said : { error: "invalid_client" }));
}

const idp = await startIssuer({
  ...Object.fromEntries(["corp", "brief", "never", "patient", "mixed", "rival"].map((name) => [`/${name}`, introspect])),
  "/jwks.json": { keys: [key.jwk] },
  // The other gate's endpoint, by a port that is known before it starts.
  "/oauth/introspect": async (response, { headers }, body) => {
    const { authorization, "content-type": type } = headers;
    const answer = await gateway.server.post("/oauth/introspect", body.toString(), { authorization, "content-type": type });
    response.writeHead(answer.status, { "content-type": answer.header("content-type") }).end(answer.body);
  },
});
const asked = (name, more, use) => trusted(name, { introspection: `/${name}`, jwks: undefined, algorithms: undefined, client_id: ID, secret: "IDP_SECRET", ...more }, use);
const policy = demoPolicy(
  ...[origin("idp", idp.url), asked("corp"), asked("brief", { cache: "2s" }), asked("never", { cache: "0s" })],
  ...[asked("patient"), asked("rival"), trusted("jwt"), asked("mixed"), asked("bare", { secret: "MISSING" })],
  route("both", ["issuer:mixed", "issuer:jwt"]),
  route("scoped", ["issuer:corp"], 'bearer = { scope = ["read"] }'),
  asked("gate", { issuer: "http://127.0.0.1:8787", introspection: "/oauth/introspect", client_id: "api", secret: "GATE_SECRET", cache: "0s" }),
);
const secrets = { IDP_SECRET: SECRET, GATE_SECRET: `${SECRET}2` };
// The other gate knows this one as a client that may ask about every token.
const secret_digest = createHmac("sha256", demo.EDGEGATE_CLIENT_KEY).update(`edgegate client secret v1\0api\0${SECRET}2`).digest("base64url");
const resourceServer = `[clients.api]\nkind = "confidential"\nsecret_digest = "${secret_digest}"\nredirect_uris = ["${REDIRECT}"]\nintrospect = true`;
const server = demoPolicy(resourceServer, ['access_lifetime = "14000s"', 'access_lifetime = "14000s"\nretry_window = "0s"']);
const gateway = await startOAuth({ gate: { policy, secrets }, server: { policy: server } });
const { gate } = gateway;
after(() => (idp.stop(), gateway.stop()));
gateway.seen.add(SECRET);

const active = (name, more = {}) => ({ active: true, sub: SUBJECT, iss: iss(name), aud: AUDIENCE, exp: now() + 600, ...more });
const addresses = (function* () { for (let at = 1; ; at++) yield `198.51.100.${at % 250}`; })();
/** Each request from a network of its own, unless `from` says otherwise: wrong tokens count. */
const show = (name, text, from = addresses.next().value) => gate.get(`/${name}/a`, { ...bearer(text), "cf-connecting-ip": from });
function issue(said) {
  const text = `opaque-${randomUUID()}`;
  known.set(text, said);
  return text;
}

test("an active token goes through; the origin gets subject, client and scope, and never the token", async () => {
  const text = issue(active("corp", { client_id: "shop", scope: "read write" }));
  const { fields } = forwarded(await show("corp", text));
  assert.deepEqual(["subject", "client", "scope"].map((name) => fields.get(`edgegate-${name}`)), [SUBJECT, "shop", "read write"]);
  assert.ok(!fields.has("authorization") && ![...fields.values()].join().includes(text));
});

/** What an issuer says of a token that is good. */
const GOOD = [{}, { iss: undefined }, { aud: undefined }, { aud: ["other", AUDIENCE] }, { aud: [] }, { exp: undefined }, { exp: now() + 3.5 }, { scope: undefined }, { more: { a: [1] } }];
/** What it says of one that is none here, and the reason. */
const BAD = [
  ...[false, "true", 1, null, undefined, {}].map((active) => [{ active }, "token_inactive"]),
  ...[0, now(), now() - 1, 0.5].map((exp) => [{ exp }, "token_inactive"]),
  ...["https://corp.example", "https://evil.example/", "", null, 7, [iss("corp")]].map((iss) => [{ iss }, "token_inactive"]),
  ...["other", ["other"], `${AUDIENCE}/`].map((aud) => [{ aud }, "jwt_audience"]),
  ...[undefined, null, "", 7, "a b", "jösé", "a\r\nb", "a".repeat(256)].map((sub) => [{ sub }, "jwt_subject"]),
  ...[null, {}, { jkt: "A" }, { "x5t#S256": "A".repeat(43) }, { jkt: "A".repeat(43) }].map((cnf) => [{ cnf }, "token_binding"]),
];

test("what the issuer says is judged, and the log says why", async () => {
  for (const said of GOOD) forwarded(await show("corp", issue(active("corp", said))));
  for (const [said, reason] of BAD) {
    await invalid(await show("corp", issue(active("corp", said))), reason).catch((error) => assert.fail(`${JSON.stringify(said)}: ${error.message}`));
  }
});

test("an expiry before 1970, or none at all where one is said, is no expiry that lies ahead (RFC 7662 section 2.2)", async () => {
  for (const exp of [-1, -1e9, "", `${now() - 600}`, null]) {
    const answer = await show("corp", issue(active("corp", { exp })));
    assert.ok([401, 503].includes(answer.status), `exp ${JSON.stringify(exp)}: ${answer.status}`);
  }
});

const says = (body, status = 200, headers = {}) => (response) => response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
const yes = JSON.stringify(active("corp"));
/** Answers that are none. */
const FAULTS = {
  "a page": says(`<!doctype html>${yes}`, 200, { "content-type": "text/html" }),
  "nothing": says(""),
  "a list": says(`[${yes}]`),
  "half an answer": says(yes.slice(0, -1)),
  "two answers": says(yes + yes),
  "500": says(yes, 500),
  "401": says(yes, 401),
  "201": says(yes, 201),
  "a redirect": says("", 307, { location: "/elsewhere" }),
  "1 MB": says(yes.replace("{", `{"pad":"${"x".repeat(1_000_000)}",`)),
  "a connection that breaks": (response) => response.destroy(),
  "no answer": () => {},
  "an answer that stalls": (response) => response.writeHead(200).write(yes.slice(0, 20)),
};

for (const [what, fault] of Object.entries(FAULTS)) {
  test(`the issuer gives ${what}: 503 within 5 s, nothing is forwarded, and nothing is kept of it`, async () => {
    const [text, started] = [issue(fault), Date.now()];
    await gate.take();
    const answer = await show("corp", text);
    await refused(answer, 503, "introspection_unavailable");
    assert.ok(Date.now() - started < 5000);
    assert.deepEqual((await gate.take()).forwarded.map(({ url }) => url), [`${idp.url}/corp`]);
    assert.doesNotMatch(answer.text, /127\.0\.0\.1|corp/);
    known.set(text, active("corp"));
    forwarded(await show("corp", text));
  });
}

test("a secret of the gate that is missing: 503, and the issuer is not asked", async () => {
  idp.count();
  await refused(await show("bare", issue(active("bare"))), 503, "secret_missing");
  assert.equal(idp.count(), 0);
});

test("scope is judged as anywhere", async () => {
  forwarded(await show("scoped", issue(active("corp", { scope: "read" }))));
  await refused(await show("scoped", issue(active("corp", { scope: "write" }))), 403, "token_scope");
});

test("an answer is used again for as long as `cache` says, and not beyond the token's own end", async () => {
  const [good, bad, ending] = [issue(active("brief")), issue({ active: false }), issue(active("brief", { exp: now() + 2 }))];
  idp.count();
  for (let at = 0; at < 5; at++) forwarded(await show("brief", good));
  for (let at = 0; at < 5; at++) await invalid(await show("brief", bad), "token_inactive");
  assert.equal(idp.count("/brief"), 2);
  known.set(good, { active: false });
  known.set(bad, active("brief"));
  forwarded(await show("corp", issue(active("corp"))));
  await sleep(2100);
  await invalid(await show("brief", good), "token_inactive");
  forwarded(await show("brief", bad));
  assert.equal(idp.count("/brief"), 2);
  const minute = issue(active("corp", { exp: now() + 2 }));
  forwarded(await show("corp", minute));
  await sleep(2100);
  await invalid(await show("corp", minute), "token_inactive");
  await invalid(await show("brief", ending), "token_inactive");
});

test("with a `cache` of none it is asked every time", async () => {
  const text = issue(active("never"));
  idp.count();
  for (let at = 0; at < 3; at++) forwarded(await show("never", text));
  known.set(text, { active: false });
  await invalid(await show("never", text), "token_inactive");
  assert.equal(idp.count("/never"), 4);
});

test("a JWT of an issuer with keys is never asked about; every other token is", async () => {
  idp.count();
  forwarded(await show("both", await token("jwt", key)));
  await invalid(await show("both", await token("jwt", await keyFor("ES256", "other"))), "jwt_key_unknown");
  await invalid(await show("both", await token("jwt", key, { aud: "other" })), "jwt_audience");
  await invalid(await show("both", await token("jwt", key, {}, { typ: "logout+jwt" })), "jwt_malformed");
  assert.equal(idp.count("/mixed"), 0);
  const jwt = await token("mixed", key);
  known.set(jwt, active("mixed"));
  for (const text of [jwt, issue(active("mixed"))]) forwarded(await show("both", text));
  assert.equal(idp.count("/mixed"), 2);
});

test("what one issuer does not know, another may: its answer counts for nobody else", async () => {
  const text = issue(active("rival"));
  await invalid(await show("patient", text), "token_inactive");
  forwarded(await show("rival", text));
});

test("what an issuer that is asked does not know, one with keys may", async () => {
  const jwt = await token("jwt", key);
  await invalid(await show("patient", jwt), "token_inactive");
  forwarded(await show("jwt", jwt));
});

test("after 20 inactive tokens in a minute a network has to wait, and the issuer is not asked", async () => {
  const from = "203.0.113.7";
  idp.count();
  for (let at = 0; at < 20; at++) await invalid(await show("corp", issue({ active: false }), from), "token_inactive");
  const answers = await Promise.all(Array.from({ length: 50 }, () => show("corp", issue({ active: false }), from)));
  for (const answer of answers) await refused(answer, 429, "throttled");
  assert.equal(answers[0].header("retry-after"), "60");
  assert.equal(idp.count("/corp"), 20);
  forwarded(await show("corp", issue(active("corp")), "203.0.113.8"));
  assert.equal(idp.count("/corp"), 1);
});

test("a network that has to wait may still show what nobody is asked about: a JWT, and what was said lately", async () => {
  const from = "203.0.113.9";
  const text = issue(active("corp"));
  forwarded(await show("corp", text, from));
  for (let at = 0; at < 20; at++) await invalid(await show("corp", issue({ active: false }), from), "token_inactive");
  await refused(await show("corp", issue(active("corp")), from), 429, "throttled");
  forwarded(await show("jwt", await token("jwt", key), from));
  forwarded(await show("corp", text, from));
});

test("100 inactive tokens at once from one network: the issuer is asked about 20", async () => {
  idp.count();
  const answers = await Promise.all(Array.from({ length: 100 }, () => show("corp", issue({ active: false }), "203.0.113.10")));
  assert.ok(answers.every(({ status }) => status === 401 || status === 429));
  const asked = idp.count("/corp");
  assert.ok(asked <= 20, `it was asked ${asked} times`);
});

// --- another gate as the authorization server -----------------------------------------------------------

const ask = (text, more) => gate.get("/gate/a", { ...bearer(text), "cf-connecting-ip": addresses.next().value, ...more });

test("a token of another gate opens until it is refreshed away or revoked there", async () => {
  const cookie = await signIn(gateway.server);
  const { access_token, refresh_token } = await tokensFor(gateway.server, cookie, { scope: "read" });
  const { fields } = forwarded(await ask(access_token));
  assert.deepEqual(["subject", "client", "scope"].map((name) => fields.get(`edgegate-${name}`)), ["1001002", client.id, "read"]);
  assert.ok(!JSON.stringify([...fields]).includes(access_token));
  const second = granted(await refresh(gateway.server, refresh_token));
  await invalid(await ask(access_token), "token_inactive");
  forwarded(await ask(second.access_token));
  await revoke(gateway.server, second.access_token);
  await invalid(await ask(second.access_token), "token_inactive");
});

test("a refresh token is for its own server alone (RFC 6749 section 1.5): it opens nothing here", async () => {
  const { refresh_token } = await tokensFor(gateway.server, await signIn(gateway.server));
  await invalid(await ask(refresh_token), "token_inactive");
  granted(await refresh(gateway.server, refresh_token));
});

test("what the other gate minted by its operator's hand, and what it never made", async () => {
  const { access_token } = await gateway.server.admin("token", { subject: "1001003", client: "demo", scope: "read" });
  assert.equal(forwarded(await ask(access_token)).fields.get("edgegate-subject"), "1001003");
  for (const text of ["x", access_token.slice(0, -2), "egt_seal-1_AAAA", (await gateway.server.admin("nonce", { subject: "1001002", route: "account" })).nonce]) {
    await invalid(await ask(text), "token_inactive");
  }
});

test("a token that the other gate bound to a key is bound here too (RFC 9449 section 6.2)", async () => {
  const cookie = await signIn(gateway.server);
  const code = await codeFor(gateway.server, cookie);
  const dpop = await proof(key, { method: "POST", url: "http://127.0.0.1:8787/oauth/token/" });
  const { access_token, token_type } = granted(await exchange(gateway.server, code, {}, { dpop }));
  assert.equal(token_type, "DPoP");
  const url = "http://127.0.0.1:8787/gate/a";
  const shown = await proof(key, { url, token: access_token });
  for (const text of [dpop, shown]) gateway.seen.add(text);
  await invalid(await ask(access_token), "token_binding");
  forwarded(await ask(access_token, { authorization: `DPoP ${access_token}`, dpop: shown }));
  await invalid(await ask(access_token, { authorization: `DPoP ${access_token}`, dpop: shown }), "dpop_replayed");
});

theLogHoldsNoCredential(gateway, { subjects: ["1001002", "1001003", SUBJECT] });
