// Tokens that only their issuer can read (RFC 7662): how it is asked, what is made of its answers, how often it is asked.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { AUDIENCE, invalid, iss, keyFor, origin, route, startIssuer, SUBJECT, token, trusted } from "../lib/issuer.mjs";
import { login } from "../lib/luminate.mjs";
import { bearer, codeFor, signIn, tokensFor } from "../lib/oauth.mjs";
import { now } from "../lib/sign.mjs";

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
});
const asked = (name, more, use) => trusted(name, { introspection: `/${name}`, jwks: undefined, algorithms: undefined, client_id: ID, secret: "IDP_SECRET", ...more }, use);
const policy = demoPolicy(
  ...[origin("idp", idp.url), asked("corp"), asked("brief", { cache: "2s" }), asked("never", { cache: "0s" })],
  ...[asked("patient"), asked("rival"), trusted("jwt"), asked("mixed"), asked("bare", { secret: "MISSING" })],
  route("both", ["issuer:mixed", "issuer:jwt"]),
  route("scoped", ["issuer:corp"], 'bearer = { scope = ["read"] }'),
);
const gateway = await startGateway({ gate: { policy, secrets: { IDP_SECRET: SECRET } } });
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
  assert.deepEqual(["subject", "issuer", "client", "scope"].map((name) => fields.get(`edgegate-${name}`)), [SUBJECT, iss("corp"), "shop", "read write"]);
  assert.ok(!fields.has("authorization") && ![...fields.values()].join().includes(text));
});

/** What an issuer says of a token that is good now. */
const good = () => [{}, { iss: undefined }, { aud: ["other", AUDIENCE] }, { exp: undefined }, { exp: now() + 3.5 }, { scope: undefined }, { more: { a: [1] } }];
/** What it says of one that is none here, and the reason. */
const bad = () => [
  ...[false, "true", 1, null, undefined, {}].map((active) => [{ active }, "token_inactive"]),
  ...[0, now(), now() - 1, 0.5].map((exp) => [{ exp }, "token_inactive"]),
  ...["https://corp.example", "https://evil.example/", "", null, 7, [iss("corp")]].map((iss) => [{ iss }, "token_inactive"]),
  ...["other", ["other"], `${AUDIENCE}/`, [], undefined].map((aud) => [{ aud }, "jwt_audience"]),
  ...[{ token_use: "refresh_token" }, { typ: "Refresh" }, { token_type: "refresh_token" }].map((said) => [said, "token_inactive"]),
  ...[undefined, null, "", 7, "a b", "jösé", "a\r\nb", "a".repeat(256)].map((sub) => [{ sub }, "jwt_subject"]),
  ...[null, {}, { jkt: "A" }, { "x5t#S256": "A".repeat(43) }, { jkt: "A".repeat(43) }].map((cnf) => [{ cnf }, "token_binding"]),
];

test("what the issuer says is checked, and the log says why", async () => {
  for (const said of good()) forwarded(await show("corp", issue(active("corp", said))));
  for (const [said, reason] of bad()) {
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

test("an issuer that does not say whether a token is active locks no network out", async () => {
  for (let at = 0; at < 30; at++) await refused(await show("corp", issue(FAULTS["a redirect"]), "192.0.2.30"), 503, "introspection_unavailable");
  forwarded(await show("corp", issue(active("corp")), "192.0.2.30"));
});

test("a secret of the gate that is missing: 503, and the issuer is not asked", async () => {
  idp.count();
  await refused(await show("bare", issue(active("bare"))), 503, "secret_missing");
  assert.equal(idp.count(), 0);
});

test("nothing that this gateway made is asked about elsewhere, in any spelling", async () => {
  const { access_token } = await gate.admin("token", { subject: "1001002", client: "demo" });
  const { nonce } = await gate.admin("nonce", { subject: "1001002", route: "account" });
  const { ticket } = await gate.admin("ticket", { subject: "1001002" });
  const person = await login(gate);
  const cookie = await signIn(gate);
  const code = await codeFor(gate, cookie);
  const tokens = await tokensFor(gate, cookie);
  const live = { access_token, nonce, ticket, session: cookie.split("=")[1], jsessionid: person.JSESSIONID, auth: person.token, handoff: person.nonce, code, access: tokens.access_token, refresh: tokens.refresh_token };
  idp.count();
  for (const [name, text] of Object.entries(live)) {
    for (const spelled of [text, text.toUpperCase(), text.toLowerCase(), `${text}=`, `cf_${text}`]) {
      const answer = await gate.get("/corp/a", { ...bearer(spelled), "cf-connecting-ip": addresses.next().value });
      // A ticket's colon is no letter of a Bearer token: 400.
      assert.ok([400, 401].includes(answer.status), `${name}: ${answer.status}`);
    }
  }
  assert.equal(idp.count(), 0);
});

test("scope is checked as anywhere", async () => {
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

test("100 inactive tokens at once from one network: the issuer is asked about twenty", async () => {
  idp.count();
  const answers = await Promise.all(Array.from({ length: 100 }, () => show("corp", issue({ active: false }), "203.0.113.10")));
  assert.ok(answers.every(({ status }) => status === 401 || status === 429));
  const asked = idp.count("/corp");
  assert.ok(asked <= 20, `it was asked ${asked} times`);
});

test("100 active tokens at once from one network: each is asked about, and all go through", async () => {
  idp.count();
  const answers = await Promise.all(Array.from({ length: 100 }, () => show("corp", issue(active("corp")), "203.0.113.11")));
  answers.forEach((answer) => forwarded(answer));
  assert.equal(idp.count("/corp"), 100);
});

theLogHoldsNoCredential(gateway, { subjects: [SUBJECT] });
