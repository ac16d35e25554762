// Every fault with every kind of credential, in workerd: `npm run faults` is the same with progress and a table.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startLanes } from "./lib/lanes.mjs";
import { allowed, cellsOf, faults, kinds, outcomes, run } from "./lib/matrix.mjs";

const found = new Map();

test("the fixture gives each cell at least one outcome, and names no kind or outcome that there is not", () => {
  for (const [fault, { cells, leaves, about }] of Object.entries(faults)) {
    assert.match(about, /\w/, fault);
    if (leaves) continue;
    for (const [name, those] of Object.entries(cells)) {
      assert.ok(name in outcomes, `${fault}: ${name}`);
      for (const kind of those === "*" ? [] : those) assert.ok(kind in kinds, `${fault}: ${kind}`);
    }
    for (const kind of Object.keys(kinds)) assert.ok(allowed(fault, kind).length > 0, `${fault}, ${kind}: nothing is allowed`);
  }
});

let lanes;
before(async () => {
  lanes = await startLanes(32);
  await run(lanes.lanes, cellsOf(), (result) => found.set(result.fault, [...(found.get(result.fault) ?? []), result]));
}, { timeout: 600_000 });
after(() => lanes?.stop());

for (const fault of Object.keys(faults)) {
  test(`${fault}: one answer, one line, and nothing spent that was refused`, () => {
    const results = found.get(fault);
    assert.equal(results.length, Object.keys(kinds).length);
    assert.deepEqual(results.flatMap(({ kind, wrong }) => wrong.map((text) => `${kind}: ${text}`)), []);
  });
}
