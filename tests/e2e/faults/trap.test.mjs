// The wasm traps, as it would if the isolate had no memory left: the requests in flight in that isolate are lost, each
// with an error and none let through; those of another isolate are not, the next one is served, and no credential works twice.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { demoPolicy, startGateway } from "../lib/gateway.mjs";
import { link } from "../lib/sign.mjs";

const policy = demoPolicy(["[bearer]\n", '[bearer]\ncache = "0s"\n']);
// The Ledger's objects live in the isolate of the first.
const gateway = await startGateway({ here: { policy }, there: { policy, sharing: "here" } });
const { here, there } = gateway;
after(() => gateway.stop());

const { access_token } = await here.admin("token", { subject: "1001002" });
const token = { authorization: `Bearer ${access_token}` };
let links = 0;
const once = () => link("/once/a", `n=${++links}`);
const PATIENCE = 15_000;

/** The status, or "none" where nothing came. */
const outcome = (sent) => Promise.race([sent.then(({ status }) => status, () => "none"), sleep(PATIENCE, "none", { ref: false })]);

/** What brings the wasm to each place; where the first shows no credential, so that a gate that failed open would show. */
const VICTIMS = {
  request: () => here.get("/me/a"),
  kv: () => here.get("/me/a", token),
  ledger: () => here.get(once()),
};

for (const [place, victim] of Object.entries(VICTIMS)) {
  test(`it traps at "${place}": what was in flight is lost, and nothing else`, { timeout: 60_000 }, async (t) => {
    const [used, flying, fresh] = [once(), once(), once()];
    assert.equal((await here.get(used)).status, 200);
    const before = await here.instances();

    await here.faults({ origin: { how: "slow", ms: 1500 }, kv: { how: "slow", ms: 1500 }, ledger: { how: "late", ms: 700 } });
    await there.faults({ origin: { how: "slow", ms: 1500 } });
    const atOrigin = [1, 2, 3].map(() => outcome(here.get(link("/files/a"))));
    const inStores = [...[1, 2, 3].map(() => outcome(here.get("/me/a", token))), outcome(here.get(flying))];
    const elsewhere = [outcome(there.get(link("/files/a")))];
    await sleep(300);
    await here.trap(place);
    assert.notEqual(await outcome(victim()), 200);
    const lost = await Promise.all([...atOrigin, ...inStores]);
    await here.faults();
    await there.faults();

    assert.ok(lost.every((status) => status === 500 || status === "none"), `${lost}`);
    assert.deepEqual(await Promise.all(elsewhere), [200]);
    const begun = performance.now();
    assert.equal((await here.get(link("/files/a"))).status, 200);
    t.diagnostic(`${lost.length} in flight: ${lost.join(", ")}; the next answer took ${(performance.now() - begun).toFixed(1)} ms`);
    const made = (await here.instances()).made - before.made;
    assert.ok(made === 1, `${made} instances were made`);

    assert.equal((await here.get(used)).status, 403, "what was used stays used");
    const again = [await here.get(flying), await there.get(flying)].map(({ status }) => status);
    assert.ok(again[0] === 403 || again[0] === 200, `${again}`);
    assert.equal(again[1], 403, "what was in flight works once more at most");
    assert.deepEqual([(await there.get(fresh)).status, (await here.get(fresh)).status], [200, 403]);
  });
}

test("nobody who showed nothing was let through, and the log tells of the traps", async () => {
  const { forwarded } = await here.take();
  assert.ok(!forwarded.some(({ url, headers }) => url.includes("/me/") && !headers.some(([name]) => name === "edgegate-subject")));
  assert.ok(gateway.logs.some((line) => /unreachable|RuntimeError/.test(line)), "a RuntimeError");
});
