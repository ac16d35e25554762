// `npm run mutants`: changes the sources in small ways, all of them in one copy behind switches, and sees whether a native test fails
// for each. Which changes are tried is drawn by a seed, so that a run can be repeated and another one tries others.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { compileChanges } from "./lib/mutants/build.mjs";
import { reachedBy, tryChanges } from "./lib/mutants/trial.mjs";
import { cacheDir, inRoot, root } from "./lib/paths.mjs";
import { Failure, isProgram, main, must, step } from "./lib/run.mjs";

const VERSION = "27.1.0";
const SOURCES = ["--file", "crates/core/src/**/*.rs", "--exclude", "crates/core/src/testing/**"];
const KNOWN = "tests/mutants.txt";
const FEWEST = 1000;

const help = `npm run mutants: does a test fail for each small change of the sources? (mutation testing)

  npm run mutants -- --sample 300            draws 300 of all changes to crates/core/src that cargo-mutants knows
  npm run mutants -- --sample 300 --from 300 the next 300
  npm run mutants -- --sample 300 --seed 7   draws others (the seed is 1 unless it is said)
  npm run mutants -- --matching PATTERN      only changes whose description fits this regular expression
  npm run mutants -- --list                  only lists what it would try

All changes are compiled at once, and an environment variable says which is made. A test runs only for changes in functions that
it calls, the quickest first, until one fails. Survivors that ${KNOWN} lists with a reason are counted apart; any other one
makes the command fail, and is printed as cargo-mutants describes it: file, line, what was changed.`;

main(async (args) => {
  if (args.includes("--help")) return void console.log(help);
  const options = read(args);
  const tool = await ensureTool();
  const all = await list(tool);
  const chosen = draw(all.filter(({ name }) => options.matching.test(name)), options);
  console.log(`  ${chosen.length} of ${all.length} changes (seed ${options.seed})`);
  if (options.list) return void console.log(chosen.map(({ name }) => name).join("\n"));
  return tryAll(chosen);
});

function read(args) {
  const options = { sample: 300, from: 0, seed: 1, matching: /(?:)/, list: false };
  for (let at = 0; at < args.length; at++) {
    const [flag, value] = [args[at], args[at + 1]];
    if (flag === "--list") options.list = true;
    else if (flag === "--matching" && value) (options.matching = new RegExp(value)), at++;
    else if (["--sample", "--from", "--seed"].includes(flag) && /^\d+$/.test(value ?? "")) (options[flag.slice(2)] = Number(value)), at++;
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
  const { stdout } = await must(tool, ["mutants", "--list", "--json", "--workspace", ...SOURCES], { cwd: root });
  const found = JSON.parse(stdout);
  if (found.length < FEWEST) throw new Failure(`${found.length} changes in all of crates/core/src`, { todo: "There should be thousands: has the folder moved?" });
  return found;
}

/** `sample` of the changes from one on, in an order that the seed says (Fisher-Yates over a 32-bit xorshift). */
function draw(changes, { sample, from, seed }) {
  const drawn = [...changes];
  let state = (seed * 2654435761) >>> 0 || 1;
  for (let at = drawn.length - 1; at > 0; at--) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const other = (state >>> 0) % (at + 1);
    [drawn[at], drawn[other]] = [drawn[other], drawn[at]];
  }
  return drawn.slice(from, from + sample);
}

/** Tells of each survivor as soon as it is known, and in the end how many there were. */
async function tryAll(chosen) {
  const changes = chosen.map((change, at) => ({ number: at + 1, change }));
  const { programs, switched, unviable, unswitched } = await step("compile the changes and the tests", "5 min", () => compileChanges(changes));
  const tests = await step("see which tests come by which change", "2 min", () => reachedBy(programs));
  const reasons = known();
  const [caught, listed, fresh] = [[], [], []];
  await tryChanges(switched, tests, ({ change: { name }, noticed }) => {
    if (noticed) return void caught.push(name);
    if (reasons.has(withoutPlace(name))) return void listed.push(name);
    fresh.push(name);
    console.log(`  survived (${caught.length} caught so far): ${name}`);
  });
  console.log(`\n${caught.length} caught, ${listed.length} known survivors (${KNOWN}), ${fresh.length} new survivors, ${unviable.length} did not compile`);
  if (unswitched.length > 0) console.log(`${unswitched.length} were not tried: a constant function and one that returns impl Trait cannot have two bodies`);
  return fresh.length > 0 ? 1 : 0;
}

const linesOf = (file) => (existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : []);

/** Survivors that are known: on a line the change, without its line number, which moves; a tab; why no test has to fail. */
function known() {
  const rows = linesOf(inRoot(KNOWN)).filter((line) => !line.startsWith("#"));
  return new Map(rows.map((row) => row.split("\t")).map(([what, why]) => [what, why]));
}

const withoutPlace = (name) => name.replace(/:\d+:\d+:/, ":");
