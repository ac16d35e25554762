// A minute of mixed load; `npm run load -- --minutes 15` is the same for longer, and checks the process's memory too.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./lib/load.mjs";
import { report } from "./lib/report.mjs";

test("two isolates under mixed traffic: no wrong decision, no line too few or too many, no wasm memory lost", { timeout: 180_000 }, async (t) => {
  const { table, wrong } = report(await load({ minutes: 1, rate: 50, seed: 14 }));
  for (const row of table.split("\n")) t.diagnostic(row);
  assert.deepEqual(wrong, []);
});
