// Objects of the Ledger from the inside: what a purge does and how long it takes, clocks that are wrong, how many objects
// there are and what each has.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { link, now } from "../lib/sign.mjs";

const CACHE = 2; // seconds
const policy = demoPolicy(["[bearer]\n", `[bearer]\ncache = "${CACHE}s"\n`]);
// The same gateway after a key was added that has more objects, and makes what is new.
const grown = demoPolicy(
  ["[keys.seal-1]", '[keys.seal-2]\nsecret = "SEAL_KEY_2"\nuse = "seal"\nshards = 128\n\n[keys.seal-1]'],
  ["[nonce]\nkeys = [\"seal-1\"]", "[nonce]\nkeys = [\"seal-2\", \"seal-1\"]"],
);
const bindings = { SEAL_KEY_2: "another-seal-key-0123456789abcdef0123456789" };
const gateway = await startGateway({
  a: { policy },
  b: { policy, sharing: "a" },
  grown: { policy: grown, sharing: "a", bindings },
});
const { a, b } = gateway;
after(() => gateway.stop());

const page = { accept: "text/html" };
const path = (url) => url.replace("http://127.0.0.1:8787", "");
const ledgers = (from, to) => Array.from({ length: to - from }, (_, at) => `ledger-${from + at}`);
const mintNonce = async (gate) => path((await gate.admin("nonce", { subject: "1001002", route: "account" })).url);
const counted = async (names, table) => {
  const count = async (name) => (await a.object(name, "purge"), (await a.object(name, "query", `SELECT count(*) FROM ${table}`))[0][0]);
  return (await Promise.all(names.map(count))).reduce((sum, count) => sum + count, 0);
};

test("a purge deletes what ended, keeps what did not, and lets calls pass between slices of 1,024 rows", async () => {
  const rows = 200_000;
  await a.object("big", "purge"); // makes the tables
  for (let at = 0; at < rows; at += 50_000) {
    // Every other one ended long ago.
    const fill = `INSERT INTO claims SELECT hex(randomblob(21)), ${now()} + CASE n % 2 WHEN 0 THEN 3600 ELSE -3600 END, '' FROM
      (WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 50000) SELECT n FROM numbers)`;
    await a.object("big", "query", fill);
  }
  let isOver = false;
  let answered = 0;
  const purge = a.object("big", "purge").finally(() => (isOver = true));
  while (!isOver) {
    await b.object("big", "query", "SELECT 1");
    if (!isOver) answered++;
  }
  const deletions = (await purge).filter(({ query }) => query.startsWith("DELETE FROM claims"));
  assert.equal(deletions.reduce((sum, { written }) => sum + written, 0), rows / 2);
  assert.ok(deletions.every(({ written }) => written <= 1024), "no statement deletes more rows than a slice has");
  assert.ok(deletions.length >= rows / 1024, `${deletions.length} slices`);
  assert.ok(answered >= 20, `${answered} calls were answered meanwhile`);
  const left = await a.object("big", "query", `SELECT count(*), sum(until > ${now()}) FROM claims`);
  assert.deepEqual(left, [[rows / 2, rows / 2]]);
});

test("an object of an earlier version, whose table has rows, goes on and is purged", async () => {
  await a.object("old", "query", "CREATE TABLE claims (key TEXT PRIMARY KEY, until INTEGER NOT NULL, note TEXT NOT NULL) WITHOUT ROWID");
  await a.object("old", "query", `INSERT INTO claims VALUES ('dead', ${now() - 3600}, ''), ('live', ${now() + 3600}, 'note')`);
  await a.object("old", "purge");
  assert.deepEqual(await a.object("old", "query", "SELECT key, note FROM claims"), [["live", "note"]]);
});

/** Has every object purge while clocks are wrong, after links were used, and gives these and some that were not. */
async function purgedBy({ ledgerClock = 0, clock = 0 }) {
  const links = Array.from({ length: 8 }, (_, at) => link("/once/a", `by=${ledgerClock}-${clock}-${at}`));
  const [used, fresh] = [links.slice(0, 4), links.slice(4)];
  for (const address of used) forwarded(await b.get(address));
  await a.faults({ ledgerClock, clock }); // that of the call that each purge begins with, too
  for (const name of ledgers(0, 32)) await a.object(name, "purge");
  await a.faults({});
  for (const address of used) await refused(await b.get(address), 403, "link_replayed");
  return fresh;
}

for (const wrong of [{ ledgerClock: 86_400 }, { clock: 86_400 }, { ledgerClock: -86_400 }]) {
  test(`a purge while one clock is wrong (${JSON.stringify(wrong)}): what was used works no second time, the rest works once`, async () => {
    for (const address of await purgedBy(wrong)) forwarded(await b.get(address));
  });
}

test("an isolate ten minutes ahead for one request accepts no revoked token past its bound", async () => {
  const token = { authorization: `Bearer ${(await a.admin("token", { subject: "1001002" })).access_token}` };
  await b.faults({ clock: 600 });
  forwarded(await b.get("/me/a", token));
  await b.faults({});
  forwarded(await b.get("/me/a", token));
  await b.faults({ clock: 600 });
  await b.get("/me/a", token);
  await b.faults({});
  await a.admin("token/revoke", { token: token.authorization.slice(7) });
  await sleep(CACHE * 1000 + 1000);
  await refused(await b.get("/me/a", token), 401, "token_revoked");
});

test("a key with more objects is added: what was used before is known, and what is new has the new objects", async () => {
  const before = await Promise.all(Array.from({ length: 8 }, () => mintNonce(a)));
  for (const nonce of before) assert.equal((await b.get(nonce, page)).status, 303);
  for (const nonce of before) await refused(await gateway.grown.get(nonce, page), 403, "nonce_replayed");
  assert.equal(await counted(ledgers(32, 128), "claims"), 0);
  for (let at = 0; at < 24; at++) {
    const nonce = await mintNonce(gateway.grown);
    assert.equal((await gateway.grown.get(nonce, page)).status, 303);
    await refused(await gateway.grown.get(nonce, page), 403, "nonce_replayed");
  }
  assert.ok((await counted(ledgers(32, 128), "claims")) > 0, "of 24 nonces none lies beyond the first 32 objects");
});

test("guesses at passwords have objects of their own", async () => {
  const wrong = new URLSearchParams({ account: "jo", password: "wrong" }).toString();
  await a.form("/.edgegate/sign-in", wrong, { origin: "http://127.0.0.1:8787", "cf-connecting-ip": "203.0.113.9" });
  assert.equal(await counted(ledgers(0, 32), "guesses"), 0);
  const guesses = Array.from({ length: 32 }, (_, at) => `guesses-${at}`);
  assert.equal(await counted(guesses, "guesses"), 3, "the account, the pair, the network");
  assert.equal(await counted(guesses, "claims"), 0);
});

// The last of all: what is not used is refused now, too, by some objects, until that day has come.
test("a purge while all clocks are a day ahead: what was used works no second time", async () => {
  await purgedBy({ ledgerClock: 86_400, clock: 86_400 });
});

theLogHoldsNoCredential(gateway);
