// Clients that leave before they are answered: nothing of them stays in memory, what was begun for them is ended, and
// what reached an origin has its line.
//
// EDGEGATE_CUTS=20000 leaves so often, and EDGEGATE_CUT_FORWARDS=10000 so often while an origin works: minutes instead of seconds.

process.env.MINIFLARE_WORKERD_V8_FLAGS ??= "--expose-gc";

import assert from "node:assert/strict";
import net from "node:net";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { cutOff } from "../lib/cut.mjs";
import { forwarded, status } from "../lib/expect.mjs";
import { link } from "../lib/sign.mjs";

const { startGateway } = await import("../lib/gateway.mjs");
const gateway = await startGateway({ gate: {}, other: { sharing: "gate" } });
const { gate } = gateway;
after(() => gateway.stop());

const CUTS = Number(process.env.EDGEGATE_CUTS ?? 1000);
const FORWARDS = Number(process.env.EDGEGATE_CUT_FORWARDS ?? 300);
const AT_ONCE = 50;
const token = (await gate.admin("token", { subject: "1001002" })).access_token;

const memory = () => gate.memory();

const head = (line, ...fields) => [`${line} HTTP/1.1`, "Host: 127.0.0.1:8787", `X-Padding: ${"x".repeat(15_000)}`, ...fields, "", ""].join("\r\n");
const form = (target, ...fields) => `${head(`POST ${target}`, "Content-Type: application/x-www-form-urlencoded", "Content-Length: 1000", ...fields)}account=jo`;
const slowly = (ms) => `/me/a?demo=slow&ms=${ms}`;
const cuts = {
  "a sign-in form": () => form("/.edgegate/sign-in", "Origin: http://127.0.0.1:8787"),
  "a call of the token endpoint": () => form("/oauth/token/"),
  "a form with a token": () => form("/api/3.0/a"),
  "a Luminate call": () => form("/site/CRConsAPI"),
  "a form that streams on": () => `${form("/me/a", `Authorization: Bearer ${token}`).replace("Length: 1000", "Length: 1000000")}${"b=c&".repeat(1000)}`,
  "a slow origin, by a link": () => head(`GET ${link("/files/a", "demo=slow&ms=1500")}`),
  "a slow origin, by a token": () => head(`GET ${slowly(1500)}`, `Authorization: Bearer ${token}`),
  "a slow answer": () => head(`GET ${link("/files/a", "demo=bytes&n=50000000")}`),
  "a page with tags": () => head("GET /site/PageServer?pagename=big"),
};

/** Sends bytes and resets the connection a moment later. */
function cut(bytes, after) {
  return new Promise((resolve) => {
    const socket = net.connect(gate.port, "127.0.0.1", () => socket.write(bytes, () => setTimeout(() => cutOff(socket), after)));
    socket.on("error", () => {});
    socket.on("close", resolve);
  });
}

async function cutOften(times, bytes, after = 30) {
  let left = times;
  const one = async () => {
    while (left-- > 0) await cut(bytes(), after);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

// What so many at once need stays allocated, and is no leak.
test("each kind was cut before anything is measured", async () => {
  for (const bytes of Object.values(cuts)) await cutOften(10 * AT_ONCE, bytes);
  await sleep(2000);
});

for (const [name, bytes] of Object.entries(cuts)) {
  test(`${name}: ${CUTS} clients that leave cost less than 200 bytes each`, async () => {
    // A busy moment needs more at once, and keeps it. What leaks grows each time.
    const grown = [];
    for (let round = 0; round < 3 && !grown.some((each) => each < 200); round++) {
      const before = await memory();
      await cutOften(CUTS, bytes);
      await sleep(2000);
      grown.push(((await memory()) - before) / CUTS);
    }
    assert.ok(Math.min(...grown) < 200, `${grown} bytes each`);
    forwarded(await gate.get(link("/files/a")));
  });
}

const lines = (id) => gateway.logs.filter((line) => line.startsWith('{"edgegate"') && line.includes(`"request_id":"${id}"`)).map((line) => JSON.parse(line));

test(`${FORWARDS} requests that were forwarded and left have a line each, with the subject`, async () => {
  await gate.forget();
  const sent = [];
  const note = async () => sent.push(...(await gate.take()).forwarded.map(({ headers }) => new Map(headers).get("edgegate-request-id")));
  for (const [ms, after] of [[0, 0], [5, 3], [200, 50], [1500, 30], [1500, 1200]]) {
    await cutOften(FORWARDS / 5, () => head(`GET ${slowly(ms)}`, `Authorization: Bearer ${token}`), after);
    await note();
  }
  await sleep(2500);
  await note();
  assert.ok(sent.length > FORWARDS / 2, `${sent.length} of ${FORWARDS} were forwarded`);
  const told = new Map();
  for (const line of gateway.logs.filter((line) => line.startsWith('{"edgegate"'))) {
    const { request_id: id, subject } = JSON.parse(line);
    if (subject) told.set(id, (told.get(id) ?? 0) + 1);
  }
  assert.deepEqual(sent.filter((id) => !told.has(id)), []);
});

test("one line for an answer that comes soon; two for one that takes longer, the first without status", async () => {
  const bearer = { authorization: `Bearer ${token}` };
  const soon = await gate.get(slowly(0), bearer);
  const late = await gate.get(slowly(1300), bearer);
  await sleep(200);
  assert.deepEqual(lines(soon.requestId).map(({ edgegate, status }) => [edgegate, status]), [["decided", 200]]);
  const [first, second, ...more] = lines(late.requestId);
  assert.deepEqual(more, []);
  const { status: code, origin_ms: waited, ...rest } = second;
  assert.equal(code, 200);
  assert.ok(waited >= 1200, `${waited} ms`);
  assert.deepEqual(first, { ...rest, edgegate: "forwarded" });
});

test("a sign-out whose client leaves while storage is slow ends the session in other isolates too", async () => {
  const open = async () => {
    const answer = await gate.form("/.edgegate/sign-in", "account=jo&password=correct+horse+battery+staple&next=/account/", { origin: "http://127.0.0.1:8787", "cf-connecting-ip": "203.0.113.1" });
    return /^[^;]+/.exec(answer.cookies[0])[0];
  };
  for (let run = 0; run < 5; run++) {
    const cookie = await open();
    status(await gate.get("/account/", { cookie }), 200);
    const late = { how: "late", ms: 150 };
    await gate.faults({ kv: late, ledger: late });
    const field = (name, value) => `${name}: ${value}`;
    await cut(head("POST /.edgegate/sign-out", field("Cookie", cookie), field("Origin", "http://127.0.0.1:8787"), "Content-Length: 0"), 60);
    await sleep(1200);
    await gate.faults();
    status(await gateway.other.get("/account/", { cookie }), 401);
  }
});
