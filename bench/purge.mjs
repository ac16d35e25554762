// `npm run bench -- purge`: how long a purge of the Ledger holds up other calls.

import { parseArgs } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { startGateway } from "../tests/e2e/lib/gateway.mjs";
import { ends } from "./lib/harness.mjs";

const USAGE = `npm run bench -- purge [OPTIONS]   or, with the demo built, node bench/purge.mjs [OPTIONS]

An object of the Ledger in workerd is filled, has its purge, and is asked all the time. It needs 70 bytes of disk a row. What it
prints are times of a call from outside, so other work on the machine counts as well; the first line says how much that is
while nothing is purged. On one's own machine each write waits until the disk has it, and so does whoever asks meanwhile: the
second line says how long that is while rows are written one by one, as claims are.

  --rows N    rows of the object, of which half have ended (2000000)
  --seconds N how long the purge is watched (until it has ended)
  --help      this text
`;
const CHUNK = 500_000;
const LONG_MS = 50;

async function main() {
  const { values } = parseArgs({ options: { rows: { type: "string", default: "2000000" }, seconds: { type: "string", default: "Infinity" }, help: { type: "boolean" } } });
  if (values.help) return void process.stdout.write(USAGE);
  const gateway = await startGateway({ a: {}, b: { sharing: "a" } });
  try {
    await purge(gateway, Number(values.rows), Number(values.seconds));
  } finally {
    await gateway.stop();
  }
}

async function purge({ a, b }, rows, watched) {
  await a.object("big", "purge"); // makes the tables
  const now = Math.floor(Date.now() / 1000);
  for (let from = 0; from < rows; from += CHUNK) {
    const to = Math.min(from + CHUNK, rows);
    await a.object("big", "query", `INSERT INTO claims SELECT printf('%043d', n), ${now} + CASE n % 2 WHEN 0 THEN 86400 ELSE -86400 END,
      printf('%032d 1795351114', n) || char(10) FROM (WITH RECURSIVE numbers(n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM numbers WHERE n < ${to - 1})
      SELECT n FROM numbers)`);
  }
  console.log(`${rows} rows, half of them ended`);
  const until = (seconds) => ((end) => () => performance.now() > end)(performance.now() + 1000 * seconds);
  print("nothing else", await asking(b, until(10)));
  const isOver = until(10);
  const [times] = await Promise.all([asking(b, isOver), writing(a, now + 86400, isOver)]);
  print("while rows are written one by one", times);
  const started = performance.now();
  await a.object("big", "begin");
  const isLongEnough = until(watched);
  print("while they are purged", await asking(b, (due) => due > 0 || isLongEnough()));
  const [[left]] = await a.object("big", "query", "SELECT count(*) FROM claims WHERE key < 'w'");
  console.log(`${rows - left} rows deleted in ${Math.round((performance.now() - started) / 1000)} s`);
}

async function writing(a, date, isOver) {
  for (let n = 0; !isOver(); n++) await a.object("big", "query", `INSERT INTO claims VALUES ('w${n}', ${date}, '')`);
}

/** Milliseconds of each call, one after the other, until one finds that it is over. */
async function asking(b, isOver) {
  const times = [];
  for (let due; due === undefined || !isOver(due); await sleep(1)) {
    const started = performance.now();
    [[due]] = await b.object("big", "query", "SELECT due FROM horizon");
    times.push(performance.now() - started);
  }
  return times.sort((one, other) => one - other);
}

function print(what, times) {
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1);
  const over = times.filter((time) => time > LONG_MS).length;
  console.log(`${what}: ${times.length} calls, median ${at(0.5)} ms, p99 ${at(0.99)} ms, p99.9 ${at(0.999)} ms, longest ${at(1)} ms, ${over} over ${LONG_MS} ms`);
}

ends("purge", main);
