// Running programs: what of a long output is shown when one fails.
import assert from "node:assert/strict";
import { test } from "node:test";
import { must, run, telling } from "../../scripts/lib/run.mjs";

test("progress is left out, and it begins with the first error", () => {
  const output = "   Compiling syn v2\nwarning: unused\nerror[E0308]: mismatched types\n  --> src/lib.rs:1:1\nerror: could not compile\n";
  assert.deepEqual(telling(output), ["error[E0308]: mismatched types", "  --> src/lib.rs:1:1", "error: could not compile"]);
  assert.deepEqual(telling("one\ntwo\n"), ["one", "two"]);
  assert.deepEqual(telling(""), []);
});

test("of very much the beginning and the end are shown", () => {
  const shown = telling(Array.from({ length: 500 }, (_, n) => `line ${n}`).join("\n"), 10);
  assert.deepEqual([shown[0], shown[5], shown.at(-1), shown.length], ["line 0", "(490 lines left out)", "line 499", 11]);
});

test("a program that is missing is a failure like any other", async () => {
  const { code, output } = await run("edgegate-no-such-program");
  assert.equal(code, 127);
  assert.match(output, /no such program/);
  await assert.rejects(must("sh", ["-c", "echo broken >&2; exit 4"], { todo: "mend it" }), (error) => {
    assert.deepEqual([error.message, error.output, error.todo], ["`sh -c echo broken >&2; exit 4` ended with code 4", "broken\n", "mend it"]);
    return true;
  });
});

test("a program that takes too long is ended", async () => {
  const { timedOut, code } = await run("sleep", ["30"], { timeout: 200 });
  assert.ok(timedOut && code !== 0);
});
