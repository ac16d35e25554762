// The rules that `npm run simulate -- --rules` switches off follow the sources.
import assert from "node:assert/strict";
import { test } from "node:test";
import { notFoundOnce } from "../../scripts/lib/switched-off.mjs";

test("every rule that can be switched off is found once in its file", () => {
  assert.deepEqual(notFoundOnce(), []);
});
