// KV or the Ledger is down: OAuth says so and gives nothing, and a client that comes back when it is up again goes on as if
// nothing had been. Nobody is signed out because a store was down.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, strictRoute, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { keyFor, proof } from "../lib/issuer.mjs";
import { html, urlencoded } from "../lib/luminate.mjs";
import { ask, authorize, basic, bearer, codeFor, consentForm, exchange, failed, granted, introspect, ISSUER } from "../lib/oauth.mjs";
import { pkce, REDIRECT, refresh, revoke, signIn, startOAuth, tokensFor, unforgiving, visit } from "../lib/oauth.mjs";

const strict = strictRoute("bearer");
const forgetful = ["bearer", "session", "oauth", "registry"].map((name) => [`[${name}]\n`, `[${name}]\ncache = "0s"\n`]);
const policy = demoPolicy(...forgetful, strict);
const gateway = await startOAuth({
  gate: { policy },
  known: { policy: demoPolicy(strict), sharing: "gate" },
  hasty: { policy: unforgiving(strict), sharing: "gate" },
  alone: { policy: unforgiving('[storage]\nsingle_use = "best-effort"') },
  noKv: { policy, without: ["EDGEGATE_KV"], sharing: "gate" },
  noLedger: { policy, without: ["EDGEGATE_LEDGER"], sharing: "gate" },
});
const { gate, known, hasty, alone, noKv, noLedger } = gateway;
after(() => gateway.stop());

const cookie = await signIn(gate);
const key = await keyFor("ES256");
const added = await gate.admin("client/add", { kind: "confidential", name: "Shop", redirect_uris: [REDIRECT], scope: ["read"] });
const who = { id: added.client_id, secret: added.client_secret };
const office = await gate.admin("client/add", { kind: "token-pair", name: "Office", scope: ["read"] });
const registeredPair = basic({ id: office.client_id, secret: office.client_secret });
for (const secret of [who.secret, office.client_secret]) gateway.seen.add(secret);

const own = { ...html, cookie, "sec-fetch-site": "same-origin" };
const allow = ({ consent, action }) => gate.form(action, urlencoded({ consent, decision: "allow" }), own);
const about = (token, to = "introspect") => ask(gate, { token }, { to: `/oauth/${to}` });
const proven = (send) => async () => send(await proof(key, { method: "POST", url: `${ISSUER}/oauth/token/` }));

/** With these faults each request ends in 503, in OAuth's words or as a page or problem of ours; none gets to the origin. */
async function down(at, faults, { clients = [], pages = [] }) {
  await at.take();
  await at.faults(faults);
  try {
    const asClient = clients.map(async (send) => failed(await send(), 503, "temporarily_unavailable"));
    const asPage = pages.map(async ([send, reason]) => {
      const answer = await send();
      await refused(answer, 503, reason);
      assert.deepEqual([answer.header("location"), answer.cookies], [undefined, []]);
    });
    await Promise.all([...asClient, ...asPage]);
  } finally {
    await at.faults();
  }
  assert.deepEqual((await at.take()).forwarded, []);
}

/** Tokens and a code, of which nothing was used yet. */
async function fresh(at = gate, session = cookie) {
  const [tokens, spare, code] = [await tokensFor(at, session), await tokensFor(at, session), await codeFor(at, session)];
  return { ...tokens, spare, code };
}

for (const how of ["throw", "hang"]) {
  test(`KV ${how}s: 503 from every endpoint, and the same refresh token works afterwards`, async () => {
    const { access_token, refresh_token, spare, code } = await fresh();
    const form = await consentForm(gate, {}, { cookie });
    await down(gate, { kv: how }, {
      clients: [
        () => refresh(gate, refresh_token),
        proven((dpop) => refresh(gate, refresh_token, {}, { dpop })),
        () => about(access_token),
        () => about(spare.refresh_token, "revoke"),
        () => about(spare.access_token, "revoke"),
        () => refresh(gate, refresh_token, {}, { who }),
        () => ask(gate, { token: access_token }, { to: "/oauth/introspect", who }),
      ],
      pages: [
        [() => visit(gate, {}, { cookie }), "vault_unavailable"],
        [() => visit(gate, { client_id: who.id }, { cookie }), "vault_unavailable"],
        [() => allow(form), "vault_unavailable"],
        [() => gate.get("/me/a", bearer(access_token)), "vault_unavailable"],
        [() => gate.get("/strict/a", bearer(access_token)), "vault_unavailable"],
        ...["add", "list", "rotate", "remove"].map((what) => [() => administer(what), "vault_unavailable"]),
      ],
    });
    const second = granted(await refresh(gate, refresh_token));
    forwarded(await gate.get("/strict/a", bearer(second.access_token)));
    forwarded(await gate.get("/strict/a", bearer(spare.access_token)));
    granted(await refresh(gate, spare.refresh_token));
    status(await allow(form), 303);
  });

  test(`KV ${how}s: Checkfront's API opens for nobody, and says so in its own way`, async () => {
    const { access_token } = await tokensFor(gate, cookie);
    await gate.take();
    await gate.faults({ kv: how });
    const answers = await Promise.all([bearer(access_token), registeredPair].map((headers) => gate.get("/api/3.0/x", headers)));
    await gate.faults();
    for (const answer of answers) assert.deepEqual([answer.status, answer.json.error], [503, "unavailable"], answer.text);
    assert.deepEqual((await gate.take()).forwarded, []);
    for (const headers of [bearer(access_token), registeredPair]) forwarded(await gate.get("/api/3.0/x", headers));
  });

  test(`KV ${how}s while a code is redeemed: the Ledger keeps what it gave, and a refresh brings it back`, async () => {
    const code = await codeFor(gate, cookie);
    await gate.faults({ kv: how });
    const { access_token, refresh_token } = granted(await exchange(gate, code));
    await gate.faults();
    forwarded(await gate.get("/strict/a", bearer(access_token)));
    forwarded(await gate.get("/strict/a", bearer(granted(await refresh(gate, refresh_token)).access_token)));
  });

  test(`the Ledger ${how}s: 503 where it decides, and the same code and refresh token work afterwards`, async () => {
    const { access_token, refresh_token, spare, code } = await fresh();
    const { code_verifier, asked } = pkce();
    const ofShop = await codeFor(gate, cookie, { client_id: who.id, ...asked });
    const bound = granted(await proven(async (dpop) => exchange(gate, await codeFor(gate, cookie), {}, { dpop }))());
    const shown = await proof(key, { url: `${ISSUER}/me/a`, token: bound.access_token });
    const call = () => gate.get("/me/a", { ...bearer(bound.access_token, "DPoP"), dpop: shown });
    const form = await consentForm(gate, {}, { cookie });
    const faults = [{ ledger: how }, ...(how === "throw" ? [{ ledger: "garbage" }] : [])];
    for (const fault of faults) {
      await down(gate, fault, {
        clients: [
          () => exchange(gate, code),
          () => exchange(gate, ofShop, { code_verifier }, { who }),
          proven((dpop) => exchange(gate, code, {}, { dpop })),
          () => refresh(gate, refresh_token),
          () => about(access_token),
          () => about(spare.refresh_token, "revoke"),
          () => about(spare.access_token, "revoke"),
        ],
        pages: [
          [() => allow(form), "ledger_unavailable"],
          [call, "ledger_unavailable"],
          [() => gate.get("/strict/a", bearer(access_token)), "ledger_unavailable"],
        ],
      });
    }
    await gate.faults({ ledger: how });
    forwarded(await gate.get("/me/a", bearer(access_token))); // where it decides nothing, nothing stops
    status(await visit(gate, {}, { cookie }), 200);
    await gate.faults();
    const tokens = [await exchange(gate, code), await exchange(gate, ofShop, { code_verifier }, { who }), await refresh(gate, refresh_token)];
    for (const { access_token } of tokens.map(granted)) forwarded(await gate.get("/strict/a", bearer(access_token)));
    forwarded(await gate.get("/strict/a", bearer(spare.access_token)));
    forwarded(await call());
    status(await allow(form), 303);
  });

  test(`KV ${how}s: a grant that the isolate knows is refreshed all the same, and goes on elsewhere`, async () => {
    const first = await tokensFor(known, cookie);
    await known.faults({ kv: how });
    const second = granted(await refresh(known, first.refresh_token));
    await known.faults();
    for (const at of [gate, known]) forwarded(await at.get("/strict/a", bearer(second.access_token)));
    await refused(await gate.get("/strict/a", bearer(first.access_token)), 401, "token_superseded");
    granted(await refresh(gate, second.refresh_token));
  });

  test(`KV ${how}s during a revocation: it holds at every isolate, and nobody has to ask again`, async () => {
    const { access_token, refresh_token } = await tokensFor(known, cookie);
    await known.faults({ kv: how });
    status(await revoke(known, refresh_token), 200);
    await known.faults();
    await refused(await gate.get("/strict/a", bearer(access_token)), 401, "token_revoked");
    await refused(await gate.get("/me/a", bearer(access_token)), 401, "token_revoked");
    failed(await refresh(gate, refresh_token), 400, "invalid_grant");
  });

  test(`KV ${how}s while a stolen refresh token is noticed: noticed again, its grant ends at every isolate`, async () => {
    const first = await tokensFor(hasty, cookie);
    const second = granted(await refresh(hasty, first.refresh_token));
    await hasty.faults({ kv: how });
    failed(await refresh(hasty, first.refresh_token), 400, "invalid_grant");
    await hasty.faults();
    failed(await refresh(hasty, first.refresh_token), 400, "invalid_grant");
    await refused(await gate.get("/me/a", bearer(second.access_token)), 401, "token_revoked");
    failed(await refresh(gate, second.refresh_token), 400, "invalid_grant");
  });

  test(`without the Ledger, KV ${how}s: what was not redeemed counts as not redeemed`, async () => {
    const session = await signIn(alone);
    const { refresh_token, access_token } = await tokensFor(alone, session);
    const code = await codeFor(alone, session);
    await down(alone, { kv: how }, { clients: [() => exchange(alone, code), () => refresh(alone, refresh_token)] });
    forwarded(await alone.get("/me/a", bearer(access_token)));
    granted(await exchange(alone, code));
    granted(await refresh(alone, refresh_token));
  });
}

function administer(what) {
  const body = { add: { kind: "public", name: "App", redirect_uris: [REDIRECT] }, list: {} }[what] ?? { client_id: who.id };
  const headers = { ...bearer("demo-admin-key-0123456789abcdef"), "cf-connecting-ip": "127.0.0.1" };
  return gate.post(`/.edgegate/admin/client/${what}`, JSON.stringify(body), headers);
}

test("a binding that is missing is no less", async () => {
  const { access_token, refresh_token, code } = await fresh();
  const of = (at) => [() => exchange(at, code), () => refresh(at, refresh_token), () => revoke(at, refresh_token), () => ask(at, { token: access_token }, { to: "/oauth/introspect" })];
  await down(noLedger, {}, { clients: of(noLedger), pages: [[() => noLedger.get("/strict/a", bearer(access_token)), "binding_missing"]] });
  await down(noKv, {}, {
    clients: of(noKv).slice(1),
    pages: [[() => noKv.get("/me/a", bearer(access_token)), "binding_missing"], [() => visit(noKv, {}, { cookie }), "binding_missing"]],
  });
  for (const answer of [await exchange(gate, code), await refresh(gate, refresh_token)]) granted(answer);
});

test("who was asked for consent meanwhile has lost nothing", async () => {
  const back = await authorize(gate, { state: "s1" }, { cookie });
  assert.equal(back.searchParams.get("state"), "s1");
  assert.equal((await introspect(gate, granted(await exchange(gate, back.searchParams.get("code"))).access_token)).active, true);
});

theLogHoldsNoCredential(gateway);
