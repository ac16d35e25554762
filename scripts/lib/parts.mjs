// The parts of `npm test`. Each runs something, shows it, and answers with what it counted.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build, builds } from "../build.mjs";
import { exact } from "../../bench/linear.mjs";
import { buildInstrumented, missing } from "../../fuzz/build.mjs";
import { fuzzAll, names as targets } from "../../fuzz/run.mjs";
import { aptInstall } from "./apt.mjs";
import { chromiumHint, ensureChromium } from "./chromium.mjs";
import { fromCargo, fromTap, nothing, sum, testNames } from "./count.mjs";
import { ensureOrigins } from "./origins.mjs";
import { inRoot, locked, node22, root, versions } from "./paths.mjs";
import { ensurePython, needsPython, pythonHint } from "./python.mjs";
import { EXHAUSTIVE, simulator, STORIES } from "../simulate.mjs";
import { explain, Failure, run, step } from "./run.mjs";
import { toolBin } from "./tools.mjs";
import { wranglerEnv } from "./wrangler.mjs";

/** name: [what it is, how it runs]; in this order, the quickest answers first. */
export const parts = {
  setup: ["the scripts themselves (tests/setup)", (t) => nodeTests(t, "tests/setup")],
  lint: ["cargo fmt --check and clippy without a warning", lint],
  native: ["cargo test: the core and the command-line tool", native],
  simulate: ["a million interleavings of requests, faults and clients that leave; every single fault of a few (tests/simulator)", simulate],
  fuzz: ["each fuzz target for some seconds, and whether every reader is linear (counted, not timed)", fuzz],
  wasm: ["the Worker's own code, as wasm in Node", wasm],
  build: ["the demo's build and its size, your own build, deploy --dry-run", buildBoth],
  e2e: ["the demo in workerd (tests/e2e)", (t) => afterDemo(t, () => withPython(t, "tests/e2e"))],
  faults: ["every fault with every kind of credential, in workerd (tests/faults)", (t) => afterDemo(t, () => nodeTests(t, "tests/faults"))],
  load: ["a minute of mixed traffic at two isolates (tests/load)", (t) => afterDemo(t, () => nodeTests(t, "tests/load"))],
  origins: ["real servers behind the gate: what they understand is what was judged (tests/origins)", origins],
  docs: ["the documents: their commands, tables and links (tests/docs)", (t) => afterDemo(t, () => nodeTests(t, "tests/docs"))],
  browser: ["the demo in Chromium (tests/browser)", browser],
};

async function lint({ env, note }) {
  const counts = [];
  for (const [tool, component, args] of [
    ["cargo fmt", "rustfmt", ["fmt", "--all", "--check"]],
    ["cargo clippy", "clippy", ["clippy", ...locked, "--workspace", "--all-targets", "--", "-D", "warnings"]],
  ]) {
    const there = await run("cargo", [args[0], "--version"], { env, cwd: root });
    if (there.code !== 0) {
      counts.push({ ...nothing(), skipped: [`${tool} (not installed: rustup component add ${component})`] });
      continue;
    }
    counts.push(verdict(note, tool, (await run("cargo", args, { env, cwd: root, inherit: true })).code === 0));
  }
  return sum(counts);
}

function native({ env, note }) {
  return cargoTest(note, "cargo test", ["test", ...locked], env);
}

/** The native part plays some of it too; compiled to be quick, it plays them all. */
async function simulate({ env, note }) {
  const played = [];
  for (const test of [STORIES, EXHAUSTIVE]) {
    const { code, stdout, output } = await simulator(test, { stories: 1_000_000, seed: 1, env });
    const told = stdout.split("\n").filter((line) => /interleavings|states/.test(line));
    if (code !== 0) explain(new Failure("the simulator found what must not be", { output, todo: "The last lines say how to see it again." }));
    told.forEach((line) => console.log(`  ok ${line}`));
    played.push(verdict(note, `simulate: ${test}`, code === 0));
  }
  return sum(played);
}

/** Two at a time: a target uses one core. What a machine lacks for compiling them is named; CI has to have it. */
async function fuzz({ env, note }) {
  if (missing(env) && env.CI === "true" && process.platform === "linux") await aptInstall(["g++"], env, "the fuzzers need a C++ compiler");
  const lacks = missing(env);
  if (lacks && env.CI === "true") return verdict(note, `fuzz: ${lacks}`, false);
  if (lacks) return { ...nothing(), skipped: [`fuzz targets, and the count of work (${lacks})`] };
  const programs = await buildInstrumented(env);
  const results = await fuzzAll(programs.fuzz, targets, { seconds: 3, jobs: 2 }, env);
  const held = results.map(({ name, failed }) => verdict(note, `fuzz: ${name}`, !failed));
  const { cases, found } = await exact(programs.work);
  console.log(`  ${found.length === 0 ? "ok" : "!!"} ${cases.length} kinds and alphabets of input: doubling one doubles the work`);
  found.forEach((line) => console.log(`     ${line}`));
  return sum([...held, verdict(note, `a reader that is not linear: ${found[0]}`, found.length === 0)]);
}

/** wasm-bindgen-test runs only what is marked for it; --lib because the native program does not compile for wasm. */
function wasm({ toolchain, note }) {
  const env = {
    ...toolchain.env,
    EDGEGATE_POLICY: builds.demo.policy,
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: toolBin("wasm-bindgen-cli", "wasm-bindgen-test-runner"),
  };
  return cargoTest(note, "wasm tests", ["test", ...locked, "--package", "edgegate", "--lib", "--target", versions.wasmTarget], env);
}

async function cargoTest(note, name, args, env) {
  const { code, stdout } = await run("cargo", args, { env, cwd: root, echo: true });
  const count = fromCargo(stdout);
  if (code !== 0 && count.failed === 0) return sum([count, verdict(note, `${name}: it did not compile or did not finish`, false)]);
  return count.failed > 0 ? (note(`${name}: ${count.failed} failed`), count) : count;
}

async function buildBoth(t) {
  return sum([await buildOne(t, builds.demo), sizeGate(t), await buildOne(t, builds.own), await dryRun(t)]);
}

/** A build counts as one test. */
async function buildOne({ toolchain, note }, which) {
  try {
    await build(which, toolchain);
    return verdict(note, `build of the ${which.name}`, true);
  } catch (error) {
    explain(error);
    return verdict(note, `build of the ${which.name} (${which.policy})`, false);
  }
}

/** A cold start pays for every byte. */
function sizeGate({ note }) {
  const file = inRoot(builds.demo.out, "index_bg.wasm");
  if (!existsSync(file)) return verdict(note, "size of the wasm: there is none", false);
  const bytes = gzipSync(readFileSync(file), { level: 9 }).length;
  const small = bytes <= versions.wasmGzipLimit;
  console.log(`  ${small ? "ok" : "!!"} wasm: ${kB(bytes)} compressed, at most ${kB(versions.wasmGzipLimit)}`);
  return verdict(note, `size of the wasm: ${kB(bytes)} is over ${kB(versions.wasmGzipLimit)}`, small);
}

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

async function dryRun({ env, note }) {
  const { code, output } = await step("npm run deploy -- --dry-run: everything but the upload, without an account", "5 s, 1 min where the command-line tool is compiled first", () =>
    run(node22, ["scripts/deploy.mjs", "--dry-run"], { env, cwd: root }));
  const bound = ["EDGEGATE_KV", "EDGEGATE_LEDGER", "EDGEGATE_LIMITER"].every((name) => output.includes(name));
  if (code !== 0 || !bound) explain(new Failure("the dry run failed, or a binding was missing from what wrangler would upload", { output }));
  return verdict(note, "deploy --dry-run", code === 0 && bound);
}

/** What is tested in a running gate needs the demo's build. */
async function afterDemo(t, tests) {
  const built = await buildOne({ ...t, note: () => {} }, builds.demo);
  return built.failed === 0 ? tests() : verdict(t.note, `${t.name}: not run, for the demo does not build`, false);
}

async function origins(t) {
  await ensureOrigins(t.env);
  const python = await ensurePython(t.env);
  return afterDemo(t, () => nodeTests(python ? { ...t, env: { ...t.env, EDGEGATE_PYTHON: python } } : t, "tests/origins"));
}

async function browser(t) {
  const files = testFiles("tests/browser");
  if (files.length === 0) return nodeTests(t, "tests/browser");
  const chromium = await ensureChromium(t.env);
  if (!chromium) return skip(files, chromiumHint);
  return afterDemo(t, () => withPython({ ...t, env: { ...t.env, CHROMIUM: chromium } }, "tests/browser"));
}

/** The tests of a folder. Where no Python can be had, those that need it are left out, and named. */
async function withPython(t, folder) {
  const files = testFiles(folder);
  const wanting = files.filter((file) => needsPython(source(file)));
  if (wanting.length === 0) return nodeTests(t, folder);
  const python = await ensurePython(t.env);
  if (python) return nodeTests({ ...t, env: { ...t.env, EDGEGATE_PYTHON: python } }, folder);
  return sum([await nodeTests(t, folder, files.filter((file) => !wanting.includes(file))), skip(wanting, pythonHint)]);
}

const skip = (files, why) => ({ ...nothing(), skipped: files.flatMap((file) => testNames(source(file), file, why)) });
const source = (file) => readFileSync(inRoot(file), "utf8");

/** node --test on Node 22; the totals come from a second report beside the one that is shown. */
async function nodeTests({ env, note, name }, folder, files = testFiles(folder)) {
  if (files.length === 0) {
    console.log(`  -- no *.test.mjs in ${folder}`);
    return nothing();
  }
  const scratch = mkdtempSync(path.join(tmpdir(), "edgegate-test-"));
  const tap = path.join(scratch, "result.tap");
  const reports = ["--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=tap", `--test-reporter-destination=${tap}`];
  try {
    const { code } = await run(node22, ["--test", "--test-concurrency=2", ...reports, ...files], { env: wranglerEnv(env), cwd: root, inherit: true });
    const count = existsSync(tap) ? fromTap(readFileSync(tap, "utf8")) : nothing();
    if (code !== 0 && count.failed === 0) return sum([count, verdict(note, `${name}: node --test ended with code ${code}`, false)]);
    if (count.failed > 0) note(`${name}: ${count.failed} failed`);
    return count;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function testFiles(folder) {
  if (!existsSync(inRoot(folder))) return [];
  return readdirSync(inRoot(folder), { recursive: true }).filter((name) => name.endsWith(".test.mjs")).sort().map((name) => path.join(folder, name));
}

function verdict(note, name, good) {
  if (!good) note(name);
  return { ...nothing(), [good ? "passed" : "failed"]: 1 };
}
