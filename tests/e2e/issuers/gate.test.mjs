// Another gate of this kind as the issuer: what its introspection endpoint says of its tokens opens this one's routes.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, test } from "node:test";
import { forwarded } from "../lib/expect.mjs";
import { demoPolicy, secrets, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { AUDIENCE, invalid, keyFor, origin, proof, startIssuer, trusted } from "../lib/issuer.mjs";
import { bearer, client, codeFor, exchange, granted, ISSUER, REDIRECT, refresh, revoke, signIn, startOAuth, tokensFor } from "../lib/oauth.mjs";

const SECRET = "resource-server:/ 0123456789";
const key = await keyFor("ES256", "");
// Gates learn their ports when they start; this one's is known before, and leads to the other gate.
const relay = await startIssuer({
  "/oauth/introspect": async (response, { headers }, body) => {
    const { authorization, "content-type": type } = headers;
    const answer = await server.post("/oauth/introspect", body.toString(), { authorization, "content-type": type });
    response.writeHead(answer.status, { "content-type": answer.header("content-type") }).end(answer.body);
  },
});
// It says for whom a token is only where the token is for some resources; whom it tells, it has checked.
const table = { introspection: "/oauth/introspect", audience: undefined, jwks: undefined, algorithms: undefined, client_id: "api", secret: "GATE_SECRET", cache: "0s" };
const policy = demoPolicy(origin("idp", relay.url), trusted("gate", { issuer: ISSUER, ...table }), trusted("stranger", table));
// The other gate knows this one as a client that may ask about every token.
const secret_digest = createHmac("sha256", secrets.EDGEGATE_CLIENT_KEY).update(`edgegate client secret v1\0api\0${SECRET}`).digest("base64url");
const resources = `resources = ["${AUDIENCE}", "https://other.example"]`;
const asking = `[clients.api]\nkind = "confidential"\nsecret_digest = "${secret_digest}"\nredirect_uris = ["${REDIRECT}"]\nintrospect = true`;
const issuing = demoPolicy(asking, ["pkce = false", `pkce = false\n${resources}`], ['access_lifetime = "14000s"', 'access_lifetime = "14000s"\nretry_window = "0s"']);
const own = { GATE_SECRET: SECRET, EDGEGATE_SEAL_KEY: "another-seal-key-0123456789abcdef0123456789" };
const narrow = demoPolicy(origin("idp", relay.url), trusted("gate", { issuer: ISSUER, ...table, audience: [AUDIENCE] }));
const gateway = await startOAuth({ gate: { policy, secrets: own }, narrow: { policy: narrow, secrets: own }, server: { policy: issuing } });
const { gate, server } = gateway;
after(() => (relay.stop(), gateway.stop()));
gateway.seen.add(SECRET);

const cookie = await signIn(server);
const addresses = (function* () { for (let at = 1; ; at++) yield `198.51.100.${at}`; })();
const ask = (text, { name = "gate", ...more } = {}) => gate.get(`/${name}/a`, { ...bearer(text), "cf-connecting-ip": addresses.next().value, ...more });

test("a token of another gate opens until it is refreshed away or revoked there", async () => {
  const { access_token, refresh_token } = await tokensFor(server, cookie, { scope: "read" });
  const { fields } = forwarded(await ask(access_token));
  assert.deepEqual(["subject", "client", "scope"].map((name) => fields.get(`edgegate-${name}`)), ["1001002", client.id, "read"]);
  assert.ok(!JSON.stringify([...fields]).includes(access_token));
  const second = granted(await refresh(server, refresh_token));
  await invalid(await ask(access_token), "token_inactive");
  forwarded(await ask(second.access_token));
  await revoke(server, second.access_token);
  await invalid(await ask(second.access_token), "token_inactive");
});

test("a refresh token is for its own server alone (RFC 6749 section 1.5): it opens nothing here", async () => {
  const { refresh_token } = await tokensFor(server, cookie);
  await invalid(await ask(refresh_token), "token_inactive");
  granted(await refresh(server, refresh_token));
});

test("a token for certain resources opens only theirs (RFC 8707)", async () => {
  const bought = async (resource) => (await tokensFor(server, cookie, { resource })).access_token;
  const show = async (text) => gateway.narrow.get("/gate/a", { ...bearer(text), "cf-connecting-ip": addresses.next().value });
  forwarded(await show(await bought(AUDIENCE)));
  await invalid(await show(await bought("https://other.example")), "jwt_audience");
  await invalid(await show((await tokensFor(server, cookie)).access_token), "jwt_audience");
});

test("a token of another issuer than the policy names is none", async () => {
  await invalid(await ask((await tokensFor(server, cookie)).access_token, { name: "stranger" }), "token_inactive");
});

test("what the other gate minted by its operator's hand, and what it never made", async () => {
  const { access_token } = await server.admin("token", { subject: "1001003", client: "demo", scope: "read" });
  assert.equal(forwarded(await ask(access_token)).fields.get("edgegate-subject"), "1001003");
  for (const text of ["x", access_token.slice(0, -2), "egt_seal-1_AAAA", (await server.admin("nonce", { subject: "1001002", route: "account" })).nonce]) {
    await invalid(await ask(text), "token_inactive");
  }
});

test("a token that the other gate bound to a key is bound here too (RFC 9449 section 6.2)", async () => {
  const code = await codeFor(server, cookie);
  const dpop = await proof(key, { method: "POST", url: "http://127.0.0.1:8787/oauth/token/" });
  const { access_token, token_type } = granted(await exchange(server, code, {}, { dpop }));
  assert.equal(token_type, "DPoP");
  const url = "http://127.0.0.1:8787/gate/a";
  const shown = await proof(key, { url, token: access_token });
  for (const text of [dpop, shown]) gateway.seen.add(text);
  await invalid(await ask(access_token), "token_binding");
  forwarded(await ask(access_token, { authorization: `DPoP ${access_token}`, dpop: shown }));
  await invalid(await ask(access_token, { authorization: `DPoP ${access_token}`, dpop: shown }), "dpop_replayed");
});

theLogHoldsNoCredential(gateway);
