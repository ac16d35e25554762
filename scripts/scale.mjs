// What a number of requests a day costs, and which limit is met first: `node scripts/scale.mjs`, or with numbers of your own,
// `node scripts/scale.mjs 1e6 5e7`. The table of docs/scale.md is what it prints without any.
//
// Operations and rows come from docs/storage.md, whose tables tests hold to the running gateway. MIX is an assumption, and
// the first thing to change; prices and limits are Cloudflare's, with their sources.

import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Of each thousand requests, how many are what: rows of docs/storage.md, first of its operations, then of its prices. */
const MIX = [
  [420, "Bearer token, known to the isolate", "signed link; Bearer token"],
  [20, "Bearer token, new to the isolate", "Bearer token, session or ticket new to the isolate"],
  [380, "session, known to the isolate", "signed link; Bearer token"],
  [20, "session, new to the isolate", "Bearer token, session or ticket new to the isolate"],
  [60, "signed link", "signed link; Bearer token"],
  [10, "signed link, once", "signed link or redirect, once"],
  [20, "Bearer token, known, strict route", "Bearer token or ticket, known, strict route"],
  [2, "nonce redeemed, new to the isolate", "nonce redeemed, new to the isolate"],
  [2, "sign-in", "sign-in"],
  [1, "code redeemed", "code redeemed"],
  [5, "refresh", "refresh"],
  [60, "Bearer token, forged or expired", "anything forged or expired"],
];
/** Those of grants, whose claims no key made: their objects are the `shards` of `[oauth]`. */
const OF_GRANTS = ["code redeemed", "refresh"];
/** Seconds for which the rows of a request mean something, where that is long: docs/storage.md, the defaults of docs/policy.md. */
const LIVES = { refresh: 14 * 86_400, "signed link, once": 3600 };
const LIVES_SHORTLY = 900;

/**
 * In dollars, as published in November 2026, beyond what a plan includes, which is left out.
 * https://developers.cloudflare.com/workers/platform/pricing/
 * https://developers.cloudflare.com/kv/platform/pricing/
 * https://developers.cloudflare.com/durable-objects/platform/pricing/
 */
const PRICES = {
  request: 0.3e-6,
  cpuMs: 0.02e-6,
  kvRead: 0.5e-6,
  kvWrite: 5e-6,
  call: 0.15e-6,
  rowWritten: 1e-6,
  rowRead: 0.001e-6,
  gigabyteSecond: 12.5e-6,
  gigabyteMonth: 0.2,
};
/** https://developers.cloudflare.com/durable-objects/platform/limits/: "a soft limit of 1,000 requests per second" an object. */
const CALLS_A_SECOND = 1000;
/** Bytes of an object, the same page. */
const OBJECT = 10e9;
/** Of an account's subrequests none is limited a day; of KV only one key's writes are. */

/** Assumptions. */
const PEAK = 3; // the busiest second, by the average one
const CPU_MS = 0.4; // of a request: docs/performance.md
const CALL_SECONDS = 0.005; // for which an object is billed for a call
const OBJECT_GB = 0.128;
const ROW_BYTES = 120; // measured: 59 in the table without a note, and 50 for the request that claimed
const PURGE_SECONDS = 3 * 3600; // between two purges of a large object, each of which looks at every row twice

export function table(volumes = [1e6, 1e9, 1e11]) {
  const counted = volumes.map((volume) => [volume, count(volume)]);
  const row = (name, of) => `| ${name} | ${counted.map(([volume, counts]) => of(counts, volume)).join(" | ")} |`;
  return [
    row("requests a day", (_, volume) => `${power(volume)}`),
    `|---|${volumes.map(() => "---|").join("")}`,
    row("requests a second, at the peak", ({ second }) => number(second)),
    row("KV reads a day", ({ kvReads }) => number(kvReads)),
    row("KV writes a day", ({ kvWrites }) => number(kvWrites)),
    row("Ledger calls a second, at the peak", ({ peak }) => number(peak)),
    row("of these for grants", ({ grantsPeak }) => number(grantsPeak)),
    row("objects that the keys need", ({ keyObjects }) => number(keyObjects)),
    row("objects that grants need", ({ grantObjects }) => number(grantObjects)),
    row("`shards` of a seal or link key", ({ keyObjects }) => shards(keyObjects)),
    row("`shards` of `[oauth]`", ({ grantObjects }) => shards(grantObjects)),
    row("rows in an object of the keys", ({ keyRows, keyObjects }) => number(keyRows / least(keyObjects))),
    row("rows in an object of grants", ({ grantRows, grantObjects }) => number(grantRows / least(grantObjects))),
    row("Workers: requests and CPU", ({ workers }) => dollars(workers)),
    row("KV", ({ kv }) => dollars(kv)),
    row("Ledger: calls and rows", ({ ledger }) => dollars(ledger)),
    row("Ledger: duration and storage", ({ objects }) => dollars(objects)),
    row("**together, a day**", ({ workers, kv, ledger, objects }) => `**${dollars(workers + kv + ledger + objects)}**`),
    row("a million requests", ({ workers, kv, ledger, objects }, volume) => dollars(((workers + kv + ledger + objects) / volume) * 1e6)),
    row("first limit that is met", firstLimit),
  ];
}

/** The walls, in requests a day of the same mix. */
export function walls() {
  const { peak, grantsPeak, keyRows, grantRows } = count(1e9);
  const at = (calls, rows, objects) => {
    const [byCalls, bySize] = [(1e9 * objects * CALLS_A_SECOND) / calls, (1e9 * objects * OBJECT) / (rows * ROW_BYTES)];
    return `${number(Math.min(byCalls, bySize))} requests a day, by their ${byCalls < bySize ? "calls" : "size"}`;
  };
  const line = (whose, calls, rows) => `${whose}: 32 at ${at(calls, rows, 32)}; 4096 at ${at(calls, rows, 4096)}`;
  return [line("objects of the keys", peak - grantsPeak, keyRows), line("objects of grants", grantsPeak, grantRows)];
}

function count(volume) {
  let [kvReads, kvWrites, calls, grantCalls, written, keyRows, grantRows] = [0, 0, 0, 0, 0, 0, 0];
  for (const [share, operation, price] of MIX) {
    const times = (volume * share) / 1000;
    const [reads, writes, asked] = operations(operation);
    kvReads += times * reads;
    kvWrites += times * writes;
    calls += times * asked;
    const rows = times * rowsWritten(price, asked);
    written += rows;
    // One of two is the row itself, the other its end.
    const alive = (rows / 2 / 86_400) * ((LIVES[operation] ?? LIVES_SHORTLY) + PURGE_SECONDS / 2);
    if (OF_GRANTS.includes(operation)) [grantCalls, grantRows] = [grantCalls + times * asked, grantRows + alive];
    else keyRows += alive;
  }
  const peakOf = (daily) => (daily / 86_400) * PEAK;
  const [peak, grantsPeak] = [peakOf(calls), peakOf(grantCalls)];
  // Half of what an object takes: keys do not fall evenly.
  const needed = (calls, rows) => Math.max(1, Math.ceil(calls / (CALLS_A_SECOND / 2)), Math.ceil((rows * ROW_BYTES) / (OBJECT / 2)));
  const [keyObjects, grantObjects] = [needed(peak - grantsPeak, keyRows), needed(grantsPeak, grantRows)];
  const alive = keyRows + grantRows;
  const looks = 2 * alive * (86_400 / PURGE_SECONDS);
  const busy = Math.min(calls * CALL_SECONDS, 86_400 * Math.max(32, keyObjects, grantObjects));
  return {
    second: peakOf(volume),
    kvReads,
    kvWrites,
    peak,
    grantsPeak,
    keyObjects,
    grantObjects,
    keyRows,
    grantRows,
    workers: volume * (PRICES.request + CPU_MS * PRICES.cpuMs),
    kv: kvReads * PRICES.kvRead + kvWrites * PRICES.kvWrite,
    ledger: calls * (PRICES.call + PRICES.rowRead) + written * PRICES.rowWritten + looks * PRICES.rowRead,
    objects: busy * OBJECT_GB * PRICES.gigabyteSecond + ((alive * ROW_BYTES) / 1e9) * (PRICES.gigabyteMonth / 30),
  };
}

function firstLimit({ keyObjects, grantObjects }) {
  if (Math.max(keyObjects, grantObjects) > 4096) return "4096 objects";
  const over = [keyObjects > 32 && "the keys'", grantObjects > 32 && "the grants'"].filter(Boolean);
  return over.length > 0 ? `32 objects, ${over.join(" and ")}` : "none";
}

/** The least of the numbers that are usual. */
function shards(objects) {
  return objects > 4096 ? "more than 4096" : String(least(objects));
}

function least(objects) {
  return [32, 64, 128, 256, 512, 1024, 2048].find((one) => one >= objects) ?? 4096;
}

const storage = readFileSync(path.join(root, "docs/storage.md"), "utf8");

/** KV reads, KV writes and Ledger calls of a request. */
function operations(name) {
  return cells("## Operations for each request", (row) => row === name, name).map(Number);
}

/** What is charged for the Ledger, beyond its calls, is rows. */
function rowsWritten(name, calls) {
  const [, ledger] = cells("## What it costs", (row) => row.startsWith(name), name);
  return Number(ledger.slice(1)) - calls * 0.15;
}

function cells(heading, fits, name) {
  const [, after = ""] = storage.split(`${heading}\n`);
  const rows = after.split("\n## ")[0].split("\n").filter((line) => line.startsWith("| ")).map((line) => line.slice(2, -2).split(" | "));
  const found = rows.find(([first]) => fits(first));
  if (!found) throw new Error(`docs/storage.md has no row ${name} under ${heading}`);
  return found.slice(1);
}

function power(number) {
  const exponent = Math.floor(Math.log10(number));
  const first = number / 10 ** exponent;
  return `${first === 1 ? "" : `${Number(first.toFixed(1))}·`}10^${exponent}`;
}

function number(value) {
  if (value < 1e6) return Math.round(value).toLocaleString("en");
  return power(Number(value.toPrecision(2)));
}

function dollars(value) {
  return `$${value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString("en")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const volumes = process.argv.slice(2).map(Number).filter((volume) => volume > 0);
  console.log(table(volumes.length > 0 ? volumes : undefined).join("\n"));
  console.log(`\n${walls().join("\n")}`);
}
