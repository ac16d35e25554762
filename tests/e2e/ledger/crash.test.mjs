// workerd is killed without warning while nonces are being redeemed. No nonce works twice, and none is lost that was
// not in flight at that moment.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { childrenNamed } from "../../../scripts/lib/process.mjs";
import { demoPolicy, startGateway } from "../lib/gateway.mjs";
import { link } from "../lib/sign.mjs";

const folder = mkdtempSync(path.join(tmpdir(), "edgegate-crash-"));
const policy = demoPolicy();
let gateway;
const stop = () => gateway.stop().catch(() => {}); // a process that was killed cannot be asked to end
after(() => rmSync(folder, { recursive: true, force: true }));

const page = { accept: "text/html" };
const start = async () => (gateway = await startGateway({ gate: { policy } }, { persist: folder }));
const redeemed = (answer) => answer.status === 303 || answer.status === 200;

const workerd = () => childrenNamed("workerd");

/** Uses the addresses, some at a time, and kills workerd after that many successes. */
async function useUntilKilled(gate, addresses, successes) {
  const fate = new Map(addresses.map((address) => [address, "unsent"]));
  const queue = [...addresses];
  let done = 0;
  let killed = false;
  const use = async () => {
    for (let address; !killed && (address = queue.shift()); ) {
      fate.set(address, "in flight");
      const answer = await gate.get(address, page).catch(() => undefined);
      if (answer) {
        assert.ok(redeemed(answer), `${answer.status}: a fresh credential was refused`);
        fate.set(address, "used");
      }
      if (++done === successes) {
        killed = true;
        for (const pid of workerd()) process.kill(pid, "SIGKILL");
      }
    }
  };
  await Promise.all(Array.from({ length: 20 }, use));
  return fate;
}

for (const [what, prepare] of Object.entries({
  nonces: (gate, at) => gate.admin("nonce", { subject: `person-${at}`, route: "account" }).then(({ url }) => url.replace("http://127.0.0.1:8787", "")),
  "links that work once": (_, at) => link("/once/a", `n=${at}`),
})) {
  test(`${what}: none works twice, none is lost that was not in flight`, { timeout: 60_000, skip: process.platform !== "linux" && "reads /proc" }, async (t) => {
    t.after(() => stop());
    let { gate } = await start();
    assert.equal(workerd().length, 1, "one workerd to kill");
    const addresses = await Promise.all(Array.from({ length: 200 }, (_, at) => prepare(gate, at)));
    const fate = await useUntilKilled(gate, addresses, 90);
    await stop();
    ({ gate } = await start());

    const count = { used: 0, "in flight": 0, unsent: 0 };
    for (const [address, what] of fate) {
      count[what]++;
      const answer = await gate.get(address, page);
      if (what === "used") assert.equal(answer.status, 403, `one that had answered success worked again (${answer.status})`);
      if (what === "unsent") assert.ok(redeemed(answer), `one that was never sent is lost (${answer.status})`);
      assert.equal((await gate.get(address, page)).status, 403, "after the restart none works twice");
    }
    assert.ok(count.used > 0 && count["in flight"] > 0 && count.unsent > 0, JSON.stringify(count));
  });
}
