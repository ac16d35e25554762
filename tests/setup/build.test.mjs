// Building: only when something changed, with the right policy, and with the compiler's own words when it fails.
import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { builds, clone, compiles, compilesWith, generates, standIn } from "./sandbox.mjs";

const demo = (c, env) => c.run("scripts/build.mjs", ["--demo"], env);
const own = (c, env) => c.run("scripts/build.mjs", [], env);

const policyIn = (c, folder) => c.read(`${folder}/policy.bin`).trim();
const compilations = (c) => c.calls("cargo").length;

test("each build has its own policy and its own folder, and both have one Worker", async (t) => {
  const c = clone(t);
  assert.equal((await demo(c)).code, 0);
  assert.equal((await own(c)).code, 0);
  assert.deepEqual([policyIn(c, "demo/build"), policyIn(c, "build")], ["demo/edgegate.toml", "edgegate.toml"]);
  assert.equal(c.read("demo/build/index.js"), c.read("build/index.js"));
  const worker = "cargo build --package edgegate --lib --target wasm32-unknown-unknown --profile release";
  assert.deepEqual(c.calls("cargo").sort(), ["cargo build --bin edgegate", worker]);
});

test("EDGEGATE_POLICY names another policy for your own build, and never for the demo's", async (t) => {
  const c = clone(t);
  c.write("club.toml", "# another\n");
  for (const name of ["club.toml", path.join(c.repo, "club.toml")]) {
    assert.equal((await own(c, { EDGEGATE_POLICY: name })).code, 0);
    assert.equal(policyIn(c, "build"), name);
  }
  assert.equal((await demo(c, { EDGEGATE_POLICY: "club.toml" })).code, 0);
  assert.equal(policyIn(c, "demo/build"), "demo/edgegate.toml");
});

test("nothing is compiled until a source changes; a policy is, every time", async (t) => {
  const c = clone(t);
  const built = async (env) => (c.forget(), await demo(c, env), compilations(c) > 0);
  assert.ok(await built(), "the first time");
  assert.ok(!(await built()), "nothing changed");
  c.write("demo/edgegate.toml", "# changed\n");
  assert.ok(!(await built()), "the policy");
  assert.equal(c.calls("edgegate").length, 1);
  c.write("src/http/mod.rs", "// new\n");
  assert.ok(await built(), "a new source file");
  c.write("Cargo.lock", "# changed\n");
  assert.ok(await built(), "the lock");
  assert.ok(await built({ RUSTFLAGS: "-C debuginfo=1" }), "the compiler's flags");
});

test("for `wrangler dev` nothing is optimised, and no test and no deployment takes that for the build", async (t) => {
  const c = clone(t);
  const dev = { WRANGLER_COMMAND: "dev" };
  const built = async (env) => (c.forget(), await own(c, env), [...c.calls("cargo"), ...c.calls("wasm-opt")].flatMap((call) => /--profile \w+|^wasm-opt/.exec(call)?.[0] ?? []));
  assert.deepEqual(await built(dev), ["--profile quick"]);
  assert.deepEqual(await built(dev), [], "nothing changed");
  for (const env of [{}, { WRANGLER_COMMAND: "deploy" }]) {
    rmSync(path.join(c.repo, "target"), { recursive: true });
    await own(c, dev);
    assert.deepEqual(await built(env), ["--profile release", "wasm-opt", "wasm-opt"]);
  }
  assert.deepEqual(await built(dev), [], "an optimised one will do");
});

const refuses = compilesWith("echo 'edgegate: the policy is not valid' >&2; echo '  edgegate.toml:3: no such credential' >&2; exit 2");

test("for `wrangler dev` a mistake is shown, and what was built before is served", async (t) => {
  const c = clone(t);
  const dev = { WRANGLER_COMMAND: "dev" };
  standIn(c.bin, "cargo", refuses);
  assert.equal((await own(c, dev)).code, 1, "nothing was built before");
  c.write("src/lib.rs", "// changed\n");
  standIn(c.bin, "cargo", compiles);
  await own(c, dev);
  c.write("src/lib.rs", "// changed again\n");
  standIn(c.bin, "cargo", refuses);
  const { code, output } = await own(c, dev);
  assert.equal(code, 0);
  assert.match(output, /edgegate\.toml:3: no such credential[^]*what was built before is served/);
  assert.equal((await own(c)).code, 1, "and nothing else takes it for the build");
});

test("for `wrangler dev` the demo's mistake is shown too, and not as a build that is well", async (t) => {
  const c = clone(t);
  const still = "echo 'the policy is not valid' >&2; echo '  demo/edgegate.toml:3: no such credential' >&2; echo 'Until that is mended, the policy that was built before is served (demo/build).'";
  standIn(c.bin, "cargo", compilesWith(still));
  c.write("demo/build/policy.bin", "the last one\n");
  const { code, output } = await demo(c, { WRANGLER_COMMAND: "dev" });
  assert.equal(code, 0);
  assert.match(output, /demo\/edgegate\.toml:3: no such credential[^]*what was built before is served \(demo\/build\/\)/);
  assert.doesNotMatch(output, /ok demo Worker/);
});

test("a tool of other sources does not decide on the policy", async (t) => {
  const c = clone(t);
  await own(c);
  c.forget();
  await own(c);
  assert.deepEqual(c.calls("cargo"), [], "it is still the one that was built");
  c.write("target/debug/edgegate", "#!/bin/sh\nexit 0 # of another branch: cargo test put it there\n");
  await own(c);
  assert.deepEqual(c.calls("cargo"), ["cargo build --bin edgegate"]);
  assert.equal(policyIn(c, "build"), "edgegate.toml");
});

test("a missing build tool is compiled beside the Worker, and is there although the Worker does not compile", async (t) => {
  const c = clone(t);
  const tool = path.join(c.env.EDGEGATE_CACHE, "tools");
  rmSync(tool, { recursive: true });
  const isTool = (then) => `case "$*" in *scripts/bindgen*) mkdir -p "$6/debug"; : >"$6/debug/edgegate-bindgen"; exit 0;; *--bin*) exit 0;; esac; ${then}`;
  standIn(c.bin, "cargo", isTool("echo 'error: src/lib.rs:3: no such type' >&2; exit 1"));
  const { code, output } = await own(c);
  assert.equal(code, 1);
  assert.match(output, /and the build tools, once on this machine/);
  assert.match(output, /no such type/);
  assert.equal(c.calls("cargo").length, 3);
  assert.match(readdirSync(tool).join(), /^edgegate-bindgen-\w+$/);
});

test("what wasm-bindgen writes otherwise than it is known to is not built", async (t) => {
  const c = clone(t);
  const [name] = readdirSync(path.join(c.env.EDGEGATE_CACHE, "tools"));
  standIn(path.join(c.env.EDGEGATE_CACHE, "tools"), name, generates.replace("return;", ""));
  const { code, output } = await own(c);
  assert.equal(code, 1);
  assert.match(output, /wasm-bindgen wrote no .*__wbg_reset_state/);
});

test("a file that the sources embed from elsewhere counts too", async (t) => {
  const c = clone(t);
  c.write("docs/page.html", "one");
  c.write("target/wasm32-unknown-unknown/release/edgegate.d", `${c.repo}/target/x/edgegate.wasm: ${c.repo}/src/lib.rs ${c.repo}/docs/page.html\n`);
  await demo(c);
  c.forget();
  await demo(c);
  assert.equal(c.calls("cargo").length, 0);
  c.write("docs/page.html", "two");
  await demo(c);
  assert.equal(compilations(c), 2, "the Worker and the tool");
});

test("a policy that is refused fails the build with the line and the reason", async (t) => {
  const c = clone(t);
  standIn(c.bin, "cargo", refuses);
  const { code, output } = await own(c);
  assert.equal(code, 1);
  assert.match(output, /\| +edgegate\.toml:3: no such credential/);
  assert.match(output, /npm run -s edgegate -- check edgegate\.toml/);
});

test("what the tool warns of is shown of your own policy", async (t) => {
  const c = clone(t);
  standIn(c.bin, "cargo", compilesWith(`echo "edgegate.toml:7: warning[explain_on]: open" >&2; ${builds}`));
  assert.match((await own(c)).output, /edgegate\.toml:7: warning\[explain_on\]: open\n.*ok Worker: build\/: policy 0123, 1 route/);
  assert.doesNotMatch((await demo(c)).output, /warning/);
});

test("a missing policy and an unknown option are named", async (t) => {
  const c = clone(t);
  rmSync(path.join(c.repo, "edgegate.toml"));
  assert.match((await own(c)).output, /There is no edgegate\.toml/);
  assert.match((await c.run("scripts/build.mjs", ["--release"])).output, /Unknown option --release/);
});
