// docs/storage.md against the running gateway: every key and value that is written matches one row, every row is seen, and
// each request costs what the page says.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { after, test } from "node:test";
import { secrets } from "../e2e/lib/gateway.mjs";
import { code, document, rowsUnder } from "./lib/demo.mjs";
import { ofDemo } from "./lib/flows-demo.mjs";
import { ofLuminate } from "./lib/flows-luminate.mjs";
import { ofClients, ofGrants, ofIssuers, ofKeys, withoutTheLedger } from "./lib/flows-oauth.mjs";
import { ofPeople } from "./lib/flows-people.mjs";
import { ofBrokers, ofPasswords, ofTickets, ofXsrfTokens } from "./lib/flows-schemes.mjs";
import { stopIssuers } from "./lib/issuers.mjs";
import { counts, digests, idleLimits, issued, seen, stop, told } from "./lib/watched.mjs";

after(() => (stopIssuers(), stop()));

const DAY = 86_400;
/** What stands for a placeholder in a key. */
const PLACES = {
  ...Object.fromEntries(["subject", "issuer", "sid"].map((name) => [name, "(?:-|[\\w-]{22})"])),
  ...{ digest: "([\\w-]{43})", revoked: "[\\w-]{43}", consent: "[\\w-]{43}", grant: "[\\w-]{22}", seconds: "\\d+", "key id": "[\\w-]+" },
};
const rows = (heading) => rowsUnder(document("docs/storage.md"), heading);
const isEmpty = (value) => Object.keys(Object(value)).length === 0;
/** What kind of text it is, and its members if it has some. */
function shape(text) {
  const value = text === "" ? undefined : JSON.parse(text);
  return { type: typeof value, members: Object.keys(Object(value)), isMark: value === 1, isEmpty: isEmpty(value) };
}
/** Whether a text is of the shape of an example: no member that the example has not, and the same of what sets rows apart. */
function fits(text, example) {
  const [mine, its] = [shape(text), shape(example)];
  const isAlike = mine.type === its.type && mine.isMark === its.isMark && mine.isEmpty === its.isEmpty;
  return isAlike && mine.members.every((member) => its.members.includes(member)) && its.members.includes("revoked") === mine.members.includes("revoked");
}

test("the flows of the demo", ofDemo);
test("the flows of Luminate", ofLuminate);
test("the flows of grants", ofGrants);
test("the flows of tokens that are bound to a key", ofKeys);
test("the flows of clients that were registered", ofClients);
test("the flows of tokens of others", ofIssuers);
test("the flows of OAuth without the Ledger", withoutTheLedger);
test("the flows of passwords over HTTP Basic", ofPasswords);
test("the flows of tickets", ofTickets);
test("the flows of XSRF tokens", ofXsrfTokens);
test("the flows of brokers", ofBrokers);
test("the flows of what a person has", ofPeople);

test("every key and value in KV matches one row, and every row is seen", () => {
  const documented = rows("## Workers KV").map(([key, value]) => ({
    key: new RegExp(`^${code(key).replace(/<([\w ]+)>/g, (_, name) => PLACES[name])}$`),
    value: code(value),
    found: 0,
  }));
  const known = digests([...ledgerRows().keys()]);
  const writes = seen.filter(({ store, does }) => store === "kv" && does === "write");
  assert.ok(writes.length > 30);
  for (const { key, value, expiration, at } of writes) {
    const fitting = documented.filter((row) => row.key.test(key) && fits(value, row.value));
    assert.equal(fitting.length, 1, `${key} = ${value} fits ${fitting.length} rows`);
    fitting[0].found++;
    if (/^of[sgc]:/.test(key)) {
      ofAPerson(key, value, { expiration, at }, known);
      continue;
    }
    const { what, ends } = known.get(fitting[0].key.exec(key)[1]) ?? assert.fail(`a digest of nothing that is known: ${key} = ${value}`);
    assert.equal(/^used:/.test(key), !what.endsWith(" record"), `${key} is of ${what}`);
    if (!/^used:/.test(key)) assert.equal(key.slice(0, 3), what.slice(0, 3));
    const said = `lifetime of ${what}: ${key} = ${value}`;
    const { exp } = Object(JSON.parse(value));
    if (what === "egi record") assert.equal(expiration, value === "{}" ? at + 3660 * DAY : undefined, said);
    else if (exp) assert.equal(expiration, Math.max(exp, at + 61), said);
    else if (key.endsWith(":seen")) assert.equal(expiration, Number(value) + idleLimits.get(key.replace(/:seen$/, "")), said);
    // It is kept as long as the token lives, which was made a moment before it was used.
    else if (what === "egg used 0") assert.ok(Math.abs(Number(value) + 14 * DAY - expiration) <= 5, said);
    else assert.ok(ends === undefined || Math.abs(expiration - Math.max(ends, at + 61)) <= 1, said);
  }
  for (const row of documented) assert.ok(row.found > 0, `nothing was written like ${row.key} ${row.value}`);
});

/** What a key that names a person says is right. */
function ofAPerson(key, value, { expiration, at }, known) {
  const [kind, subject, issuer, sid, what, revoked, seconds, keyId] = key.split(":");
  const word = (text) => createHash("sha256").update(`edgegate index v1\0${text}`).digest().subarray(0, 16).toString("base64url");
  assert.ok(["1001002", "1001003", "jo"].map(word).includes(subject), key);
  assert.deepEqual([issuer, sid], ["-", "-"], key);
  if (kind === "ofs") {
    assert.equal(known.get(what)?.what, "egs record", key);
    assert.deepEqual([known.get(revoked)?.what, known.get(what).ends, keyId], ["egs revoked", Number(seconds), "seal-1"], key);
  }
  const isGone = value === "{}";
  if (kind === "ofg" && !isGone) assert.equal(Number(revoked), JSON.parse(value).since + 365 * DAY, key);
  const ends = isGone ? at + 120 : { ofs: Number(seconds), ofg: Number(revoked), ofc: JSON.parse(value).exp }[kind];
  assert.equal(expiration, ends, key);
}

/** By the word of a claim: the note of its row, and how long it lives. */
function ledgerRows() {
  const all = new Map(rows("## The Ledger").map(([what, note, , until]) => [code(what), { note: note && code(note), until, found: 0 }]));
  for (const row of all.values()) row.note = all.get(row.note)?.note ?? row.note; // "as of" another
  return all;
}

test("every claim in the Ledger is one of the rows, and every row is seen", () => {
  const documented = ledgerRows();
  const known = digests([...documented.keys()]);
  const claims = seen.filter(({ store, does }) => store === "ledger" && does === "claim");
  assert.ok(claims.length > 30);
  const endings = new Set([...issued.values()].map(({ ends }) => ends));
  for (const claim of claims) {
    const { what, ends } = known.get(claim.key) ?? assert.fail(`a claim that the page does not have: ${JSON.stringify(claim)}`);
    const row = documented.get(what.replace(/ \d+$/, " <n>")) ?? assert.fail(`the page has no ${what}`);
    row.found++;
    const [, ways, note] = what === "egc allowed" ? /^([^\n]*)\n([^]*)$/.exec(claim.note) : [, , claim.note];
    if (what === "egc allowed") assert.match(ways, /^[\w-]{43}( [\w-]{43})?$/);
    assert.ok(fits(note, row.note), `the note of ${what}: ${claim.note}`);
    const left = claim.until - claim.at;
    if (what === "egg granted" && claim.until === JSON.parse(claim.note).exp) continue;
    if (/^120 s/.test(row.until)) assert.ok(Math.abs(left - 120) <= 1, `until of ${what}`);
    else if (what === "egi removed") assert.ok(Math.abs(left - 3660 * DAY) <= 1, `until of ${what}`);
    else if (what === "egg revoked") assert.ok(Math.abs(left - 14 * DAY) <= 1, `until of ${what}`);
    else if (what.startsWith("egg used")) assert.ok(endings.has(claim.until), `until of ${what}`);
    else assert.ok(ends === undefined || Math.abs(claim.until - ends) <= 1, `until of ${what}`);
  }
  for (const [what, row] of documented) assert.ok(row.found > 0, `nothing was claimed as ${what}`);
});

test("no credential, no secret of a client and no MAC is ever stored", () => {
  const stored = JSON.stringify(seen.filter(({ does }) => does === "write" || does === "claim")).toLowerCase();
  assert.ok(told.size > 3);
  for (const secret of told) assert.ok(!stored.includes(secret.toLowerCase()), secret);
  for (const [text, { prefix, bytes }] of issued) {
    if (prefix === "egi") continue; // an id is no secret
    const spellings = [bytes, bytes.subarray(-16)].flatMap((one) => ["base64url", "hex"].map((encoding) => one.toString(encoding)));
    for (const one of [text, ...spellings]) assert.ok(!stored.includes(one.toLowerCase()), text);
  }
});

test("guesses are counted under keyed digests of the account, and of the account and the network", () => {
  const digest = (text) => createHmac("sha256", secrets.EDGEGATE_ASSERTION_KEY).update(`edgegate guess v1\0${text}`).digest("base64url");
  const guesses = seen.filter(({ store, does }) => store === "ledger" && ["guess", "right"].includes(does));
  assert.ok(guesses.some(({ does }) => does === "guess") && guesses.some(({ does }) => does === "right"));
  for (const { key } of guesses) assert.equal(key, digest("account\0jo"), "jo, however it was spelled");
  const keys = seen.filter(({ store, key }) => store === "limiter" && key.startsWith("guess ")).map(({ key }) => key);
  assert.ok(keys.includes(`guess ${digest("pair 203.0.113.7\0jo")} 0`) || keys.includes(`guess ${digest("pair 203.0.113.7\0jo")} 1`), keys.join());
});

test("the tables of the Ledger have the columns that the page names", () => {
  const columns = (file) => /CREATE TABLE IF NOT EXISTS (\w+) \(([^)]*)\)/.exec(document(file).replace(/\\\n\s*/g, ""));
  for (const file of ["src/ledger/claims.rs", "src/ledger/guesses.rs", "src/ledger/rates.rs", "src/ledger/purge.rs", "src/ledger/outbox.js"]) {
    const [, table, list] = columns(file);
    const names = list.split(",").map((column) => column.trim().split(" ")[0]);
    assert.ok(document("docs/storage.md").includes(`\`${table}(${names.join(", ")})\``), `${table}(${names.join(", ")})`);
  }
});

test("keys of the limiter are those of the page, and name networks and digests, no accounts", () => {
  const documented = rows("## The limiter").map(([key]) => ({
    key: new RegExp(`^${code(key).replace("<digest>", "[\\w-]{43}").replace("<network>", "[\\w.:/]+").replace("<count>", "\\d+")}$`),
    found: 0,
  }));
  const keys = seen.filter(({ store }) => store === "limiter").map(({ key }) => key);
  for (const key of keys) {
    const fitting = documented.filter((row) => row.key.test(key));
    assert.equal(fitting.length, 1, `${key} fits ${fitting.length} rows`);
    fitting[0].found++;
  }
  for (const row of documented) assert.ok(row.found > 0, `nothing was counted as ${row.key}`);
});

test("each request costs what the page says", () => {
  const documented = rows("## Operations for each request").map(([name, ...numbers]) => [name, numbers.join(" ")]);
  assert.deepEqual(Object.fromEntries([...counts].sort()), Object.fromEntries(documented.sort()));
});
