// Two isolates that share KV and the Durable Object: what one does, the other knows, and when.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, strictRoute, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { cookieOf } from "../lib/schemes.mjs";
import { link, redirect } from "../lib/sign.mjs";

const CACHE = 2; // seconds
const policy = demoPolicy(
  ["[bearer]\n", `[bearer]\ncache = "${CACHE}s"\n`],
  ["[session]\n", `[session]\ncache = "${CACHE}s"\n`],
  strictRoute("bearer", "session"),
);
const gateway = await startGateway({ a: { policy }, b: { policy, sharing: "a" } });
const { a, b } = gateway;
after(() => gateway.stop());

const page = { accept: "text/html" };
const path = (url) => url.replace("http://127.0.0.1:8787", "");
const mintNonce = async (gate = a) => path((await gate.admin("nonce", { subject: "1001002", route: "account" })).url);
const mintToken = async () => ({ authorization: `Bearer ${(await a.admin("token", { subject: "1001002" })).access_token}` });
const openSession = async (gate = a) => ({ cookie: /^[^;]+/.exec((await gate.get(await mintNonce(), page)).cookies[0])[0] });

test("200 nonces, each redeemed by 50 requests at once over both isolates: exactly 200 successes", { timeout: 120_000 }, async () => {
  const nonces = await Promise.all(Array.from({ length: 200 }, (_, at) => mintNonce(at % 2 ? a : b)));
  const outcomes = { opened: 0, refused: 0 };
  for (const address of nonces) {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => (at % 2 ? a : b).get(address, page)));
    const opened = answers.filter((answer) => answer.status === 303 && cookieOf(answer, "edgegate") !== undefined);
    assert.equal(opened.length, 1, `${opened.length} of 50 requests redeemed one nonce`);
    outcomes.opened += opened.length;
    outcomes.refused += answers.filter((answer) => answer.status === 403).length;
  }
  assert.deepEqual(outcomes, { opened: 200, refused: 9800 });
});

test("links and redirects that work once do so over both isolates", async () => {
  for (let round = 0; round < 10; round++) {
    for (const address of [link("/once/a", `round=${round}`), redirect("/landing/a", `round=${round}`)]) {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => (at % 2 ? a : b).get(address)));
      assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
    }
  }
});

test("a token or a session of one isolate opens the other at once", async () => {
  forwarded(await b.get("/me/a", await mintToken()));
  forwarded(await b.get("/account/", await openSession()));
});

test("revocation of a token: at once where it was done and on strict routes everywhere, elsewhere within the cache's time", async () => {
  const token = await mintToken();
  for (const gate of [a, b]) forwarded(await gate.get("/me/a", token));
  const revoked = Date.now();
  await a.admin("token/revoke", { token: token.authorization.slice(7) });
  await refused(await a.get("/me/a", token), 401, "token_revoked");
  for (const gate of [a, b]) await refused(await gate.get("/strict/a", token), 401, "token_revoked");
  forwarded(await b.get("/me/a", token)); // its own copy, for a few seconds more
  await sleep(CACHE * 1000 + 1000 - (Date.now() - revoked));
  await refused(await b.get("/me/a", token), 401, "token_revoked");
});

test("signing out: the same for a session", async () => {
  const session = await openSession();
  for (const gate of [a, b]) forwarded(await gate.get("/account/", session));
  const ended = Date.now();
  await a.form("/.edgegate/sign-out", "", { ...session, origin: "http://127.0.0.1:8787" });
  await refused(await a.get("/account/", session), 401, "session_revoked");
  await refused(await b.get("/strict/a", session), 401, "session_revoked");
  forwarded(await b.get("/account/", session));
  await sleep(CACHE * 1000 + 1000 - (Date.now() - ended));
  await refused(await b.get("/account/", session), 401, "session_revoked");
});

test("what a strict route found out is not forgotten by a cached one of the same isolate", async () => {
  const token = await mintToken();
  forwarded(await b.get("/me/a", token));
  await a.admin("token/revoke", { token: token.authorization.slice(7) });
  await refused(await b.get("/strict/a", token), 401, "token_revoked");
  await sleep(CACHE * 1000 + 1000);
  await refused(await b.get("/me/a", token), 401, "token_revoked");
});

test("while KV lags, a new credential is found through the Ledger, and a used or revoked one stays so", async () => {
  for (const gate of [a, b]) await gate.faults({ kv: "stale" }); // both see KV as it is now, from here on
  try {
    const token = await mintToken();
    forwarded(await b.get("/me/a", token));
    const nonce = await mintNonce();
    assert.equal((await b.get(nonce, page)).status, 303);
    for (const gate of [a, b]) await refused(await gate.get(nonce, page), 403, "nonce_replayed");
    const other = await mintToken();
    await a.admin("token/revoke", { token: other.authorization.slice(7) });
    await refused(await b.get("/me/a", other), 401, "token_revoked"); // young, so the Ledger is asked
    await refused(await b.get("/strict/a", other), 401, "token_revoked");
  } finally {
    for (const gate of [a, b]) await gate.faults();
  }
});

theLogHoldsNoCredential(gateway);
