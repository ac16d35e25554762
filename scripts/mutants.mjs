// `npm run mutants`: changes the sources in small ways, one at a time in a copy, and sees whether a native test fails for each.
// Which changes are tried is drawn by a seed, so that a run can be repeated and another one tries others.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cacheDir, inRoot, root } from "./lib/paths.mjs";
import { Failure, isProgram, main, must, run, step } from "./lib/run.mjs";

const VERSION = "27.1.0";
const SOURCES = ["--file", "crates/core/src/**/*.rs", "--exclude", "crates/core/src/testing/**"];
const KNOWN = "tests/mutants.txt";
const FEWEST = 1000;
/** The tests that may notice: those of the core itself, and the native ones, without the simulator and the examples in the documentation. */
const TESTS = ["--test-package", "edgegate-core", "--test-package", "edgegate-cli"];

const help = `npm run mutants: does a test fail for each small change of the sources? (mutation testing, by cargo-mutants)

  npm run mutants -- --sample 300            draws 300 of all changes to crates/core/src
  npm run mutants -- --sample 300 --seed 7   draws others (the seed is 1 unless it is said)
  npm run mutants -- --matching PATTERN      only changes whose description fits this regular expression
  npm run mutants -- --list                  only lists what it would try

A change takes one to two minutes on two cores. Survivors that ${KNOWN} lists with a reason are counted apart; any other one
makes the command fail, and is printed as cargo-mutants describes it: file, line, what was changed.`;

main(async (args) => {
  if (args.includes("--help")) return void console.log(help);
  const options = read(args);
  const tool = await ensureTool();
  const all = await list(tool);
  const chosen = draw(all.filter((name) => options.matching.test(name)), options.sample, options.seed);
  console.log(`  ${chosen.length} of ${all.length} changes (seed ${options.seed})`);
  if (options.list) return void console.log(chosen.join("\n"));
  return report(await tryAll(tool, chosen), known());
});

function read(args) {
  const options = { sample: 300, seed: 1, matching: /(?:)/, list: false };
  for (let at = 0; at < args.length; at++) {
    const [flag, value] = [args[at], args[at + 1]];
    if (flag === "--list") options.list = true;
    else if (flag === "--matching" && value) (options.matching = new RegExp(value)), at++;
    else if ((flag === "--sample" || flag === "--seed") && /^\d+$/.test(value ?? "")) (options[flag.slice(2)] = Number(value)), at++;
    else throw new Failure(`npm run mutants does not know ${flag}${value ? ` ${value}` : ""}`, { todo: `\n${help}` });
  }
  return options;
}

/** cargo-mutants, compiled once and kept outside the clone like the other build tools. */
async function ensureTool() {
  const home = path.join(cacheDir(), "tools", `cargo-mutants-${VERSION}`);
  const program = path.join(home, "bin", "cargo-mutants");
  if (!isProgram(program)) {
    await step(`cargo-mutants ${VERSION}: compile it, once per version`, "2 min", () =>
      must("cargo", ["install", "cargo-mutants", "--version", VERSION, "--locked", "--root", home], { todo: "It needs the crate registry; run the same command again." }));
  }
  return program;
}

async function list(tool) {
  const { stdout } = await must(tool, ["mutants", "--list", "--workspace", ...SOURCES], { cwd: root });
  const found = stdout.trim().split("\n");
  if (found.length < FEWEST) throw new Failure(`${found.length} changes in all of crates/core/src`, { todo: "There should be thousands: has the folder moved?" });
  return found;
}

/** `count` of the names in an order that the seed says (Fisher-Yates over a 32-bit xorshift). */
function draw(names, count, seed) {
  const drawn = [...names];
  let state = (seed * 2654435761) >>> 0 || 1;
  for (let at = drawn.length - 1; at > 0; at--) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const other = (state >>> 0) % (at + 1);
    [drawn[at], drawn[other]] = [drawn[other], drawn[at]];
  }
  return drawn.slice(0, count);
}

/** Runs the native tests against each change. Answers with the outcomes that cargo-mutants wrote down, by name. */
async function tryAll(tool, names) {
  const scratch = mkdtempSync(path.join(tmpdir(), "edgegate-mutants-"));
  const config = path.join(scratch, "mutants.toml");
  // Besides the names, files: cargo-mutants lets deleted fields not be chosen by name, so those of the same files are tried as well.
  const files = [...new Set(names.map((name) => name.split(":")[0]))].flatMap((file) => ["--file", file]);
  const exactly = names.map((name) => `^${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
  // The tests are built without debug information: linking them is most of the time that a change takes.
  writeFileSync(config, `examine_re = ${JSON.stringify(exactly)}\nadditional_cargo_args = ["--config", "profile.dev.debug=false"]\nadditional_cargo_test_args = ["--lib", "--test", "native"]\n`);
  try {
    await run(tool, ["mutants", "--workspace", ...files, ...TESTS, "--config", config, "--output", scratch, "--baseline", "run", "--timeout-multiplier", "3", "--colors", "never"], { cwd: root, inherit: true });
    const outcome = (name) => read_lines(path.join(scratch, "mutants.out", `${name}.txt`));
    const told = { caught: outcome("caught"), missed: outcome("missed"), slow: outcome("timeout"), unviable: outcome("unviable") };
    const tried = new Set(Object.values(told).flat());
    const left = names.filter((name) => !tried.has(name));
    if (left.length > 0) throw new Failure(`${left.length} of ${names.length} changes were not tried, among them ${left[0]}`, { todo: "The words of cargo-mutants are above." });
    return told;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const read_lines = (file) => (existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : []);

/** Survivors that are known: on a line the change, without its line number, which moves; a tab; why no test has to fail. */
function known() {
  const rows = read_lines(inRoot(KNOWN)).filter((line) => !line.startsWith("#"));
  return new Map(rows.map((row) => row.split("\t")).map(([what, why]) => [what, why]));
}

const withoutPlace = (name) => name.replace(/:\d+:\d+:/, ":");

function report({ caught, missed, slow, unviable }, reasons) {
  const fresh = missed.filter((name) => !reasons.has(withoutPlace(name)));
  const listed = missed.length - fresh.length;
  console.log(`\n${caught.length + slow.length} caught, ${listed} known survivors (${KNOWN}), ${fresh.length} new survivors, ${unviable.length} did not compile`);
  for (const name of fresh) console.log(`  survived: ${name}`);
  return fresh.length > 0 ? 1 : 0;
}
