// The closing line of `npm test` counts what each runner printed, no more and no less.
import assert from "node:assert/strict";
import { test } from "node:test";
import { failuresInCargo, failuresInTap, fromCargo, fromTap, sum, testNames } from "../../scripts/lib/count.mjs";

test("cargo's programs are added up, the ignored named", () => {
  const output = `running 3 tests
test a ... ok
test b ... ignored, needs a vendor
test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s
\x1b[32mtest result: FAILED\x1b[0m. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s
`;
  assert.deepEqual(fromCargo(output), { passed: 15, failed: 2, skipped: ["b (needs a vendor)"] });
});

test("the wasm runner's line, which lacks a member, counts as well", () => {
  assert.deepEqual(fromCargo("test result: ok. 4 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.01s\n"), { passed: 4, failed: 0, skipped: [] });
});

test("node's totals are taken from the end, cancelled ones are failures", () => {
  const tap = `TAP version 13
# Subtest: one
ok 1 - one
    ok 1 - inner # SKIP no Chromium
ok 2 - two # TODO
1..2
# tests 6
# suites 0
# pass 2
# fail 1
# cancelled 1
# skipped 1
# todo 1
`;
  assert.deepEqual(fromTap(tap), { passed: 2, failed: 2, skipped: ["inner (no Chromium)", "two"] });
});

test("tests that cannot run here are still named", () => {
  const source = 'test("signs in", async () => {});\n  test.skip(`signs out`, f);\nit(\'is "quoted"\', f);';
  assert.deepEqual(testNames(source, "x.test.mjs", "why"), ["x.test.mjs: signs in (why)", "x.test.mjs: signs out (why)", 'x.test.mjs: is "quoted" (why)']);
  assert.deepEqual(testNames("", "y.test.mjs", "why"), ["y.test.mjs: all of it (why)"]);
});

test("sums keep every name", () => {
  assert.deepEqual(sum([{ passed: 1, failed: 0, skipped: ["a"] }, { passed: 2, failed: 1, skipped: ["b"] }]), { passed: 3, failed: 1, skipped: ["a", "b"] });
});

test("what failed is named with its error, for the closing list", () => {
  const tap = `TAP version 13
not ok 1 - adds up
  ---
  duration_ms: 2.6
  location: '/a/load.test.mjs:8:1'
  failureType: 'testCodeFailure'
  error: |-
    Expected values to be equal:

    the wasm grew
  code: 'ERR_ASSERTION'
  expected:
  ...
    not ok 1 - inner
      ---
      location: '/a/b.test.mjs:3:36'
      failureType: 'testCodeFailure'
      error: 'no way'
      code: 'ERR_TEST_FAILURE'
      ...
not ok 2 - outer
  ---
  failureType: 'subtestsFailed'
  error: '1 subtest failed'
  ...
ok 3 - fine
  ---
  duration_ms: 1
  ...
`;
  assert.deepEqual(failuresInTap(tap), [
    "adds up (load.test.mjs)\n      Expected values to be equal:\n      the wasm grew",
    "inner (b.test.mjs)\n      no way",
  ]);
  const cargo = `failures:

---- links::late stdout ----

thread 'links::late' panicked at tests/native/links.rs:3:5:
assertion failed
note: run with \`RUST_BACKTRACE=1\`

failures:
    links::late
`;
  assert.deepEqual(failuresInCargo(cargo), ["links::late\n      thread 'links::late' panicked at tests/native/links.rs:3:5:\n      assertion failed"]);
});
