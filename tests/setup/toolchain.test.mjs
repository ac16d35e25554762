// Both ways to the wasm target, though any one machine can take only one of them.
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { askForRoot, ensureWasmTarget } from "../../scripts/lib/toolchain.mjs";
import { machine, standIn } from "./sandbox.mjs";

process.env.EDGEGATE_QUIET = "1";
const yes = { mayUseRoot: () => true, uid: 0 };
const never = { mayUseRoot: () => assert.fail("root must not be asked for"), uid: 0 };

test("a target that is there is used as it is", async (t) => {
  const m = machine(t);
  standIn(m.bin, "rustc", `${m.addTarget}; case "$*" in *libdir*) echo ${m.home}/rustup-lib;; *) echo rustc 1.95.0;; esac`);
  const toolchain = await ensureWasmTarget(m.env, never);
  assert.equal(toolchain.kind, "rustup");
  assert.deepEqual(toolchain.env, m.env);
  assert.deepEqual(m.calls("rustup"), []);
});

test("a rustup that works adds the target, and apt is left alone", async (t) => {
  const m = machine(t);
  standIn(m.bin, "rustup", m.addTarget);
  assert.equal((await ensureWasmTarget(m.env, never)).kind, "rustup");
  assert.deepEqual(m.calls("rustup"), ["rustup target add wasm32-unknown-unknown"]);
  assert.deepEqual(m.calls("apt-get"), []);
});

test("a rustup that fails leads to Debian's Rust, once", async (t) => {
  const m = machine(t);
  const toolchain = await ensureWasmTarget(m.env, yes);
  assert.equal(toolchain.kind, "debian");
  assert.equal(toolchain.env.PATH, `${m.debian}:${m.env.PATH}`);
  assert.equal(toolchain.env.CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER, "wasm-ld-22");
  const apt = m.calls("apt-get");
  assert.match(apt[0], / update/);
  assert.match(apt[1], / install .*rustc-web cargo-web rust-web-src lld-22$/);
  assert.match(m.calls("cargo")[0], /-Z build-std=std,panic_abort,test$/);
  assert.equal(readFileSync(`${m.home}/debian-lib/edgegate-stamp`, "utf8"), "rustc 1.96.0\n");

  m.forget();
  assert.equal((await ensureWasmTarget(m.env, never)).kind, "debian");
  for (const name of ["rustup", "apt-get", "cargo"]) assert.deepEqual(m.calls(name), [], `${name} on the second run`);
});

test("a rustup that hangs is given up and ended with all it started", async (t) => {
  const m = machine(t);
  standIn(m.bin, "rustup", `(sleep 4; : >${m.home}/still-there) & wait`);
  const begun = Date.now();
  assert.equal((await ensureWasmTarget({ ...m.env, EDGEGATE_RUSTUP_TIMEOUT: "1" }, yes)).kind, "debian");
  assert.ok(Date.now() - begun < 3500);
  await new Promise((resolve) => setTimeout(resolve, 4000));
  assert.ok(!existsSync(`${m.home}/still-there`));
});

test("a rustup that claims success for another compiler is not believed", async (t) => {
  const m = machine(t);
  standIn(m.bin, "rustup", "exit 0");
  assert.equal((await ensureWasmTarget(m.env, yes)).kind, "debian");
});

test("a machine without rustup takes Debian's Rust at once", async (t) => {
  const m = machine(t);
  standIn(m.bin, "sh", 'PATH=$PATH:/usr/bin:/bin exec /bin/sh "$@"');
  const env = m.bareEnv();
  rmSync(`${m.bin}/rustup`);
  assert.equal((await ensureWasmTarget(env, yes)).kind, "debian");
});

test("a newer compiler by apt gets its standard library anew", async (t) => {
  const m = machine(t);
  await ensureWasmTarget(m.env, yes);
  writeFileSync(`${m.home}/debian-lib/edgegate-stamp`, "rustc 1.85.0\n");
  m.forget();
  await ensureWasmTarget(m.env, yes);
  assert.equal(m.calls("cargo").length, 1);
});

test("an apt-get that is busy is tried again", async (t) => {
  const m = machine(t);
  standIn(m.bin, "apt-get", `[ -e ${m.home}/second ] || { : >${m.home}/second; exit 100; }`);
  assert.equal((await ensureWasmTarget(m.env, yes)).kind, "debian");
  assert.equal(m.calls("apt-get").length, 3);
});

test("without a yes nothing is run as root, and what to run by hand is said", async (t) => {
  const m = machine(t);
  await assert.rejects(ensureWasmTarget(m.env, { mayUseRoot: () => false, uid: 1000 }), (error) => {
    assert.match(error.message, /root was not allowed/);
    assert.match(error.todo, /^ {4}sudo sh scripts\/debian-wasm\.sh$/m);
    return true;
  });
  assert.deepEqual(m.calls("apt-get"), []);
  assert.deepEqual(m.calls("sudo"), []);
});

test("without root and without sudo the same is said", async (t) => {
  const m = machine(t);
  rmSync(`${m.bin}/sudo`);
  await assert.rejects(ensureWasmTarget(m.bareEnv(), { ...never, uid: 1000 }), (error) => {
    assert.match(error.message, /needs root/);
    assert.match(error.todo, /^ {4}sudo sh scripts\/debian-wasm\.sh$/m);
    return true;
  });
});

test("a yes on an ordinary account goes through sudo", async (t) => {
  const m = machine(t);
  assert.equal((await ensureWasmTarget(m.env, { mayUseRoot: () => true, uid: 1000 })).kind, "debian");
  assert.deepEqual(m.calls("sudo"), ["sudo sh scripts/debian-wasm.sh"]);
});

test("on a machine that is neither, rustup's own words are passed on", async (t) => {
  const m = machine(t);
  rmSync(`${m.bin}/apt-get`);
  await assert.rejects(ensureWasmTarget(m.bareEnv(), never), /error: could not download, and this is not a Debian machine/);
});

test("root is granted by CI=true or EDGEGATE_YES=1, and otherwise only by a person", async () => {
  assert.equal(await askForRoot({ CI: "true" }, "x"), true);
  assert.equal(await askForRoot({ EDGEGATE_YES: "1" }, "x"), true);
  if (!process.stdin.isTTY) assert.equal(await askForRoot({}, "x"), false);
});

test("EDGEGATE_TOOLCHAIN takes away the choice", async (t) => {
  const m = machine(t);
  assert.equal((await ensureWasmTarget({ ...m.env, EDGEGATE_TOOLCHAIN: "debian" }, yes)).kind, "debian");
  assert.deepEqual(m.calls("rustup"), []);
  await assert.rejects(ensureWasmTarget({ ...m.env, EDGEGATE_TOOLCHAIN: "rustup" }, never), /rustup cannot add/);
  await assert.rejects(ensureWasmTarget({ ...m.env, EDGEGATE_TOOLCHAIN: "gcc" }, never), /EDGEGATE_TOOLCHAIN is "gcc"/);
});

test("a machine without Rust is told to install it", async (t) => {
  const m = machine(t);
  rmSync(`${m.bin}/rustc`);
  await assert.rejects(ensureWasmTarget(m.bareEnv(), never), (error) => /Rust is missing/.test(error.message) && /rustup\.rs/.test(error.todo));
});
