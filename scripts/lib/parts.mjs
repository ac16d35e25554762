// The parts of `npm test`. Each runs something, shows it, and answers with what it counted.
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build, builds } from "../build.mjs";
import { costs } from "../../bench/costs.mjs";
import { exact } from "../../bench/linear.mjs";
import { buildInstrumented, missing } from "../../fuzz/build.mjs";
import { fuzzAll, names as targets } from "../../fuzz/run.mjs";
import { aptInstall } from "./apt.mjs";
import { ensureBindgen } from "./bindgen.mjs";
import { chromiumHint, ensureBrowsers } from "./chromium.mjs";
import { failuresInCargo, fromCargo, nothing, sum, verdict } from "./count.mjs";
import { examples } from "./examples.mjs";
import { chosenFiles, nodeTests, skip, withPython } from "./node-tests.mjs";
import { makeNodeTool } from "./node-tool.mjs";
import { ensureOrigins, ensureSites } from "./origins.mjs";
import { inRoot, locked, node22, root, versions } from "./paths.mjs";
import { ensurePython } from "./python.mjs";
import { assemblePackage } from "../pack.mjs";
import { EXHAUSTIVE, simulator, STORIES } from "../simulate.mjs";
import { both, explain, Failure, run, step } from "./run.mjs";

/**
 * By name: what it is, and how it is run; in this order, the quickest answers first. `folder` is where the tests of one
 * are that is run by node --test. `run` gets `all`, the names of the parts that are run, and `only`, where not all of this one is
 * wanted: of a folder [{ files, pattern }], in Rust [{ target, filters }].
 */
export const parts = {
  setup: { what: "the scripts themselves", folder: "tests/setup", run: nodeTests },
  lint: { what: "cargo fmt --check, clippy and cargo doc without a warning", run: lint },
  native: { what: "cargo test: the core and the command-line tool", run: native },
  simulate: { what: "a million interleavings of requests, faults and clients that leave; every single fault of a few", run: simulate },
  fuzz: { what: "each fuzz target for some seconds; whether every reader is linear and no request costs more (counted, not timed)", run: fuzz },
  wasm: { what: "the Worker's own code, as wasm in Node", run: wasm },
  build: { what: "the demo's build and its size, your own build, deploy --dry-run", run: buildBoth },
  package: { what: "the npm package: projects that it writes, in workerd; dev, deploy and doctor; every test of the tool, in Node", folder: "tests/package", run: packaged },
  e2e: { what: "the demo in workerd", folder: "tests/e2e", run: (t) => afterDemo({ ...t, atOnce: 4 }, withPython) },
  faults: { what: "every fault with every kind of credential, in workerd", folder: "tests/faults", run: (t) => afterDemo(t, nodeTests) },
  load: { what: "a minute of mixed traffic at two isolates", folder: "tests/load", run: (t) => afterDemo(t, nodeTests) },
  origins: { what: "real servers behind the gate: what they understand is what was verified", folder: "tests/origins", run: origins },
  sites: { what: "real sites behind the gateway: log in, post forms, follow redirects, upload, open WebSockets", folder: "tests/sites", run: sites },
  examples: { what: "the examples: installed from the packed file, bundled by wrangler, asked in workerd", folder: "tests/examples", run: examples },
  docs: { what: "the documents: their commands, tables and links", folder: "tests/docs", run: (t) => afterDemo(t, nodeTests) },
  browser: { what: "the demo in Chromium", folder: "tests/browser", run: browser },
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
  const strict = { ...env, RUSTDOCFLAGS: "-D warnings" };
  const doc = await run("cargo", ["doc", ...locked, "--workspace", "--no-deps"], { env: strict, cwd: root, inherit: true });
  counts.push(verdict(note, "cargo doc", doc.code === 0));
  return sum(counts);
}

async function native({ env, note, only = [{ target: [], filters: [] }] }) {
  const counts = [];
  for (const { target, filters } of only) counts.push(await cargoTest(note, "cargo test", ["test", ...locked, ...target, "--", ...filters], env));
  return sum(counts);
}

/** The native part plays a thousand stories and searches the orders alone; here it is all of it. */
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

/** One target after the other on one core, and the counts on another. What a machine lacks for compiling them is named; CI has to have it. */
async function fuzz({ env, note }) {
  if (missing(env) && env.CI === "true" && process.platform === "linux") await aptInstall(["g++"], env, "the fuzzers need a C++ compiler");
  const lacks = missing(env);
  if (lacks && env.CI === "true") return verdict(note, `fuzz: ${lacks}`, false);
  if (lacks) return { ...nothing(), skipped: [`fuzz targets, and the count of work (${lacks})`] };
  const programs = await buildInstrumented(env);
  const counting = exact(programs.work).then(async (linear) => [linear, await costs(programs.work)]);
  const results = await both(fuzzAll(programs.fuzz, targets, { seconds: 3 }, env), counting);
  const [{ cases, found }, { counted, found: dearer }] = await counting;
  const held = results.map(({ name, failed }) => verdict(note, `fuzz: ${name}`, !failed));
  console.log(`  ${found.length === 0 ? "ok" : "!!"} ${cases.length} kinds and alphabets of input: doubling one doubles the work`);
  found.forEach((line) => console.log(`     ${line}`));
  console.log(`  ${dearer.length === 0 ? "ok" : "!!"} ${counted.length} kinds of request: none takes more comparisons or allocations than fixtures/costs.json says`);
  dearer.forEach((line) => console.log(`     ${line}`));
  const linear = verdict(note, `a reader that is not linear: ${found[0]}`, found.length === 0);
  return sum([...held, linear, verdict(note, `a request that costs more: ${dearer[0]}`, dearer.length === 0)]);
}

/**
 * wasm-bindgen-test runs only what is marked for it; --lib because the native program does not compile for wasm; --profile dev
 * because they run for seconds: what profile.test optimises need not be.
 */
function wasm({ toolchain, note, only = [{ filters: [] }] }) {
  const env = {
    ...toolchain.env,
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: "scripts/wasm-tests.mjs",
  };
  return cargoTest(note, "wasm tests", ["test", ...locked, "--package", "edgegate", "--lib", "--target", versions.wasmTarget, "--profile", "dev", "--", ...only.flatMap(({ filters }) => filters)], env);
}

async function cargoTest(note, name, args, env) {
  const { code, stdout } = await run("cargo", args, { env, cwd: root, echo: true });
  const count = fromCargo(stdout);
  if (code !== 0 && count.failed === 0) return sum([count, verdict(note, `${name}: it did not compile or did not finish`, false)]);
  const failures = failuresInCargo(stdout);
  failures.forEach((text) => note(`${name}: ${text}`));
  if (count.failed > 0 && failures.length === 0) note(`${name}: ${count.failed} failed`);
  return count;
}

/** An optimised wasm is made on one core for most of the time, so the one that the package needs next is made beside it. If that fails, the package says so. */
async function buildBoth(t) {
  const isNext = t.all.includes("package");
  if (isNext) await ensureBindgen();
  const beside = isNext && makeNodeTool(t.toolchain.env).catch(() => {});
  const counts = [await buildOne(t, builds.demo), sizeGate(t), await buildOne(t, builds.own), await dryRun(t)];
  if (beside) await step("the command-line tool for Node, begun beside the Worker", "1 min", () => beside);
  return sum(counts);
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

/** What is uploaded and packed stays small. */
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
  return built.failed === 0 ? tests(t) : verdict(t.note, `${t.name}: not run, for the demo does not build`, false);
}

/** The package is tested as it is packed: the tool as wasm, the Worker, the commands and their templates in one folder. */
async function packaged(t) {
  try {
    await assemblePackage(t.toolchain);
  } catch (error) {
    explain(error);
    return verdict(t.note, "package: not run, for the npm package could not be made", false);
  }
  const tests = await nodeTests(t);
  return t.only ? tests : sum([tests, await toolInNode(t)]);
}

/** Every test of the command-line tool once more, with the tool that is in the package. */
async function toolInNode({ env, note }) {
  const program = inRoot("target/tool-in-node/bin/edgegate"); // a shell finds it by this name
  mkdirSync(path.dirname(program), { recursive: true });
  rmSync(program, { force: true });
  symlinkSync(inRoot("target/package/bin/edgegate.mjs"), program);
  return cargoTest(note, "the tool in Node", ["test", ...locked, "--test", "native", "--", "cli::"], { ...env, EDGEGATE_TOOL: program });
}

async function origins(t) {
  await ensureOrigins(t.env);
  const python = await ensurePython(t.env);
  return afterDemo(python ? { ...t, env: { ...t.env, EDGEGATE_PYTHON: python } } : t, nodeTests);
}

/** What a machine lacks is named by each test that needs it; on CI all of it is there. */
async function sites(t) {
  await ensureSites(t.env);
  const python = await ensurePython(t.env);
  const env = { ...t.env, ...(python && { EDGEGATE_PYTHON: python }), ...(await ensureBrowsers(t.env)) };
  return afterDemo({ ...t, env }, nodeTests);
}

async function browser(t) {
  const files = chosenFiles(t);
  if (files.length === 0) return nodeTests(t);
  const browsers = await ensureBrowsers(t.env);
  if (!browsers) return skip(files, chromiumHint);
  return afterDemo({ ...t, env: { ...t.env, ...browsers } }, withPython);
}
