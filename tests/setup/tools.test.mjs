// The cargo tools: the pinned version, once, however many set-ups run at the same time.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { versions } from "../../scripts/lib/paths.mjs";
import { ensureTools, toolBin } from "../../scripts/lib/tools.mjs";
import { machine, standIn } from "./sandbox.mjs";

process.env.EDGEGATE_QUIET = "1";

// cargo install CRATE --version V --locked --force --root DIR --target-dir DIR
const installs = `sleep 0.2; mkdir -p "$8/bin"
for name in worker-build wasm-bindgen wasm-bindgen-test-runner; do : >"$8/bin/$name"; chmod +x "$8/bin/$name"; done
echo "\\"$2 $4 (registry)\\" = []" >"$8/.crates.toml"`;

function withCargo(t, body = installs) {
  const m = machine(t);
  standIn(m.bin, "cargo", body);
  return m;
}

test("missing tools are installed at the pinned version, then never again", async (t) => {
  const m = withCargo(t);
  await ensureTools(m.env);
  const calls = m.calls("cargo");
  assert.equal(calls.length, 2);
  for (const [crate, version] of Object.entries(versions.cargoTools)) {
    assert.ok(calls.some((line) => line.startsWith(`cargo install ${crate} --version ${version} --locked `)), crate);
  }
  m.forget();
  await ensureTools(m.env);
  assert.deepEqual(m.calls("cargo"), []);
});

test("two set-ups at once do the work once", async (t) => {
  const m = withCargo(t);
  await Promise.all([ensureTools(m.env), ensureTools(m.env)]);
  assert.equal(m.calls("cargo").length, 2);
});

test("a tool that was only half installed is installed again", async (t) => {
  const m = withCargo(t);
  const half = toolBin("worker-build", "worker-build", m.env);
  mkdirSync(path.dirname(half), { recursive: true });
  writeFileSync(half, "", { mode: 0o755 }); // the program, but not cargo's record of it
  await ensureTools(m.env);
  assert.equal(m.calls("cargo").length, 2);
});

test("the lock of a set-up that died is taken over", async (t) => {
  const m = withCargo(t);
  const lock = path.join(m.env.EDGEGATE_CACHE, "tools/.lock");
  mkdirSync(path.dirname(lock), { recursive: true });
  writeFileSync(lock, "4194999"); // above the largest process number
  await ensureTools(m.env);
  assert.equal(m.calls("cargo").length, 2);
});

test("a failing installation shows cargo's words and what is needed", async (t) => {
  const m = withCargo(t, "echo 'error: linker `cc` not found' >&2; exit 101");
  await assert.rejects(ensureTools(m.env), (error) => {
    assert.match(error.message, /^`cargo install .*ended with code 101$/);
    assert.match(error.output, /linker `cc` not found/);
    assert.match(error.todo, /build-essential/);
    return true;
  });
});
