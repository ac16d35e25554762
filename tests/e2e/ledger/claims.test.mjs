// A Ledger that fails, answers late or loses answers, and a KV that takes nothing between a claim and its record: what was
// refused is not spent, what was let through works once, and nobody who comes again is taken for a thief.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { answered, brokered, page, secrets as brokerSecrets, sent } from "../lib/broker.mjs";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { keyFor, proof } from "../lib/issuer.mjs";
import { bearer, codeFor, exchange, failed, granted, ISSUER, pkce, refresh, signIn, startOAuth, tokensFor } from "../lib/oauth.mjs";
import { link, redirect } from "../lib/sign.mjs";

const uncached = ["[bearer]\n", "[session]\n"].map((table) => [table, `${table}cache = "0s"\n`]);
const policy = demoPolicy(...uncached, brokered("http://127.0.0.1:9/sign-in"));
const gateway = await startOAuth({ a: { policy, bindings: brokerSecrets }, b: { policy, bindings: brokerSecrets, sharing: "a" } });
const { a, b } = gateway;
const both = [a, b];
after(() => gateway.stop());

const path = (url) => url.replace(ISSUER, "");
const nonce = async () => path((await a.admin("nonce", { subject: "1001002", route: "account" })).url);
const cookie = await signIn(a);
const unavailable = ({ status }) => status === 503;

/** Sends until the answer is not that a store is down, at one isolate after the other; and how often that took. */
async function insist(send) {
  for (let tries = 0; tries < 50; tries++) {
    const answer = await send(both[tries % 2]);
    if (!unavailable(answer)) return answer;
  }
  return assert.fail("fifty times without an answer");
}

const everywhere = (faults) => Promise.all(both.map((gate) => gate.faults(faults)));

test("one call of the Ledger in ten fails: no code and no refresh is taken for a theft", { timeout: 300_000 }, async () => {
  for (let round = 0; round < 100; round++) {
    // Without a verifier nobody can be told from a thief once there was an answer; with one, answers may be lost.
    const { code_verifier, asked } = round % 2 ? pkce() : { asked: {} };
    const code = await codeFor(a, cookie, asked);
    await everywhere({ ledger: "sometimes" });
    const redeem = (gate) => exchange(gate, code, code_verifier ? { code_verifier } : {});
    const first = granted(await insist(redeem));
    if (code_verifier) assert.equal(granted(await insist(redeem)).refresh_token, first.refresh_token);
    let { refresh_token } = first;
    for (let generation = 0; generation < 2; generation++) {
      const again = (gate) => refresh(gate, refresh_token);
      const next = granted(await insist(again));
      assert.equal(granted(await insist(again)).refresh_token, next.refresh_token);
      ({ refresh_token } = next);
    }
    await everywhere();
  }
});

test("one call of the Ledger in ten fails: links, redirects, nonces and proofs work once all the same", { timeout: 300_000 }, async () => {
  const key = await keyFor("ES256");
  const { access_token } = granted(
    await exchange(a, await codeFor(a, cookie), {}, { dpop: await proof(key, { method: "POST", url: `${ISSUER}/oauth/token/` }) }),
  );
  for (let round = 0; round < 50; round++) {
    const [once, address] = [link("/once/a", `n=${round}`), await nonce()];
    const landing = redirect("/landing/a", `n=${round}`);
    const dpop = await proof(key, { url: `${ISSUER}/me/a`, token: access_token });
    await everywhere({ ledger: "sometimes" });
    for (const send of [
      (gate) => gate.get(once),
      (gate) => gate.get(landing),
      (gate) => gate.get(address, page),
      (gate) => gate.get("/me/a", { ...bearer(access_token, "DPoP"), dpop }),
    ]) {
      assert.ok((await insist(send)).status < 400, `round ${round}`);
      assert.ok([401, 403].includes((await insist(send)).status), `round ${round}: once`);
    }
    await everywhere();
  }
});

test("an object that dies once it has claimed, and one that answers seconds later, spend nothing", { timeout: 60_000 }, async () => {
  for (const { ledger, wait } of [{ ledger: "broken" }, { ledger: "restart" }, { ledger: { how: "late", ms: 3500 }, wait: 4000 }]) {
    const [once, address] = [link("/once/a", `ledger=${JSON.stringify(ledger).length}`), await nonce()];
    await a.faults({ ledger });
    await Promise.all([refused(await a.get(once), 503, "ledger_unavailable"), refused(await a.get(address, page), 503, "ledger_unavailable")]);
    await a.faults();
    if (wait) await sleep(wait);
    else await sleep(500); // the withdrawal met the same fault
    forwarded(await b.get(once));
    status(await b.get(address, page), 303);
    await refused(await a.get(once), 403, "link_replayed");
    await refused(await a.get(address, page), 403, "nonce_replayed");
  }
});

test("a claim whose answer was lost is its own request's when it asks again", async () => {
  for (const how of ["broken", "restart"]) {
    const once = link("/once/a", `first=${how}`);
    await a.faults({ ledger: how === "restart" ? { how: "broken", first: 1 } : { how, first: 1 } });
    forwarded(await a.get(once));
    await a.faults();
    await refused(await b.get(once), 403, "link_replayed");
  }
});

for (const kv of ["throw", "hang", "refused"]) {
  test(`KV (${kv}) takes nothing between a claim and its record: 503, and then it works`, async () => {
    const before = { cookie: await signIn(a) };
    const [fresh, over] = [await nonce(), await nonce()];
    const { state, cookie: pending } = await sent(a, "/inside/a");
    const back = answered({ state });
    // What the isolate knows needs no reading; only the record of what is opened has to be written.
    const sends = [
      (gate) => gate.get(fresh, page),
      (gate) => gate.get(over, { ...page, ...before }),
      (gate) => gate.get(back, { ...page, cookie: pending }),
    ];
    await a.faults({ kv });
    for (const send of sends) await refused(await send(a), 503, "vault_unavailable");
    await a.faults();
    forwarded(await b.get("/account/", before)); // a log-in that failed ended no session
    for (const send of sends) status(await send(a), 303);
    for (const send of sends) assert.equal((await send(b)).status, 403);
  });
}

test("KV takes nothing for a while: codes and refreshes go on, and admin calls can be made again", async () => {
  const code = await codeFor(a, cookie);
  const { refresh_token } = await tokensFor(a, cookie);
  await a.faults({ kv: "refused" });
  granted(await exchange(a, code));
  granted(await refresh(a, refresh_token));
  await assert.rejects(a.admin("nonce", { subject: "1001002", route: "account" }), /503/);
  await a.faults();
  status(await b.get(await nonce(), page), 303);
});

test("a Ledger whose clock is set back takes nobody for a thief", async () => {
  for (const ledgerClock of [-2, -600]) {
    const { code_verifier, asked } = pkce();
    const code = await codeFor(a, cookie, asked);
    const first = granted(await exchange(a, code, { code_verifier }));
    const second = granted(await refresh(a, (await tokensFor(a, cookie)).refresh_token));
    const { refresh_token } = await tokensFor(a, cookie);
    const third = granted(await refresh(a, refresh_token));
    await a.faults({ ledgerClock });
    assert.equal(granted(await exchange(b, code, { code_verifier })).refresh_token, first.refresh_token);
    assert.equal(granted(await refresh(b, refresh_token)).refresh_token, third.refresh_token);
    await a.faults();
    forwarded(await b.get("/me/a", bearer(second.access_token)));
  }
});

test("a code is a theft from another client, with another verifier, and when its window is over", async () => {
  const { code_verifier, asked } = pkce();
  const code = await codeFor(a, cookie, asked);
  const first = granted(await exchange(a, code, { code_verifier }));
  failed(await exchange(b, code, { code_verifier: pkce().code_verifier }), 400, "invalid_grant");
  forwarded(await b.get("/me/a", bearer(first.access_token)));
  await sleep(10_500);
  failed(await exchange(b, code, { code_verifier }), 400, "invalid_grant");
  failed(await refresh(b, first.refresh_token), 400, "invalid_grant");
});

theLogHoldsNoCredential(gateway);
