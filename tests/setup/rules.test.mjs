// The rules that tests/schemes/switch-off.mjs switches off are still where it looks for them. Whether the cells fail, it
// says itself, in some minutes.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../schemes/switch-off.mjs", import.meta.url));

test("every rule behind the scheme matrix is found in the sources, once", () => {
  assert.equal(execFileSync(process.execPath, [script, "--dry"], { encoding: "utf8" }), "");
});
