// Checkfront's side of OAuth as its documentation, its SDK and its users show it: the vectors C1 to C10 of protocols.md B3,
// and what the SDK sends that no specification knows. When a code or a token ends is for the native tests.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, status } from "../lib/expect.mjs";
import { theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { spoiled, urlencoded } from "../lib/luminate.mjs";
import { ask, authorize, basic, bearer, client, codeFor, exchange, failed, granted, introspect, ISSUER, pair, pkce } from "../lib/oauth.mjs";
import { publicClient, REDIRECT, refresh, remember, revoke, signIn, startOAuth, tokensFor, unforgiving, visit } from "../lib/oauth.mjs";

const policy = unforgiving(["\nquery = true", "\nquery = false"]);
const gateway = await startOAuth({ gate: {}, strict: { policy } });
const { gate, strict } = gateway;
after(() => gateway.stop());

const SAMPLE = "f58ef579d0bb5ffb3b5bb0985a85e21a";
const cookie = await signIn(gate);
const strictCookie = await signIn(strict);
const body = { client_id: client.id, client_secret: client.secret };
const ping = (token, on = gate) => on.get("/api/3.0/ping", bearer(token));

/** The origin's echo, which stands inside the vendor's sample answer where there is one. */
function arrived(answer) {
  status(answer, 200);
  const { received = answer.json } = answer.json;
  assert.equal(typeof received.body_sha256, "string", answer.text);
  return { ...received, path: received.url.replace(/^https?:\/\/[^/]+/, ""), fields: new Map(received.headers) };
}

/** An error in Checkfront's words. */
function refusedBy(answer, code, error, error_description) {
  status(answer, code);
  assert.match(answer.header("content-type"), /^application\/json\b/);
  assert.deepEqual(answer.json, { error, error_description });
  assert.match(answer.header("www-authenticate"), new RegExp(`\\berror="${error}"`));
}

const NOT_FOUND = [400, "invalid_request", "The access token was not found."];
const INVALID = [401, "invalid_grant", "The access token provided is invalid."];
const TWICE = [400, "invalid_request", "Only one method may be used to authenticate at a time (Auth header, GET or POST)."];
const MALFORMED = [400, "invalid_request", "Malformed auth header."];
const NO_ACCESS = [403, "access_denied", "You do not have access to this resource."];

test("C1: a token pair asks on behalf of an account and for its own caller's address", async () => {
  // The header as the vendor publishes it, byte for byte.
  const authorization = "Basic M2JlOTg2NDFmMDc0NWI2ZmU3ZGFjYzJkZjk0N2FkYmMxZGE3MzEyZDo0YzRkNTk4YTVkOTQwZjA4ZmRiNDM1YjY5YWY5ODZjNzBmMjIwNmRk";
  assert.deepEqual(basic(pair), { authorization });
  const headers = { authorization, "x-forwarded-for": "66.228.55.142", "x-on-behalf": "1", cookie: "session_id=s1" };
  const { path, fields } = arrived(await gate.get("/api/3.0/booking/index?start_date=today&status_id=PAID", headers));
  assert.equal(path, "/api/3.0/booking/index?start_date=today&status_id=PAID");
  const told = ["x-forwarded-for", "x-on-behalf", "cookie", "edgegate-client"].map((name) => fields.get(name));
  assert.deepEqual(told, ["66.228.55.142", "1", "session_id=s1", pair.id]);
  assert.ok(!fields.has("authorization") && ![...fields.values()].join().includes(pair.secret));
});

test("C2: ping answers with the documented sample", async () => {
  const answer = await gate.get("/api/3.0/ping", basic(pair));
  assert.equal(arrived(answer).path, "/api/3.0/ping");
  const { received, ...sample } = answer.json;
  assert.ok(received);
  assert.deepEqual(sample, {
    version: "3.0",
    account_id: 1,
    host_id: "your-company.checkfront.com",
    name: "Your Company",
    locale: { id: "en_US", lang: "en", currency: "CAD" },
    request: { status: "OK", resource: "ping", records: 1, limit: 0, page: 1, pages: 1, time: 0.0009, method: "get" },
    pong: { remote_addr: "0.0.0.0", time: 1507249065, timezone: "Canada/Pacific", provider: "API Console" },
  });
});

test("C3, C4: no token was found, or an unknown one", async () => {
  refusedBy(await gate.get("/api/3.0/item"), ...NOT_FOUND);
  refusedBy(await gate.get("/api/3.0/item", bearer(SAMPLE)), ...INVALID);
});

test("C5: BEARER in the header, access_token in the query and in a posted form are the same", async () => {
  const ways = (token) => [
    gate.get("/api/3.0/x?a=1", bearer(token, "BEARER")),
    gate.get("/api/3.0/x?a=1", bearer(token)),
    gate.get(`/api/3.0/x?a=1&access_token=${token}`),
    gate.get(`/api/3.0/x?access_token=${token}&a=1`),
    gate.form("/api/3.0/x?a=1", `access_token=${token}`),
  ];
  for (const answer of await Promise.all(ways(SAMPLE))) refusedBy(answer, ...INVALID);
  const { access_token } = await tokensFor(gate, cookie, { scope: "read" });
  for (const answer of await Promise.all(ways(access_token))) {
    const { path, fields, body_length } = forwarded(answer);
    assert.deepEqual([path, body_length], ["/api/3.0/x?a=1", 0]);
    assert.deepEqual(["subject", "client", "scope"].map((name) => fields.get(`edgegate-${name}`)), ["1001002", client.id, "read"]);
    assert.ok(![...fields.values()].join().includes(access_token));
  }
});

test("C6: a token in two places is refused, the same or another", async () => {
  const { access_token } = await tokensFor(gate, cookie);
  for (const other of [access_token, SAMPLE]) {
    const parameter = `access_token=${other}`;
    refusedBy(await gate.get(`/api/3.0/x?${parameter}`, bearer(access_token)), ...TWICE);
    refusedBy(await gate.form("/api/3.0/x", parameter, bearer(access_token)), ...TWICE);
    refusedBy(await gate.form(`/api/3.0/x?access_token=${access_token}`, parameter), ...TWICE);
  }
});

test("C7: a code gives tokens for 14000 seconds, once; who shows it again ends what it gave", async () => {
  const back = await authorize(gate, { state: "s1", scope: "read" }, { cookie });
  assert.deepEqual(["state", "iss"].map((name) => back.searchParams.get(name)), ["s1", ISSUER]);
  const code = back.searchParams.get("code");
  const tokens = granted(await exchange(gate, code));
  assert.equal(tokens.expires_in, 14_000);
  assert.match(tokens.token_type, /^bearer$/i);
  assert.equal(typeof (tokens.scope ?? ""), "string"); // a null is more than some clients take
  arrived(await ping(tokens.access_token));
  failed(await exchange(gate, code), 400, "invalid_grant");
  refusedBy(await ping(tokens.access_token), ...INVALID);
  failed(await refresh(gate, tokens.refresh_token), 400, "invalid_grant");
});

test("C8: a refresh replaces both tokens, and who shows the old one again ends all that came of it", async () => {
  const first = await tokensFor(strict, strictCookie);
  const second = granted(await refresh(strict, first.refresh_token));
  assert.equal(second.expires_in, 14_000);
  assert.ok(second.access_token !== first.access_token && second.refresh_token !== first.refresh_token);
  refusedBy(await ping(first.access_token, strict), ...INVALID);
  arrived(await ping(second.access_token, strict));
  const third = granted(await refresh(strict, second.refresh_token));
  failed(await refresh(strict, first.refresh_token), 400, "invalid_grant");
  refusedBy(await ping(third.access_token, strict), ...INVALID);
  failed(await refresh(strict, third.refresh_token), 400, "invalid_grant");
});

test("C8 as the demo has it: within ten seconds the old token gives the same successor again", async () => {
  const first = await tokensFor(gate, cookie);
  const [second, again] = [granted(await refresh(gate, first.refresh_token)), granted(await refresh(gate, first.refresh_token))];
  assert.deepEqual([again.access_token, again.refresh_token], [second.access_token, second.refresh_token]);
  arrived(await ping(second.access_token));
  assert.notEqual(granted(await refresh(gate, second.refresh_token)).refresh_token, second.refresh_token);
});

test("a hundred refreshes of one token at once get one pair, and it works", async () => {
  const { refresh_token } = await tokensFor(gate, cookie);
  const answers = await Promise.all(Array.from({ length: 100 }, () => refresh(gate, refresh_token)));
  const pairs = new Set(answers.map(granted).map(({ access_token, refresh_token }) => JSON.stringify([access_token, refresh_token])));
  assert.equal(pairs.size, 1);
  const [access, next] = JSON.parse([...pairs][0]);
  arrived(await ping(access));
  arrived(await ping(granted(await refresh(gate, next)).access_token));
});

test("C9: the SDK refreshes with a stale BEARER in the header, its credentials and a redirect_uri in the form", async () => {
  const fields = { type: "web_server", ...body, redirect_uri: REDIRECT };
  let tokens = await tokensFor(gate, cookie);
  for (const stale of ["stale", SAMPLE, tokens.access_token]) {
    tokens = granted(await refresh(gate, tokens.refresh_token, fields, bearer(stale, "BEARER")));
    arrived(await ping(tokens.access_token));
  }
});

test("C10: a consumer's key and secret open nothing, half a pair is malformed, a wrong one is no pair", async () => {
  refusedBy(await gate.get("/api/3.0/x", basic(client)), ...NO_ACCESS);
  for (const authorization of [`Basic ${btoa(pair.id)}`, "Basic YWrtMdo=", "Basic %%%", "Basic", "Bearer", "Bearer a b"]) {
    refusedBy(await gate.get("/api/3.0/x", { authorization }), ...MALFORMED);
  }
  for (const wrong of [{ ...pair, secret: spoiled(pair.secret) }, { ...pair, id: spoiled(pair.id) }]) {
    const answer = await gate.get("/api/3.0/x", basic(wrong));
    status(answer, 401);
    assert.deepEqual(Object.keys(answer.json), ["error", "error_description"]);
    assert.match(answer.header("www-authenticate"), /\w/);
  }
});

test("each endpoint answers with and without a slash at its end, the authorization page under both its names", async () => {
  for (const path of ["/oauth/", "/oauth/authorize", "/oauth/authorize/"]) {
    const back = await authorize(gate, {}, { cookie, path });
    assert.equal(back.origin + back.pathname, REDIRECT);
    assert.ok(back.searchParams.has("code"), path);
  }
  for (const slash of ["", "/"]) {
    const { access_token } = granted(await exchange(gate, await codeFor(gate, cookie), {}, { to: `/oauth/token${slash}` }));
    const to = { to: `/oauth/introspect${slash}` };
    assert.equal((await introspect(gate, access_token, to)).active, true);
    status(await revoke(gate, access_token, { to: `/oauth/revoke${slash}` }), 200);
    assert.deepEqual(await introspect(gate, access_token, to), { active: false });
  }
});

test("parameters of the token endpoint may stand in the query, where the policy says so", async () => {
  const asked = async (on, fields, own) => on.post(`/oauth/token/?${urlencoded({ ...fields, redirect_uri: REDIRECT, ...body })}`, "", own);
  for (const type of [{ "content-type": "application/x-www-form-urlencoded" }, {}]) {
    const answer = await asked(gate, { grant_type: "authorization_code", code: await codeFor(gate, cookie) }, type);
    remember(gate, answer.text);
    const next = await asked(gate, { grant_type: "refresh_token", refresh_token: granted(answer).refresh_token }, type);
    remember(gate, next.text);
    arrived(await ping(granted(next).access_token));
  }
  const { refresh_token } = await tokensFor(strict, strictCookie);
  const elsewhere = `/oauth/token/?${urlencoded({ grant_type: "refresh_token", refresh_token })}`;
  failed(await ask(strict, {}, { to: elsewhere }), 400, "invalid_request");
  granted(await refresh(strict, refresh_token));
});

test("the SDK asks for a code with type=web_server and no redirect_uri, and is sent to the registered one", async () => {
  const url = new URL(`/oauth/?${urlencoded({ type: "web_server", client_id: client.id, response_type: "code" })}`, ISSUER);
  const back = await authorize(gate, url, { cookie });
  assert.equal(back.origin + back.pathname, REDIRECT);
  const fields = { type: "web_server", client_id: client.id, grant_type: "authorization_code", client_secret: client.secret };
  const answer = await gate.form("/oauth/token/", urlencoded({ ...fields, redirect_uri: REDIRECT, code: back.searchParams.get("code") }));
  remember(gate, answer.text);
  arrived(await ping(granted(answer).access_token));
});

test("who says no is sent back with access_denied, and who is not signed in is asked to be", async () => {
  const back = await authorize(gate, { state: "s1" }, { cookie, decision: "deny" });
  const told = Object.fromEntries(back.searchParams);
  assert.deepEqual([back.origin + back.pathname, told.error, told.state, told.iss, told.code], [REDIRECT, "access_denied", "s1", ISSUER, undefined]);
  const answer = await visit(gate, { state: "s1" });
  status(answer, 303);
  const target = new URL(answer.header("location"), ISSUER);
  assert.equal(target.pathname, "/.edgegate/sign-in");
  assert.match(target.searchParams.get("next"), /^\/oauth\/\?.*state=s1/);
});

test("the token endpoint says what is wrong in Checkfront's words and the RFC's codes", async () => {
  const forged = "egr_seal-1_x";
  failed(await ask(gate, {}), 400, "invalid_request", /^Invalid grant_type parameter or parameter missing$/);
  failed(await ask(gate, { grant_type: "password" }), 400, "unsupported_grant_type");
  failed(await refresh(gate, undefined), 400, "invalid_request", /^No "?refresh_token"? parameter found$/);
  failed(await refresh(gate, forged), 400, "invalid_grant", /^Invalid refresh token$/);
  failed(await exchange(gate, undefined), 400, "invalid_request", /^Missing parameter\. "?code"? is required$/);
  failed(await exchange(gate, "egc_seal-1_x"), 400, "invalid_grant");
  failed(await exchange(gate, await codeFor(gate, cookie), { redirect_uri: `${REDIRECT}/` }), 400, "invalid_grant");
  const wrong = { ...client, secret: spoiled(client.secret) };
  const challenged = await refresh(gate, forged, {}, { who: wrong });
  failed(challenged, 401, "invalid_client", /^The client credentials are invalid\.?$/);
  assert.match(challenged.header("www-authenticate"), /^Basic /);
  failed(await refresh(gate, forged, { ...body, client_secret: wrong.secret }, { authorization: undefined }), 401, "invalid_client");
});

test("a public client needs its PKCE verifier, and a code belongs to the client that asked for it", async () => {
  const { code_verifier, asked } = pkce();
  const code = () => codeFor(gate, cookie, { client_id: publicClient.id, ...asked });
  granted(await exchange(gate, await code(), { code_verifier }, { who: publicClient }));
  for (const wrong of [{}, { code_verifier: spoiled(code_verifier) }]) {
    failed(await exchange(gate, await code(), wrong, { who: publicClient }), 400, "invalid_grant");
  }
  failed(await exchange(gate, await code(), { code_verifier }), 400, "invalid_grant");
  const { refresh_token } = await tokensFor(gate, cookie);
  failed(await refresh(gate, refresh_token, {}, { who: publicClient }), 400, "invalid_grant");
});

theLogHoldsNoCredential(gateway);
