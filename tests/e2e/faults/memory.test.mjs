// Many clients that wait at once do not fill the isolate's memory: beyond its budget they are refused, and so is nobody
// else for long.

import assert from "node:assert/strict";
import net from "node:net";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { cutOff } from "../lib/cut.mjs";
import { forwarded } from "../lib/expect.mjs";
import { startGateway } from "../lib/gateway.mjs";
import { link } from "../lib/sign.mjs";

const gateway = await startGateway();
const { gate } = gateway;
after(() => gateway.stop());

const MOST = 112 << 20; // of the platform's 128 MB

/** Sends bytes on a socket of its own; the status of the answer once there is one. */
function open(bytes) {
  const one = { status: undefined };
  one.socket = net.connect(gate.port, "127.0.0.1", () => one.socket.write(bytes));
  one.socket.on("data", (piece) => {
    one.head ??= piece.toString("latin1");
    one.status ??= Number(one.head.split(" ")[1]);
  });
  one.socket.on("error", () => {});
  return one;
}

function head(target, length, padding, more = "") {
  return `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nAccept: application/json\r\nOrigin: http://127.0.0.1:8787\r\nX-Padding: ${"x".repeat(padding)}\r\n${more}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${length}\r\n\r\n`;
}

function tally(all) {
  const counted = {};
  for (const { status } of all) counted[status] = (counted[status] ?? 0) + 1;
  return counted;
}

async function weighed(all, why) {
  const { bytes, made } = await gate.instances();
  assert.ok(bytes < MOST, `${why}: ${bytes >> 20} MB`);
  assert.equal(made, 1, `${why}: the wasm trapped`);
  const counted = tally(all);
  for (const status of Object.keys(counted)) assert.ok(["undefined", "503", "429", "401", "303"].includes(status), `${why}: ${JSON.stringify(counted)}`);
  return all.find(({ status, head }) => status === 503 && head.includes("edgegate") === false && /retry-after: 5/i.test(head));
}

/** Weighs until some are refused, as long as a busy machine may need to read them all. */
async function someAreRefused(all, why) {
  for (let seconds = 0; seconds < 20; seconds++) {
    if (await weighed(all, why)) return;
    await sleep(1000);
  }
  assert.fail(`${why}: none is refused: ${JSON.stringify(tally(all))}`);
}

async function closed(all) {
  for (const { socket } of all) cutOff(socket);
  await sleep(1500);
  forwarded(await gate.get(link("/files/a")));
}

test("800 forms of 64 kB that wait for storage", async () => {
  await gate.faults({ kv: "hang", ledger: "hang", limiter: "hang", origin: "hang" });
  const body = `account=jo&password=x&next=${"a".repeat(65_000)}`;
  const all = Array.from({ length: 800 }, (_, at) => open(head("/.edgegate/sign-in", body.length, 10, `CF-Connecting-IP: 203.0.${at >> 8}.${at & 255}\r\n`) + body));
  await sleep(2000);
  await someAreRefused(all, "waiting").finally(() => gate.faults());
  await closed(all);
});

test("4,500 half-open forms with 30 kB of headers", async () => {
  const all = [];
  for (let at = 0; at < 4500; at++) {
    all.push(open(`${head("/.edgegate/sign-in", 1000, 30_000)}account=`));
    if (at % 100 === 99) await sleep(20);
  }
  await sleep(2000);
  await weighed(all, "half-open");
  await sleep(10_000); // what is refused is read to its end first, for ten seconds
  await someAreRefused(all, "half-open");
  const beside = await gate.get(link("/files/a"));
  assert.ok([200, 503].includes(beside.status), `${beside.status}`);
  await closed(all);
});

test("1,000 requests with 30 kB of headers that wait for a slow origin hold little", async () => {
  const before = (await gate.instances()).bytes;
  const get = () => `GET ${link("/files/a", "demo=slow&ms=4000")} HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nX-Padding: ${"x".repeat(30_000)}\r\n\r\n`;
  const all = Array.from({ length: 1000 }, () => open(get()));
  await sleep(2500);
  const { bytes } = await gate.instances();
  assert.ok(bytes - before < 12 << 20, `${(bytes - before) >> 20} MB`);
  await closed(all);
});
