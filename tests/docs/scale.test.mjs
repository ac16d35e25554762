// docs/scale.md has the figures that the script prints.

import assert from "node:assert/strict";
import { test } from "node:test";
import { table, walls } from "../../scripts/scale.mjs";
import { document } from "./lib/demo.mjs";

const text = document("docs/scale.md");

test("docs/scale.md: the table is what scripts/scale.mjs prints", () => {
  assert.ok(text.includes(`\n${table().join("\n")}\n`), table().join("\n"));
});

test("docs/scale.md: the walls are what scripts/scale.mjs prints", () => {
  for (const wall of walls()) assert.ok(text.includes(`\n- ${wall}\n`), wall);
});

test("ten times the requests cost ten times as much, and no more", () => {
  const together = (volume) => Number(table([volume]).find((row) => row.includes("together")).replace(/[^\d.]/g, ""));
  assert.ok(Math.abs(together(1e10) / together(1e9) - 10) < 0.2);
});
