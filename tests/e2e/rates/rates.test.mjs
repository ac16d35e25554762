// `rate` of a route, over workerd's own socket: the limiter of the platform and the Ledger are the real ones.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { withinOneMinute } from "../lib/limiter.mjs";
import { link } from "../lib/sign.mjs";

const route = (name, accept, rate) =>
  `[[routes]]\nname = "${name}"\npath = "/${name}/*"\naccept = ${JSON.stringify(accept)}\nforward = { origin = "demo" }\nrate = { ${rate} }`;
const policy = demoPolicy(
  '[links.spent]\nkeys = ["demo"]\nsingle_use = true',
  route("crowd", ["none"], 'limit = 3, period = "1m", by = "network"'),
  route("quota", ["bearer"], 'limit = 5, period = "1h", by = "subject", exact = true'),
  route("short", ["bearer"], 'limit = 1, period = "2s", by = "subject", exact = true'),
  route("tickets", ["link:spent"], 'limit = 1, period = "2s", by = "client", exact = true'),
  route("unbound", ["none"], 'limit = 7, period = "10s", by = "network"'),
);
const rates = ["EDGEGATE_RATE_3_60"];
const gateway = await startGateway({ gate: { policy, rates }, other: { policy, rates, sharing: "gate" }, alone: { policy, without: ["EDGEGATE_LEDGER"] } });
const { gate, other, alone } = gateway;
after(() => gateway.stop());

const from = (address) => ({ "cf-connecting-ip": address });
const bearer = async (subject) => ({ authorization: `Bearer ${(await gate.admin("token", { subject })).access_token}` });
const pause = (seconds) => new Promise((due) => setTimeout(due, 1000 * seconds));

test("the platform's limiter: so many of a network, and 429 with the fields; a page for people", async () => {
  await withinOneMinute();
  for (let at = 0; at < 3; at++) {
    const answer = await gate.get("/crowd/a", from("203.0.113.1"));
    forwarded(answer);
    assert.equal(answer.header("ratelimit"), undefined, "what is left the limiter does not say");
  }
  const answer = await gate.get("/crowd/a", from("203.0.113.1"));
  await refused(answer, 429, "rate_exceeded");
  assert.equal(answer.header("retry-after"), "60");
  assert.equal(answer.header("ratelimit-policy"), '"network";q=3;w=60');
  assert.equal(answer.header("ratelimit"), '"network";r=0;t=60');
  assert.equal(JSON.parse(answer.text).code, "rate_exceeded");
  const page = await gate.get("/crowd/a", { ...from("203.0.113.1"), accept: "text/html" });
  assert.match(page.text, /<h1>Too many requests</);
  forwarded(await gate.get("/crowd/a", from("203.0.113.2")));
});

test("the Ledger: exactly so many of a subject, however many come at once to two isolates, and what is left is told", async () => {
  const [jo, kim] = [await bearer("1001002"), await bearer("1001003")];
  const first = await gate.get("/quota/a", jo);
  forwarded(first);
  assert.equal(first.header("ratelimit-policy"), '"subject";q=5;w=3600');
  assert.match(first.header("ratelimit"), /^"subject";r=4;t=(3600|3599)$/);
  const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => (at % 2 ? gate : other).get("/quota/a", jo)));
  assert.deepEqual(answers.filter(({ status }) => status === 200).length, 4);
  const tooMany = answers.filter(({ status }) => status !== 200);
  for (const answer of tooMany) assert.equal(answer.status, 429);
  assert.match(tooMany[0].header("ratelimit"), /^"subject";r=0;t=\d+$/);
  assert.ok(Number(tooMany[0].header("retry-after")) > 3500);
  forwarded(await other.get("/quota/a", kim));
});

test("once a rate is exceeded the isolate asks no one until the window ends; a stranger is not counted and costs nothing", async () => {
  const jo = await bearer("1001002");
  await gate.get("/quota/a", jo);
  await gate.take();
  await refused(await gate.get("/quota/a", jo), 429, "rate_exceeded");
  await refused(await gate.get("/quota/a", { authorization: `${jo.authorization}x` }), 401, "token_forged");
  const { kv, ledger, limiter } = await gate.take();
  assert.deepEqual({ kv, ledger, limiter }, { kv: 0, ledger: 0, limiter: 0 });
});

test("after the window there is another one, and a 429 used up no link", async () => {
  const [first, second] = [link("/tickets/a"), link("/tickets/b")];
  forwarded(await gate.get(first));
  const answer = await gate.get(second);
  await refused(answer, 429, "rate_exceeded");
  await pause(Number(answer.header("retry-after")) + 0.5);
  forwarded(await gate.get(second));
  await pause(2.5);
  await refused(await gate.get(second), 403, "link_replayed");
});

test("a limiter or Ledger that fails lets nothing through, and one that is not bound neither", async () => {
  const kim = await bearer("1001003");
  for (const how of ["throw", "hang", "garbage"]) {
    await gate.faults({ ledger: how });
    await refused(await gate.get("/short/a", kim), 503, "ledger_unavailable");
    await gate.faults({ limiter: how });
    // An answer that does not say that there is room is one that there is none.
    const told = how === "garbage" ? [429, "rate_exceeded"] : [503, "limiter_unavailable"];
    await refused(await gate.get("/crowd/a", from("203.0.113.9")), ...told);
    await gate.faults({});
  }
  forwarded(await gate.get("/short/a", kim));
  await refused(await gate.get("/unbound/a"), 503, "binding_missing");
  const token = { authorization: `Bearer ${(await gate.admin("token", { subject: "1001002" })).access_token}` };
  assert.equal((await alone.get("/quota/a", token)).status, 503);
});

test("requests are counted in objects of their own, under digests", async () => {
  const objects = Array.from({ length: 32 }, (_, at) => `rates-${at}`);
  const rows = [];
  for (const name of objects) {
    await gate.object(name, "purge");
    rows.push(...(await gate.object(name, "query", "SELECT key, count FROM rates")));
    assert.deepEqual(await gate.object(name, "query", "SELECT count(*) FROM claims"), [[0]]);
  }
  assert.ok(rows.length >= 2);
  for (const [key, count] of rows) {
    assert.match(key, /^[\w-]{43}$/);
    assert.ok(count <= 6, "what is too much is not counted on");
  }
});

theLogHoldsNoCredential(gateway);
