// Two isolates that share KV and the Durable Object: what one gave, refreshed or took away, the other knows, and when.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, strictRoute, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { keyFor, proof } from "../lib/issuer.mjs";
import { basic, bearer, codeFor, exchange, failed, granted, introspect, ISSUER, pkce, REDIRECT } from "../lib/oauth.mjs";
import { refresh, revoke, signIn, startOAuth, tokensFor } from "../lib/oauth.mjs";

const CACHE = 2; // seconds
const brief = ["oauth", "registry"].map((name) => [`[${name}]\n`, `[${name}]\ncache = "${CACHE}s"\n`]);
const strict = strictRoute("bearer");
const policy = demoPolicy(...brief, strict);
const gateway = await startOAuth({ a: { policy }, b: { policy, sharing: "a" } });
const { a, b } = gateway;
after(() => gateway.stop());

const cookie = await signIn(a);
const both = [a, b];
const show = (gate, token, route = "me") => gate.get(`/${route}/a`, bearer(token));
const at50and50 = (send) => Promise.all(Array.from({ length: 100 }, (_, at) => send(both[at % 2])));
const passed = (since) => sleep(CACHE * 1000 + 1000 - (Date.now() - since));

/** Registers a client at a; public ones have no secret. */
async function register(kind, more) {
  const { client_id: id, client_secret: secret } = await a.admin("client/add", { kind, name: "Shop", ...more });
  if (secret) gateway.seen.add(secret);
  return { id, secret };
}

test("a code of one is redeemed at the other, and the tokens of one open the other, at once", async () => {
  const { access_token, refresh_token } = granted(await exchange(b, await codeFor(a, cookie)));
  for (const gate of both) for (const route of ["me", "strict"]) forwarded(await show(gate, access_token, route));
  const mine = await tokensFor(a, cookie);
  forwarded(await show(b, mine.access_token));
  assert.equal((await introspect(b, mine.access_token)).active, true);
  granted(await refresh(a, refresh_token));
});

test("refreshed at one, the successors work at the other at once; the predecessor is dead on strict routes at once, elsewhere within the cache's time", async () => {
  const first = await tokensFor(a, cookie);
  for (const gate of both) forwarded(await show(gate, first.access_token));
  const refreshed = Date.now();
  const second = granted(await refresh(a, first.refresh_token));
  for (const route of ["me", "strict"]) forwarded(await show(b, second.access_token, route));
  await refused(await show(a, first.access_token), 401, "token_superseded");
  await refused(await show(b, first.access_token, "strict"), 401, "token_superseded");
  const third = granted(await refresh(b, second.refresh_token));
  forwarded(await show(a, third.access_token, "strict"));
  await passed(refreshed);
  for (const gate of both) await refused(await show(gate, first.access_token), 401, "token_superseded");
  forwarded(await show(a, third.access_token));
});

test("one refresh token, 50 times at each of both at once: one pair, which works at both; ten generations long", { timeout: 120_000 }, async () => {
  let { refresh_token, access_token } = await tokensFor(a, cookie);
  for (let generation = 0; generation < 10; generation++) {
    const old = refresh_token;
    const answers = (await at50and50((gate) => refresh(gate, old))).map(granted);
    const pairs = new Set(answers.map((one) => `${one.access_token} ${one.refresh_token}`));
    assert.equal(pairs.size, 1, `${pairs.size} pairs followed from one token`);
    assert.ok(![...pairs][0].includes(access_token) && answers[0].refresh_token !== old);
    ({ refresh_token, access_token } = answers[0]);
    for (const gate of both) forwarded(await show(gate, access_token, "strict"));
  }
});

test("one code, 50 times at each of both at once: one pair at most, and it does not outlive the others", async () => {
  for (let round = 0; round < 5; round++) {
    const code = await codeFor(a, cookie);
    const answers = await at50and50((gate) => exchange(gate, code));
    const good = answers.filter(({ status }) => status === 200);
    assert.ok(good.length <= 1, `${good.length} of 100 requests redeemed one code`);
    for (const answer of answers.filter(({ status }) => status !== 200)) failed(answer, 400, "invalid_grant");
    for (const { json } of good) {
      for (const gate of both) await refused(await show(gate, json.access_token, "strict"), 401, "token_revoked");
      for (const gate of both) failed(await refresh(gate, json.refresh_token), 400, "invalid_grant");
    }
  }
});

test("revoked at one: at once where it was done, on strict routes, for a refresh and for who asks; elsewhere within the cache's time", async () => {
  for (const which of ["access_token", "refresh_token"]) {
    const tokens = await tokensFor(a, cookie);
    for (const gate of both) forwarded(await show(gate, tokens.access_token));
    const revoked = Date.now();
    assert.equal((await revoke(a, tokens[which])).status, 200);
    await refused(await show(a, tokens.access_token), 401, "token_revoked");
    for (const gate of both) {
      await refused(await show(gate, tokens.access_token, "strict"), 401, "token_revoked");
      for (const token of Object.values(tokens).filter((one) => /^eg/.test(one))) assert.deepEqual(await introspect(gate, token), { active: false });
      failed(await refresh(gate, tokens.refresh_token), 400, "invalid_grant");
    }
    await passed(revoked);
    await refused(await show(b, tokens.access_token), 401, "token_revoked");
  }
});

test("a refresh at one and a revocation at the other at once: whichever was first, nothing is left of the grant", async () => {
  for (let round = 0; round < 20; round++) {
    const first = await tokensFor(a, cookie);
    const [answer] = await Promise.all([refresh(a, first.refresh_token), revoke(b, first.refresh_token)]);
    const left = answer.status === 200 ? answer.json : (failed(answer, 400, "invalid_grant"), first);
    for (const gate of both) await refused(await show(gate, left.access_token, "strict"), 401, "token_revoked");
    for (const gate of both) failed(await refresh(gate, left.refresh_token), 400, "invalid_grant");
  }
});

test("a proof that was used at one is used at the other", async () => {
  const key = await keyFor("ES256");
  const dpop = await proof(key, { method: "POST", url: `${ISSUER}/oauth/token/` });
  const { access_token } = granted(await exchange(a, await codeFor(a, cookie), {}, { dpop }));
  const shown = await proof(key, { url: `${ISSUER}/me/a`, token: access_token });
  const answers = await at50and50((gate) => gate.get("/me/a", { ...bearer(access_token, "DPoP"), dpop: shown }));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  for (const gate of both) failed(await exchange(gate, await codeFor(a, cookie), {}, { dpop }), 400, "invalid_dpop_proof");
});

test("a client that was registered at one works at the other at once; a new secret and an end are known within the cache's time", async () => {
  const office = await register("token-pair", { scope: ["read"] });
  forwarded(await b.get("/api/3.0/x", basic(office)));
  const shop = await register("confidential", { redirect_uris: [REDIRECT], scope: ["read"] });
  const { code_verifier, asked } = pkce();
  const code = await codeFor(b, cookie, { client_id: shop.id, ...asked });
  const tokens = granted(await exchange(b, code, { code_verifier }, { who: shop }));
  for (const gate of both) forwarded(await show(gate, tokens.access_token));

  const changed = Date.now();
  const { client_secret: secret } = await a.admin("client/rotate", { client_id: shop.id });
  gateway.seen.add(secret);
  await a.admin("client/remove", { client_id: office.id });
  failed(await refresh(a, tokens.refresh_token, {}, { who: shop }), 401, "invalid_client");
  assert.equal((await a.get("/api/3.0/x", basic(office))).status, 401);
  await passed(changed);
  failed(await refresh(b, tokens.refresh_token, {}, { who: shop }), 401, "invalid_client");
  assert.equal((await b.get("/api/3.0/x", basic(office))).status, 401);
  const next = granted(await refresh(b, tokens.refresh_token, {}, { who: { ...shop, secret } }));

  const removed = Date.now();
  await b.admin("client/remove", { client_id: shop.id });
  await refused(await show(b, next.access_token), 401, "token_client");
  await passed(removed);
  await refused(await show(a, next.access_token), 401, "token_client");
  failed(await refresh(a, next.refresh_token, {}, { who: { ...shop, secret } }), 401, "invalid_client");
});

test("while KV lags, new grants, their successors and new clients are found through the Ledger, and what was revoked stays so", async () => {
  for (const gate of both) await gate.faults({ kv: "stale" }); // both see KV as it is now, from here on
  try {
    const first = granted(await exchange(a, await codeFor(a, cookie)));
    forwarded(await show(b, first.access_token));
    const second = granted(await refresh(b, first.refresh_token));
    forwarded(await show(a, second.access_token));
    await refused(await show(a, first.access_token, "strict"), 401, "token_superseded");
    const third = granted(await refresh(a, second.refresh_token));
    forwarded(await show(b, third.access_token, "strict"));

    const ended = await tokensFor(a, cookie);
    await revoke(a, ended.refresh_token);
    for (const route of ["me", "strict"]) await refused(await show(b, ended.access_token, route), 401, "token_revoked"); // young, so the Ledger is asked
    failed(await refresh(b, ended.refresh_token), 400, "invalid_grant");

    const office = await register("token-pair", { scope: ["read"] });
    forwarded(await b.get("/api/3.0/x", basic(office)));
    const gone = await register("token-pair", { scope: ["read"] });
    await a.admin("client/remove", { client_id: gone.id });
    assert.equal((await b.get("/api/3.0/x", basic(gone))).status, 401);
  } finally {
    for (const gate of both) await gate.faults();
  }
});

theLogHoldsNoCredential(gateway);
