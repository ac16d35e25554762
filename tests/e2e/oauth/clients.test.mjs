// Clients of npm, as they are: each finds the endpoints, gets tokens, uses, refreshes, asks about and revokes them, and
// reads the errors as errors of its own.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { AuthorizationCode } from "simple-oauth2";
import { HOST } from "../lib/client.mjs";
import { theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { authorize, bearer, client, fetchOf, introspect, ISSUER, pkce, publicClient, REDIRECT } from "../lib/oauth.mjs";
import { remember, signIn, startOAuth, unforgiving } from "../lib/oauth.mjs";

const gateway = await startOAuth({ gate: { policy: unforgiving() } });
const { gate } = gateway;
after(() => gateway.stop());

const cookie = await signIn(gate);
const issuer = new URL(ISSUER);
const PING = new URL("/api/3.0/ping", ISSUER);
const transport = fetchOf(gate);

/** What an error of oauth4webapi or openid-client says. They read a challenge before the body. */
async function refusal(promise) {
  const error = await promise.then(() => assert.fail("it was granted"), (reason) => reason);
  if (error instanceof oauth.ResponseBodyError) return [error.status, error.error];
  assert.ok(error instanceof oauth.WWWAuthenticateChallengeError, `${error}`);
  return [error.status, (await error.response.json()).error, error.cause[0].scheme];
}

/** The tokens, without what differs each time. */
function described(tokens) {
  assert.match(tokens.access_token, /^egt_[\w-]+$/);
  assert.match(tokens.refresh_token, /^egr_[\w-]+$/);
  return { type: tokens.token_type.toLowerCase(), expires_in: tokens.expires_in };
}

const isJo = ({ active, sub, client_id }) => assert.deepEqual([active, sub, client_id], [true, "1001002", client.id]);

// --- oauth4webapi ---------------------------------------------------------------------------------------

const plain = { [oauth.customFetch]: transport, [oauth.allowInsecureRequests]: true };
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...plain }));

/** Everything that oauth4webapi does for one client, by its own functions. */
function webApi({ id: client_id }, authentication, options = plain) {
  const me = { client_id };
  const refreshed = async (token, how = authentication, more = options) =>
    oauth.processRefreshTokenResponse(server, me, await oauth.refreshTokenGrantRequest(server, me, how, token, more));
  return {
    async signOn() {
      const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
      const code_challenge = await oauth.calculatePKCECodeChallenge(verifier);
      const url = new URL(server.authorization_endpoint);
      const asked = { client_id, redirect_uri: REDIRECT, response_type: "code", scope: "read", state };
      const all = { ...asked, code_challenge, code_challenge_method: "S256" };
      for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
      const parameters = oauth.validateAuthResponse(server, me, await authorize(gate, url, { cookie }), state);
      const exchanged = async () => {
        const response = await oauth.authorizationCodeGrantRequest(server, me, authentication, parameters, REDIRECT, verifier, options);
        return oauth.processAuthorizationCodeResponse(server, me, response);
      };
      return { tokens: await exchanged(), exchanged };
    },
    refreshed,
    ping: (token, more = options) => oauth.protectedResourceRequest(token, "GET", PING, undefined, undefined, more),
    async about(token) {
      return oauth.processIntrospectionResponse(server, me, await oauth.introspectionRequest(server, me, authentication, token, options));
    },
    async revoked(token) {
      return oauth.processRevocationResponse(await oauth.revocationRequest(server, me, authentication, token, options));
    },
  };
}

test("the metadata is what oauth4webapi goes by, endpoint for endpoint", () => {
  assert.equal(server.issuer, ISSUER);
  for (const name of ["authorization", "token", "revocation", "introspection"]) {
    assert.ok(server[`${name}_endpoint`].startsWith(`${ISSUER}/oauth/`), name);
  }
  assert.equal(server.authorization_response_iss_parameter_supported, true);
  assert.deepEqual(server.code_challenge_methods_supported, ["S256"]);
});

for (const [name, authentication] of Object.entries({ ClientSecretBasic: oauth.ClientSecretBasic, ClientSecretPost: oauth.ClientSecretPost })) {
  test(`oauth4webapi with ${name} goes the whole way`, async () => {
    const it = webApi(client, authentication(client.secret));
    const { tokens, exchanged } = await it.signOn();
    assert.deepEqual(described(tokens), { type: "bearer", expires_in: 14_000 });
    assert.equal((await it.ping(tokens.access_token)).status, 200);
    isJo(await it.about(tokens.access_token));

    const next = await it.refreshed(tokens.refresh_token);
    assert.deepEqual(described(next), { type: "bearer", expires_in: 14_000 });
    assert.ok(next.access_token !== tokens.access_token && next.refresh_token !== tokens.refresh_token);
    assert.deepEqual((await refusal(it.ping(tokens.access_token))).slice(0, 2), [401, "invalid_grant"]);
    assert.equal((await it.ping(next.access_token)).status, 200);
    assert.deepEqual((await refusal(it.refreshed(next.refresh_token, authentication("sekret-guessed")))).slice(0, 2), [401, "invalid_client"]);

    await it.revoked(next.access_token);
    assert.deepEqual(await it.about(next.access_token), { active: false });
    assert.deepEqual((await refusal(it.ping(next.access_token))).slice(0, 2), [401, "invalid_grant"]);
    await it.revoked(next.refresh_token);
    assert.deepEqual(await refusal(it.refreshed(next.refresh_token)), [400, "invalid_grant"]);
    assert.deepEqual(await refusal(it.refreshed(tokens.refresh_token)), [400, "invalid_grant"]);
    assert.deepEqual(await refusal(exchanged()), [400, "invalid_grant"]);
  });
}

test("oauth4webapi is told by a challenge that HTTP Basic was wrong", async () => {
  const it = webApi(client, oauth.ClientSecretBasic("sekret-guessed"));
  assert.deepEqual(await refusal(it.refreshed("egr_seal-1_x")), [401, "invalid_client", "basic"]);
});

test("oauth4webapi as a public client, with None, goes as far as a public client may", async () => {
  const it = webApi(publicClient, oauth.None());
  const { tokens, exchanged } = await it.signOn();
  assert.deepEqual(described(tokens), { type: "bearer", expires_in: 14_000 });
  assert.equal((await it.ping(tokens.access_token)).status, 200);
  const next = await it.refreshed(tokens.refresh_token);
  assert.equal((await it.ping(next.access_token)).status, 200);
  await it.revoked(next.access_token);
  assert.deepEqual((await refusal(it.ping(next.access_token))).slice(0, 2), [401, "invalid_grant"]);
  assert.deepEqual(await refusal(it.refreshed(tokens.refresh_token)), [400, "invalid_grant"]);
  assert.deepEqual(await refusal(exchanged()), [400, "invalid_grant"]);
});

for (const [kind, who, authentication] of [
  ["confidential", client, oauth.ClientSecretBasic(client.secret)],
  ["public", publicClient, oauth.None()],
]) {
  test(`oauth4webapi with DPoP, as a ${kind} client: what was issued to a key opens nothing without it`, async () => {
    const handles = await Promise.all([1, 2].map(async () => oauth.DPoP({ client_id: who.id }, await oauth.generateKeyPair("ES256"))));
    const [mine, theirs] = handles.map((DPoP) => ({ ...plain, DPoP }));
    const it = webApi(who, authentication, mine);
    const { tokens } = await it.signOn();
    assert.deepEqual(described(tokens), { type: "dpop", expires_in: 14_000 });
    assert.equal((await it.ping(tokens.access_token)).status, 200);
    for (const wrong of [plain, theirs]) assert.equal((await refusal(it.ping(tokens.access_token, wrong)))[0], 401);
    if (who.secret) {
      assert.equal((await it.about(tokens.access_token)).cnf.jkt, await mine.DPoP.calculateThumbprint());
    } else {
      // Of a confidential client the refresh token is bound to its secret (RFC 9449 section 5).
      for (const wrong of [plain, theirs]) assert.equal((await refusal(it.refreshed(tokens.refresh_token, authentication, wrong)))[0], 400);
    }
    const next = await it.refreshed(tokens.refresh_token);
    assert.equal(next.token_type, "dpop");
    assert.equal((await it.ping(next.access_token)).status, 200);
    assert.equal((await refusal(it.ping(next.access_token, plain)))[0], 401);
  });
}

// --- openid-client --------------------------------------------------------------------------------------

function openidWith(authentication) {
  const options = { algorithm: "oauth2", execute: [openid.allowInsecureRequests], [openid.customFetch]: transport };
  return openid.discovery(issuer, client.id, undefined, authentication, options);
}

for (const [name, authentication] of Object.entries({ ClientSecretBasic: openid.ClientSecretBasic, ClientSecretPost: openid.ClientSecretPost })) {
  test(`openid-client with ${name} goes the whole way`, async () => {
    const config = await openidWith(authentication(client.secret));
    assert.ok(config.serverMetadata().supportsPKCE());
    const [pkceCodeVerifier, expectedState] = [openid.randomPKCECodeVerifier(), openid.randomState()];
    const code_challenge = await openid.calculatePKCECodeChallenge(pkceCodeVerifier);
    const asked = { redirect_uri: REDIRECT, scope: "read write", state: expectedState, code_challenge, code_challenge_method: "S256" };
    const back = await authorize(gate, openid.buildAuthorizationUrl(config, asked), { cookie });
    const exchanged = () => openid.authorizationCodeGrant(config, new URL(back), { pkceCodeVerifier, expectedState });
    const ping = (token) => openid.fetchProtectedResource(config, token, PING, "GET");

    const tokens = await exchanged();
    assert.deepEqual(described(tokens), { type: "bearer", expires_in: 14_000 });
    assert.ok(tokens.expiresIn() > 13_900);
    assert.equal((await ping(tokens.access_token)).status, 200);
    isJo(await openid.tokenIntrospection(config, tokens.access_token));

    const next = await openid.refreshTokenGrant(config, tokens.refresh_token);
    assert.ok(next.access_token !== tokens.access_token && next.refresh_token !== tokens.refresh_token);
    assert.deepEqual((await refusal(ping(tokens.access_token))).slice(0, 2), [401, "invalid_grant"]);
    assert.equal((await ping(next.access_token)).status, 200);
    const guessing = await openidWith(authentication("sekret-guessed"));
    assert.deepEqual((await refusal(openid.refreshTokenGrant(guessing, next.refresh_token))).slice(0, 2), [401, "invalid_client"]);

    await openid.tokenRevocation(config, next.access_token);
    assert.equal((await openid.tokenIntrospection(config, next.access_token)).active, false);
    assert.deepEqual(await refusal(openid.refreshTokenGrant(config, tokens.refresh_token)), [400, "invalid_grant"]);
    assert.deepEqual(await refusal(exchanged()), [400, "invalid_grant"]);
  });
}

test("openid-client reads a no as the person's", async () => {
  const config = await openidWith(openid.ClientSecretBasic(client.secret));
  const back = await authorize(gate, openid.buildAuthorizationUrl(config, { redirect_uri: REDIRECT, state: "s1" }), { cookie, decision: "deny" });
  const isDenied = (error) => error instanceof openid.AuthorizationResponseError && error.error === "access_denied";
  await assert.rejects(openid.authorizationCodeGrant(config, back, { expectedState: "s1" }), isDenied);
});

// --- simple-oauth2, which finds nothing by itself and has no fetch to replace ---------------------------

const simple = (options, secret = client.secret) =>
  new AuthorizationCode({
    client: { id: client.id, secret },
    auth: { tokenHost: `http://127.0.0.1:${gate.port}`, tokenPath: "/oauth/token/", authorizePath: "/oauth/" },
    http: { headers: { host: HOST } },
    options,
  });

/** What an error of simple-oauth2 says. */
async function boom(promise) {
  const error = await promise.then(() => assert.fail("it was granted"), (reason) => reason);
  assert.ok(error.isBoom && error.data?.isResponseError, `${error}`);
  return [error.output.statusCode, error.data.payload.error];
}

for (const [name, options] of Object.entries({
  "HTTP Basic, form-encoded": { authorizationMethod: "header", credentialsEncodingMode: "strict" },
  "HTTP Basic, as it is": { authorizationMethod: "header", credentialsEncodingMode: "loose" },
  "its secret in the form": { authorizationMethod: "body" },
})) {
  test(`simple-oauth2 with ${name} goes the whole way`, async () => {
    const it = simple(options);
    const ping = async (token) => (await gate.get(PING.pathname, bearer(token))).status;
    const { code_verifier, asked } = pkce();
    const back = await authorize(gate, new URL(it.authorizeURL({ redirect_uri: REDIRECT, scope: "read", state: "s1", ...asked })), { cookie });
    assert.equal(back.searchParams.get("state"), "s1");
    const exchanged = () => it.getToken({ code: back.searchParams.get("code"), redirect_uri: REDIRECT, code_verifier });

    const first = await exchanged();
    remember(gate, JSON.stringify(first));
    assert.deepEqual(described(first.token), { type: "bearer", expires_in: 14_000 });
    assert.equal(first.expired(), false);
    assert.equal(await ping(first.token.access_token), 200);
    isJo(await introspect(gate, first.token.access_token));

    const next = await first.refresh();
    remember(gate, JSON.stringify(next));
    assert.ok(next.token.access_token !== first.token.access_token && next.token.refresh_token !== first.token.refresh_token);
    assert.deepEqual([await ping(first.token.access_token), await ping(next.token.access_token)], [401, 200]);
    assert.deepEqual(await boom(simple(options, "sekret-guessed").createToken(next.token).refresh()), [401, "invalid_client"]);

    await next.revoke("access_token");
    assert.deepEqual(await introspect(gate, next.token.access_token), { active: false });
    await next.revoke("refresh_token");
    assert.deepEqual(await boom(next.refresh()), [400, "invalid_grant"]);
    assert.deepEqual(await boom(first.refresh()), [400, "invalid_grant"]);
    assert.deepEqual(await boom(exchanged()), [400, "invalid_grant"]);
  });
}

theLogHoldsNoCredential(gateway);
