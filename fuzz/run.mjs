// `npm run fuzz`: runs the fuzz targets for a while each, and says what they executed.
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { Failure, main, run } from "../scripts/lib/run.mjs";
import { buildInstrumented, inTarget, missing } from "./build.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
export const names = readdirSync(path.join(here, "fuzz_targets")).map((file) => path.basename(file, ".rs")).sort();
const LEDGER = () => inTarget("runs.jsonl");

const help = `npm run fuzz [-- TARGET... OPTIONS]: runs every fuzz target, or those that are named.

  --seconds N    how long each (10)
  --runs N       how many executions each, instead
  --jobs N       how many at a time (1)
  --until N      goes round and round until so many executions are counted in all, earlier runs included
  --totals       what every run so far has executed, by target
  --keep         adds to the committed corpus the smallest inputs that reach something new
  --replay FILE  one input once more; with a target's name
  --minimize FILE  a smaller input that fails as well; with a target's name
  --help         this text

Targets: ${names.join(" ")}

What a run finds by itself stays in fuzz/target/corpus/; an input that fails in fuzz/artifacts/.`;

const options = {
  seconds: { type: "string", default: "10" },
  runs: { type: "string" },
  jobs: { type: "string", default: "1" },
  until: { type: "string" },
  totals: { type: "boolean", default: false },
  keep: { type: "boolean", default: false },
  replay: { type: "string" },
  minimize: { type: "string" },
  help: { type: "boolean", default: false },
};

/** Runs one target; what it executed, covered, and how it failed, if it did. */
export async function fuzz(program, name, { seconds, runs }, env = process.env) {
  const found = inTarget("corpus", name);
  mkdirSync(found, { recursive: true });
  mkdirSync(path.join(here, "artifacts"), { recursive: true });
  const seeds = path.join(here, "corpus", name);
  const bound = runs === undefined ? `-max_total_time=${seconds}` : `-runs=${runs}`;
  const begun = performance.now();
  const { code, output } = await run(
    program,
    [bound, "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1", `-dict=${path.join(here, "edgegate.dict")}`,
      `-artifact_prefix=${path.join(here, "artifacts", name)}-`, found, ...(existsSync(seeds) ? [seeds] : [])],
    { env: { ...env, EDGEGATE_TARGET: name, RUST_BACKTRACE: "0" } },
  );
  const executed = Number(output.match(/stat::number_of_executed_units:\s+(\d+)/)?.[1] ?? lastCount(output));
  const covered = Number(output.match(/.*cov: (\d+)/s)?.[1] ?? 0);
  const file = output.match(/Test unit written to (\S+)/)?.[1];
  const told = output.match(/panicked at[^\n]*\n(?:[^\n]+\n){1,4}/)?.[0] ?? output.split("\n").slice(-12).join("\n");
  return { name, executed, covered, seconds: (performance.now() - begun) / 1000, failed: code === 0 ? undefined : { code, file, told } };
}

const lastCount = (output) => output.match(/.*^#(\d+)/ms)?.[1] ?? 0;

/** All of them, so many at a time, each shown as it ends. */
export async function fuzzAll(program, chosen, { jobs = 1, ...bound }, env) {
  const waiting = [...chosen];
  const results = [];
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const result = await fuzz(program, name, bound, env);
      results.push(result);
      appendFileSync(LEDGER(), `${JSON.stringify({ ...result, failed: Boolean(result.failed) })}\n`);
      show(result);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return results;
}

function show({ name, executed, covered, seconds, failed }) {
  const rate = Math.round(executed / Math.max(seconds, 0.001));
  console.log(`  ${failed ? "!!" : "ok"} ${name.padEnd(16)}${figure(executed).padStart(13)} executions${figure(rate).padStart(9)}/s  ${covered} edges`);
  if (!failed) return;
  console.log(failed.told.replace(/^/gm, "     "));
  if (failed.file) console.log(`     the input: ${path.relative(process.cwd(), failed.file)}\n     once more: npm run fuzz -- ${name} --replay ${path.relative(process.cwd(), failed.file)}`);
}

const figure = (number) => number.toLocaleString("en");

/** What was executed in all runs so far, by target. */
export function totals() {
  const lines = existsSync(LEDGER()) ? readFileSync(LEDGER(), "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line)) : [];
  const of = (name) => lines.filter((line) => line.name === name);
  return names.map((name) => ({
    name,
    executed: of(name).reduce((all, { executed }) => all + executed, 0),
    covered: Math.max(0, ...of(name).map(({ covered }) => covered)),
    seconds: of(name).reduce((all, { seconds }) => all + seconds, 0),
    failures: of(name).filter(({ failed }) => failed).length,
  }));
}

const executedInAll = () => totals().reduce((all, { executed }) => all + executed, 0);

function showTotals() {
  for (const { name, executed, covered, seconds, failures } of totals()) {
    console.log(`| ${name} | ${figure(executed)} | ${figure(Math.round(seconds))} | ${figure(covered)} | ${failures} |`);
  }
  console.log(`${figure(executedInAll())} executions in all`);
}

async function start(args) {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  if (values.help) return void console.log(help);
  if (values.totals) return void showTotals();
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown) throw new Failure(`no target is called ${unknown}`, { todo: `one of: ${names.join(" ")}` });
  const lacks = missing();
  if (lacks) throw new Failure(lacks);
  const program = (await buildInstrumented()).fuzz;
  if (values.replay ?? values.minimize) return again(program, positionals, values);
  if (values.keep) return keepAll(program, positionals.length > 0 ? positionals : names);
  const bound = { seconds: Number(values.seconds), runs: values.runs && Number(values.runs), jobs: Number(values.jobs) };
  const chosen = positionals.length > 0 ? positionals : names;
  let results;
  do {
    results = await fuzzAll(program, chosen, bound);
    console.log(`${figure(results.reduce((all, { executed }) => all + executed, 0))} executions, ${figure(executedInAll())} with those before`);
  } while (values.until && executedInAll() < Number(values.until) && !results.some(({ failed }) => failed));
  return results.some(({ failed }) => failed) ? 1 : 0;
}

/** Files of the committed corpus for one target, and the most bytes of one. */
const KEPT = { files: 24, bytes: 600 };

export async function keepAll(program, chosen) {
  for (const name of chosen) {
    const [merged, seeds, found] = [inTarget("merged", name), path.join(here, "corpus", name), inTarget("corpus", name)];
    rmSync(merged, { recursive: true, force: true });
    [merged, seeds, found].forEach((folder) => mkdirSync(folder, { recursive: true }));
    const own = readdirSync(seeds).filter((file) => !file.startsWith("found-"));
    readdirSync(seeds).filter((file) => file.startsWith("found-")).forEach((file) => renameSync(path.join(seeds, file), path.join(found, file)));
    await run(program, ["-merge=1", "-timeout=10", merged, seeds, found], { env: { ...process.env, EDGEGATE_TARGET: name } });
    const size = (file) => statSync(path.join(merged, file)).size;
    const known = new Set(own.map((file) => readFileSync(path.join(seeds, file), "latin1")));
    const kept = readdirSync(merged).filter((file) => size(file) <= KEPT.bytes && !known.has(readFileSync(path.join(merged, file), "latin1")));
    kept.sort((one, other) => size(one) - size(other));
    // Some small, some large: what is reached last is seldom reached by the shortest.
    const every = Math.max(1, Math.floor(kept.length / KEPT.files));
    const chosenFiles = kept.filter((_, at) => at % every === 0).slice(0, KEPT.files);
    chosenFiles.forEach((file, at) => copyFileSync(path.join(merged, file), path.join(seeds, `found-${String(at).padStart(2, "0")}`)));
    console.log(`  ${name}: ${chosenFiles.length} of ${kept.length}`);
  }
}

async function again(program, [name, more], { replay, minimize }) {
  if (name === undefined || more !== undefined) throw new Failure("name the one target that the input is for");
  const smaller = ["-minimize_crash=1", "-max_total_time=60", `-exact_artifact_path=${path.join(here, "artifacts", `${name}-smaller`)}`];
  const { code } = await run(program, [...(minimize ? smaller : []), replay ?? minimize], { env: { ...process.env, EDGEGATE_TARGET: name }, inherit: true });
  return code === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(start);
