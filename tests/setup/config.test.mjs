// What must agree across the configuration files. Nothing here reads edgegate.toml: that one is yours to change.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { test } from "node:test";
import { gatewayBindings, originWorker } from "../../scripts/lib/demo-workers.mjs";
import { inRoot, versions } from "../../scripts/lib/paths.mjs";
import { COMPATIBILITY_DATE } from "../../scripts/lib/workerd.mjs";

const read = (name) => readFileSync(inRoot(name), "utf8");
const json = (name) => JSON.parse(read(name));
const uncommented = (name) => read(name).replace(/^\s*#.*$/gm, "");

test("every npm package is pinned exactly, and the lock agrees", () => {
  const { devDependencies, dependencies } = json("package.json");
  const locked = json("package-lock.json").packages;
  assert.equal(dependencies, undefined);
  for (const [name, version] of Object.entries(devDependencies)) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
    assert.equal(locked[`node_modules/${name}`].version, version);
  }
  assert.ok(devDependencies.node.startsWith(`${versions.nodePackage}.`));
});

test("the lock names every platform's workerd: an npm that cannot see them all leaves some out, and `npm ci` then refuses", () => {
  const locked = json("package-lock.json").packages;
  for (const name of Object.keys(locked["node_modules/workerd"].optionalDependencies)) assert.ok(locked[`node_modules/${name}`], name);
});

test("packages with an install script are allowed by name", () => {
  const scripts = Object.entries(json("package-lock.json").packages).filter(([, entry]) => entry.hasInstallScript && !entry.optional);
  const names = scripts.map(([name]) => name.replace(/^.*node_modules\//, "")).sort();
  assert.deepEqual(names, Object.keys(json("package.json").allowScripts).sort());
});

test("continuous integration compiles what Cargo.lock says or nothing", () => {
  const ask = "import { locked } from './scripts/lib/paths.mjs'; console.log(locked.join())";
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", ask], { cwd: inRoot("."), env: { ...process.env, CI: "true" }, encoding: "utf8" });
  assert.equal(stdout.trim(), "--locked");
  for (const script of ["scripts/lib/parts.mjs", "scripts/lib/wasm.mjs"]) {
    const calls = [...read(script).matchAll(/\["(?:clippy|test|build)",[^\]]*\]/g)].map(([call]) => call);
    assert.ok(calls.length > 0 && calls.every((call) => call.includes("...locked")), `${script}: ${calls}`);
  }
});

test("the build tool's wasm-bindgen is exactly the library's version", () => {
  const [, library] = read("Cargo.lock").match(/name = "wasm-bindgen"\nversion = "([^"]+)"/);
  const [, tool] = read("scripts/bindgen/Cargo.lock").match(/name = "wasm-bindgen-cli-support"\nversion = "([^"]+)"/);
  assert.equal(tool, library);
});

test("the Debian script installs the linker that wasm builds are told to use", () => {
  const [, major] = versions.debianLinker.match(/^wasm-ld-(\d+)$/);
  assert.match(read("scripts/debian-wasm.sh"), new RegExp(`\\blld-${major}\\b`));
});

test("both gates have the same bindings, and no address but their routes", () => {
  for (const name of ["wrangler.toml", "demo/wrangler.toml"]) {
    const config = uncommented(name);
    for (const binding of ["EDGEGATE_KV", "EDGEGATE_LEDGER", "EDGEGATE_LIMITER"]) assert.match(config, new RegExp(`"${binding}"`), `${binding} in ${name}`);
    assert.match(config, /^workers_dev = false$/m);
    assert.match(config, /^preview_urls = false$/m);
    assert.match(config, /^new_sqlite_classes = \["Ledger"\]$/m);
    const [, date] = config.match(/^compatibility_date = "([^"]+)"/m);
    assert.ok(date <= "2026-11-17", `${name}: the local runtime knows no later date`);
  }
});

test("the gateway that tests and benches start is bound as demo/wrangler.toml says", async () => {
  const { unstable_readConfig: readConfig } = await import("wrangler");
  const config = readConfig({ config: inRoot("demo/wrangler.toml") });
  const bound = gatewayBindings({ name: "gate" });
  assert.equal(COMPATIBILITY_DATE, config.compatibility_date);
  assert.deepEqual(config.compatibility_flags, []);
  assert.deepEqual(Object.keys(bound.kvNamespaces), config.kv_namespaces.map(({ binding }) => binding));
  const objects = config.durable_objects.bindings.map(({ name, class_name: className }) => [name, { className, useSQLite: true }]);
  assert.deepEqual(bound.durableObjects, Object.fromEntries(objects));
  const limits = config.ratelimits.map(({ name, simple }) => [name, { ...simple }]);
  assert.deepEqual(Object.entries(bound.ratelimits).map(([name, { simple }]) => [name, simple]), limits);
  assert.deepEqual(Object.keys(bound.serviceBindings), config.services.map(({ binding }) => binding));
  const buckets = ({ r2_buckets: all }) => Object.fromEntries(all.map(({ binding, bucket_name: name }) => [binding, name]));
  assert.deepEqual(bound.r2Buckets, buckets(config));
  assert.deepEqual(originWorker().r2Buckets, buckets(readConfig({ config: inRoot("demo/origin/wrangler.toml") })), "the site fills the bucket that the gate reads");
});

test("invocation logs are off in the starter: they hold whole addresses, with signatures and nonces", () => {
  const [, section] = uncommented("wrangler.toml").split(/^\[observability\.logs\]$/m);
  assert.match(section.split(/^\[/m)[0], /^invocation_logs = false$/m);
});

test("the demo stays on loopback, and the root configuration knows nothing of it", () => {
  assert.match(uncommented("demo/wrangler.toml"), /^ip = "127\.0\.0\.1"/m);
  assert.doesNotMatch(uncommented("wrangler.toml"), /demo/);
});

test("secrets are ignored by git, the published ones of the demo are not", () => {
  const ignored = read(".gitignore").split("\n");
  assert.ok(ignored.indexOf(".dev.vars") >= 0 && ignored.indexOf("!/demo/.dev.vars") > ignored.indexOf(".dev.vars"));
});

test("continuous integration runs the same command as anyone else", () => {
  assert.match(read(".ci/run"), /^export CI=true\nexec npm test$/m);
  assert.ok(statSync(inRoot(".ci/run")).mode & 0o100);
});
