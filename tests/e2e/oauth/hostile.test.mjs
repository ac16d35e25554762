// Thousands of wrong requests, made by chance: each is refused as its endpoint refuses, none is let through and none is
// the gateway's own failure. EDGEGATE_SEED=<number> makes the same ones again.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, status } from "../lib/expect.mjs";
import { theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { attacks } from "../lib/hostile.mjs";
import { urlencoded } from "../lib/luminate.mjs";
import { ask, basic, bearer, client, codeFor, consentForm, granted, introspect, pkce, publicClient } from "../lib/oauth.mjs";
import { REDIRECT, refresh, remember, signIn, startOAuth, tokensFor, visit } from "../lib/oauth.mjs";

const gateway = await startOAuth();
const { gate } = gateway;
after(() => gateway.stop());
const attack = attacks(gate);

const cookie = await signIn(gate);
const { access_token: access, refresh_token } = await tokensFor(gate, cookie);
const code = await codeFor(gate, cookie);
const { nonce } = await gate.admin("nonce", { subject: "1001002", route: "account" });
const registered = await gate.admin("client/add", { kind: "confidential", name: "Garbage", redirect_uris: [REDIRECT] });
remember(gate, JSON.stringify(registered));
const session = cookie.slice(cookie.indexOf("=") + 1);
const tokens = { access, refresh: refresh_token, code, session, nonce, secret: registered.client_secret };
const own = { client_id: client.id, client_secret: client.secret };

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const AUTHORIZED = { ...FORM, ...basic(client) };
const NO_FORM = [
  ...["application/json", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencodedx", "x", "é"],
  ...["application/json, application/x-www-form-urlencoded", "application/x-www-form-urlencoded, application/json"],
  "application/x-www-form-urlencoded; charset=utf-16",
];
const page = { cookie, accept: "text/html", "sec-fetch-site": "same-origin" };

// --- the authorization page -----------------------------------------------------------------------------

const ordinary = { response_type: "code", client_id: client.id, redirect_uri: REDIRECT, scope: "read", state: "s1" };
const guarded = { ...ordinary, client_id: publicClient.id, ...pkce().asked };
const { consent } = await consentForm(gate, ordinary, { cookie });
const decide = (query, form, headers) => ({ target: `/oauth/?${urlencoded(query)}`, headers: { ...FORM, ...page, ...headers }, body: form });

attack("the authorization page gives no code for what is not a good request", "page", 800, [
  (chance) => {
    const query = chance.spoiled(ordinary, { needed: ["response_type", "client_id"], optional: ["redirect_uri", "scope"] });
    return { method: "GET", target: `${chance.pick(["/oauth/", "/oauth/authorize", "/oauth/authorize/"])}?${query}`, headers: page };
  },
  (chance) => {
    const query = chance.spoiled(guarded, { needed: ["code_challenge", "code_challenge_method"] });
    return { method: "GET", target: `/oauth/?${query}`, headers: page };
  },
  (chance) => {
    const response_type = chance.pick(["token", "code token", "id_token", "CODE", "none"]);
    const wrong = chance.pick([{ response_type }, { client_id: chance.bent(client.id) }, { redirect_uri: `${REDIRECT}/${chance.value()}` }]);
    return { method: "GET", target: `/oauth/?${urlencoded({ ...ordinary, ...wrong })}`, headers: page };
  },
  (chance) => decide(ordinary, chance.spoiled({ consent, decision: "allow" }, { needed: ["consent", "decision"], inBody: true })),
  (chance) => decide(ordinary, urlencoded({ consent: chance.bent(consent), decision: "allow" })),
  (chance) => decide({ ...ordinary, state: chance.bent("state") }, urlencoded({ consent, decision: "allow" })),
  (chance) => decide(ordinary, urlencoded({ consent, decision: "allow" }), { "sec-fetch-site": chance.pick(["cross-site", "same-site"]) }),
  (chance) => decide(ordinary, urlencoded({ consent, decision: "allow" }), { "content-type": chance.pick(NO_FORM) }),
  (chance) => ({ method: chance.pick(["PUT", "PATCH", "DELETE"]), target: `/oauth/?${urlencoded(ordinary)}`, headers: page }),
]);

// --- the token endpoint, revocation, introspection ------------------------------------------------------

const refreshing = { grant_type: "refresh_token", refresh_token };
const token = (chance) => chance.pick(["/oauth/token", "/oauth/token/"]);
const other = (chance, but) => tokens[chance.pick(Object.keys(tokens).filter((kind) => kind !== but))];
const wrongMethods = (to, fields) => (chance) => {
  const method = chance.pick(["GET", "HEAD", "PUT", "PATCH", "DELETE"]);
  if (["GET", "HEAD"].includes(method)) return { method, target: `${to}?${urlencoded(fields)}`, headers: basic(client) };
  return { method, target: to, headers: AUTHORIZED, body: urlencoded(fields) };
};
const wrongTypes = (to, fields) => (chance) => {
  return { target: to, headers: { ...AUTHORIZED, "content-type": chance.pick(NO_FORM) }, body: urlencoded(fields) };
};
const nobody = (to, fields) => (chance) => {
  return { target: to, headers: { ...FORM, authorization: chance.authorization(basic(client).authorization) }, body: urlencoded(fields) };
};
const guessed = (to, fields) => (chance) => {
  const target = chance.pick([to, `${to}/`]);
  return { target, headers: FORM, body: chance.spoiled({ ...fields, ...own }, { needed: ["client_id", "client_secret"], inBody: true }) };
};

attack("the token endpoint gives no token for what is not a good request", "oauth", 1000, [
  (chance) => ({ target: token(chance), headers: AUTHORIZED, body: chance.spoiled(refreshing, { needed: Object.keys(refreshing), inBody: true }) }),
  (chance) => {
    const fields = { ...refreshing, ...own };
    return { target: `${token(chance)}?${chance.spoiled(fields, { needed: Object.keys(fields) })}`, headers: FORM, body: "" };
  },
  (chance) => {
    const fields = { grant_type: "authorization_code", code: chance.pick([chance.bent(code), other(chance, "code")]), redirect_uri: REDIRECT };
    return { target: token(chance), headers: AUTHORIZED, body: chance.spoiled(fields, { needed: Object.keys(fields), inBody: true }) };
  },
  (chance) => {
    const refresh_token = chance.pick([chance.bent(tokens.refresh), other(chance, "refresh")]);
    return { target: token(chance), headers: AUTHORIZED, body: urlencoded({ ...refreshing, refresh_token }) };
  },
  (chance) => {
    const { client_id: id, client_secret: secret } = registered;
    const bent = chance.pick([{ id: chance.bent(id), secret }, { id, secret: chance.bent(secret) }, { id: secret, secret: id }]);
    return { target: token(chance), headers: { ...FORM, ...basic(bent) }, body: urlencoded(refreshing) };
  },
  (chance) => ({ target: token(chance), headers: { ...AUTHORIZED, dpop: chance.proof() }, body: urlencoded(refreshing) }),
  (chance) => ({ target: token(chance), headers: AUTHORIZED, body: `${urlencoded(refreshing)}&pad=${"x".repeat(65_537 + chance.number(1000))}` }),
  (chance) => {
    const scope = chance.pick(["admin", "read admin", 'a"b', "é"]);
    return { target: token(chance), headers: AUTHORIZED, body: urlencoded({ ...refreshing, scope }) };
  },
  ...[guessed("/oauth/token", refreshing), nobody("/oauth/token/", refreshing)],
  ...[wrongMethods("/oauth/token/", refreshing), wrongTypes("/oauth/token/", refreshing)],
]);

const named = { token: access };
const NOTHING = { revoke: () => true, introspect: ({ json }) => json.active === false && Object.keys(json).length === 1 };
for (const [endpoint, isNothing] of Object.entries(NOTHING)) {
  const to = `/oauth/${endpoint}`;
  const may = (answer) => answer.status === 200 && isNothing(answer);
  attack(`${endpoint}: what is no token is nothing, and who is no client is told nothing`, "oauth", 350, [
    (chance) => ({ target: to, headers: AUTHORIZED, body: `token=${chance.value({ inBody: true })}`, may }),
    (chance) => ({ target: `${to}/`, headers: AUTHORIZED, body: urlencoded({ token: chance.bent(other(chance)) }), may }),
    (chance) => {
      const ways = ["missing", "twice", "second", "shadowed", "renamed"];
      return { target: to, headers: AUTHORIZED, body: chance.spoiled(named, { needed: ["token"], ways }) };
    },
    ...[guessed(to, named), nobody(to, named), wrongMethods(to, named), wrongTypes(to, named)],
  ]);
}

// --- what the tokens open -------------------------------------------------------------------------------

const API = "/api/3.0/x";
const parameter = { access_token: access };
const wrong = (chance) => chance.pick([chance.bent(access), chance.bent(other(chance)), other(chance, "access")]);
const rightOrWrong = (chance) => chance.pick([access, wrong(chance)]);

attack("Checkfront's API opens for no wrong credential and for no two at once", "api", 800, [
  (chance) => {
    const { authorization } = bearer(access);
    return { method: chance.pick(["GET", "HEAD"]), target: API, headers: { authorization: chance.authorization(authorization) } };
  },
  (chance) => ({ method: "GET", target: API, headers: bearer(wrong(chance), chance.pick(["Bearer", "bearer", "BEARER", "DPoP"])) }),
  (chance) => ({ method: "GET", target: `${API}?access_token=${wrong(chance)}` }),
  (chance) => ({ target: API, headers: FORM, body: `access_token=${wrong(chance)}` }),
  (chance) => ({ method: "GET", target: `${API}?a=1&${chance.spoiled(parameter, { needed: ["access_token"] })}` }),
  (chance) => ({ target: API, headers: FORM, body: chance.spoiled(parameter, { needed: ["access_token"], inBody: true }) }),
  (chance) => ({ target: API, headers: { "content-type": chance.pick(NO_FORM) }, body: urlencoded(parameter) }),
  (chance) => ({ method: "GET", target: `${API}?${urlencoded(parameter)}`, headers: bearer(rightOrWrong(chance)) }),
  (chance) => ({ target: `${API}?${urlencoded(parameter)}`, headers: FORM, body: urlencoded({ access_token: rightOrWrong(chance) }) }),
  (chance) => {
    const dpop = chance.pick([undefined, chance.proof(access), chance.proof(access)]);
    return { method: "GET", target: API, headers: { ...bearer(access, chance.pick(["DPoP", "dpop"])), dpop } };
  },
  (chance) => {
    const account = chance.pick(["1", "0", "-1", "off, 1", "1, off", "offf", "*", "\xff"]);
    return { method: "GET", target: API, headers: { ...bearer(access), "x-on-behalf": account } };
  },
]);

// --- documents, and the administration of clients -------------------------------------------------------

const DOCUMENTS = ["/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource"];
const BEHIND = ["x", "/nowhere", "/..%2fx", "%00", ";a=1", "//", "/%ff", "%2f", "/me/..%2f", ".json"];
const INSTEAD = [DOCUMENTS[0].toUpperCase(), DOCUMENTS[0].replace("/oauth", "//oauth"), DOCUMENTS[1].replace("oauth", "%6fauth")];

attack("the documents are read, under their own names alone", "other", 250, [
  (chance) => ({ method: chance.pick(["POST", "PUT", "PATCH", "DELETE"]), target: chance.pick(DOCUMENTS) }),
  (chance) => ({ method: "GET", target: chance.pick(DOCUMENTS), body: "x" }),
  (chance) => ({ method: "GET", target: chance.pick(DOCUMENTS) + chance.pick(BEHIND) }),
  (chance) => ({ method: "GET", target: chance.pick(INSTEAD) }),
]);

const admin = (what, body, more) => {
  const headers = { authorization: "Bearer demo-admin-key-0123456789abcdef", "content-type": "application/json", ...more };
  return { target: `/.edgegate/admin/client/${what}`, headers, body: typeof body === "string" ? body : JSON.stringify(body) };
};
const good = { kind: "confidential", name: "Another", redirect_uris: [REDIRECT] };
const CALLS = ["add", "list", "rotate", "remove"];
const NO_OBJECT = ["{", "[]", "null", "7", '"x"', "\xff", "\0", '{"a":1,}', "[".repeat(5000), `{"name":"${"x".repeat(20_000)}"}`];
const BAD = {
  kind: [undefined, "", "wizard", 7, null, ["public"]],
  name: [7, [], {}],
  redirect_uris: ["x", 7, [7], [""], ["/cb"], ["javascript:alert(1)"], [`${REDIRECT}#x`], ["http://evil.example\\@a/"], ["\0"], [null], {}],
  scope: [7, [7], 'a"b', ['a"b'], ["é"], {}],
  act_for_others: ["yes", 1, []],
  pkce: ["yes", 1, {}],
  resources: ["x", 7, [7], [""]],
  secret: ["chosen-by-the-caller"],
};

attack("clients are administered with the key and with whole requests alone", "other", 350, [
  (chance) => admin(chance.pick(CALLS), {}, { authorization: chance.authorization("Bearer guessed") }),
  (chance) => admin(chance.pick(["add", "rotate", "remove"]), {}, { authorization: `Bearer ${other(chance)}` }),
  (chance) => admin(chance.pick(CALLS), chance.pick(NO_OBJECT)),
  (chance) => admin(chance.pick(["list", "rotate", "remove"]), { client_id: chance.pick([7, null, [], {}, "", "\0"]), extra: 1 }),
  (chance) => admin(chance.pick(["rotate", "remove"]), {}),
  (chance) => admin("rotate", { client_id: registered.client_id, overlap: chance.pick(["soon", -1, 1e300, [], true]) }),
  (chance) => admin(chance.pick(["", "show", "Add", "add/", "%61dd"]), good),
  (chance) => ({ ...admin(chance.pick(CALLS), {}), method: chance.pick(["PUT", "PATCH", "DELETE"]) }),
  (chance) => {
    const name = chance.pick(Object.keys(BAD));
    return admin("add", { ...good, [name]: chance.pick(BAD[name]) });
  },
]);

test("after all that, what was good still is", async () => {
  forwarded(await gate.get(API, bearer(access)));
  assert.equal((await introspect(gate, access)).active, true);
  const next = granted(await refresh(gate, refresh_token));
  forwarded(await gate.get(API, bearer(next.access_token)));
  const { client_id: id, client_secret: secret } = registered;
  status(await ask(gate, { token: "x" }, { to: "/oauth/revoke", who: { id, secret } }), 200);
  status(await visit(gate, ordinary, { cookie }), 200);
  const { clients } = await gate.admin("client/list", {});
  assert.deepEqual(clients.filter(({ name }) => ["Another", "Garbage"].includes(name)).map(({ client_id }) => client_id), [id]);
});

theLogHoldsNoCredential(gateway);
