// The build tool: compiled once for its sources, however many set-ups run at the same time.
import assert from "node:assert/strict";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { bindgen, ensureBindgen } from "../../scripts/lib/bindgen.mjs";
import { machine, standIn } from "./sandbox.mjs";

process.env.EDGEGATE_QUIET = "1";

// cargo build --locked --manifest-path FILE --target-dir DIR
const compiles = 'sleep 0.2; mkdir -p "$6/debug"; echo "#!/bin/sh" >"$6/debug/edgegate-bindgen"; chmod +x "$6/debug/edgegate-bindgen"';

function withCargo(t, body = compiles) {
  const m = machine(t);
  standIn(m.bin, "cargo", body);
  return m;
}

test("a missing tool is compiled as its lock says, then never again", async (t) => {
  const m = withCargo(t);
  await ensureBindgen(m.env);
  const calls = m.calls("cargo");
  assert.equal(calls.length, 1);
  assert.match(calls[0], /^cargo build --locked --manifest-path \S+scripts\/bindgen\/Cargo\.toml /);
  assert.ok(statSync(bindgen(m.env)).mode & 0o100, "a program");
  m.forget();
  await ensureBindgen(m.env);
  assert.deepEqual(m.calls("cargo"), []);
});

test("two set-ups at once do the work once", async (t) => {
  const m = withCargo(t);
  await Promise.all([ensureBindgen(m.env), ensureBindgen(m.env)]);
  assert.equal(m.calls("cargo").length, 1);
});

test("a tool that was only half copied is compiled again", async (t) => {
  const m = withCargo(t);
  mkdirSync(path.dirname(bindgen(m.env)), { recursive: true });
  writeFileSync(`${bindgen(m.env)}.new`, "", { mode: 0o755 });
  await ensureBindgen(m.env);
  assert.equal(m.calls("cargo").length, 1);
});

test("the lock of a set-up that died is taken over", async (t) => {
  const m = withCargo(t);
  const lock = path.join(m.env.EDGEGATE_CACHE, "tools/.lock");
  mkdirSync(path.dirname(lock), { recursive: true });
  writeFileSync(lock, "4194999"); // above the largest process number
  await ensureBindgen(m.env);
  assert.equal(m.calls("cargo").length, 1);
});

test("a failing compilation shows cargo's words and what is needed", async (t) => {
  const m = withCargo(t, "echo 'error: linker `cc` not found' >&2; exit 101");
  await assert.rejects(ensureBindgen(m.env), (error) => {
    assert.match(error.message, /^`cargo build .*ended with code 101$/);
    assert.match(error.output, /linker `cc` not found/);
    assert.match(error.todo, /build-essential/);
    return true;
  });
});
