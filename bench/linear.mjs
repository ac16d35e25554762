// `node bench/linear.mjs`: whether every reader takes time in proportion to what it reads, and what a stranger's request costs.
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { buildInstrumented, buildPlain, missing } from "../fuzz/build.mjs";
import { writeMarked } from "../scripts/lib/marked.mjs";
import { Failure, main, must } from "../scripts/lib/run.mjs";

const help = `npm run bench -- linear [KIND...] [OPTIONS]   or node bench/linear.mjs [KIND...] [OPTIONS]

Doubles every kind of input (URL, query, header, cookie, form, multipart, page, document, JWT, JWKS, policy) up to its
limit, in ordinary and in hostile alphabets. Two measures: the comparisons that the core executes and the bytes that it
allocates, counted by the compiler's instruments and the same in every run; and CPU time, natively, the least of nine runs.

It fails where doubling costs more than ${most()} times, or a request that anybody can send more than ${budget()} ms of CPU.

  --exact     counts only, without a clock: what npm test runs
  --worker    the dearest requests in workerd too, on the demo's build (npm run build -- --demo)
  --json      every figure as JSON
  --write     writes the table of docs/performance.md
  --help      this text`;

/** Doubling may cost so many times as much. */
function most() {
  return 2.5;
}

/** Milliseconds of CPU for a request of a stranger, within the default limits. */
function budget() {
  return 20;
}

// Below these a doubling is lost in what every input costs.
const FLOOR = { comparisons: 20_000, allocated: 100_000, ns: 200_000 };

/** What the program measured. */
export async function measure(program, args = []) {
  const { stdout } = await must(program, args);
  return stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

/**
 * Doublings that cost too much, each as a line. Time is looked at over two doublings: where an input outgrows a cache of the
 * processor, one of them costs more.
 */
export function steep(cases, measures) {
  const found = [];
  for (const { kind, alphabet, sizes } of cases) {
    for (const [at, now] of sizes.entries()) {
      for (const one of measures.filter((one) => now[one] > FLOOR[one])) {
        const doublings = one === "ns" ? 2 : 1;
        const before = sizes[at - doublings];
        if (before === undefined) continue;
        const times = (now[one] / Math.max(before[one], FLOOR[one] / most())) ** (1 / doublings);
        if (times > most()) found.push(`${kind}, ${alphabet}: ${one} ${before[one]} at ${before.bytes} bytes, ${now[one]} at ${now.bytes} (${times.toFixed(1)} times each)`);
      }
    }
  }
  return found;
}

/** Requests of strangers that cost too much. */
export function dear(cases) {
  const spent = ({ sizes }) => Math.max(...sizes.map(({ ns }) => ns)) / 1e6;
  return cases.filter((one) => one.anonymous && spent(one) > budget()).map((one) => `${one.kind}, ${one.alphabet}: ${spent(one).toFixed(1)} ms`);
}

/** The exact half: what npm test asks. */
export async function exact(program) {
  const cases = await measure(program);
  return { cases, found: steep(cases, ["comparisons", "allocated"]) };
}

function table(cases) {
  const kinds = [...new Set(cases.map(({ kind }) => kind))];
  const last = ({ sizes }) => sizes.at(-1);
  const lines = kinds.map((kind) => {
    const own = cases.filter((one) => one.kind === kind);
    const dearest = own.reduce((one, other) => (last(one).ns >= last(other).ns ? one : other));
    const steepest = Math.max(...own.map(({ sizes }) => (sizes.length > 1 ? sizes.at(-1).comparisons / Math.max(1, sizes.at(-2).comparisons) : 0)));
    const strangers = own.filter((one) => one.anonymous).map((one) => last(one).ns / 1e6);
    const anonymous = strangers.length > 0 ? Math.max(...strangers).toFixed(2) : "";
    return `| ${kind} | ${own.length} | ${last(dearest).bytes} | ${steepest.toFixed(2)} | ${(last(dearest).ns / 1e6).toFixed(2)} | ${anonymous} |`;
  });
  return ["| kind | alphabets | bytes of the dearest | last doubling, comparisons | dearest, ms of CPU | the same of strangers' requests |", "|---|---|---|---|---|---|", ...lines].join("\n");
}

async function start(args) {
  const options = { exact: { type: "boolean", default: false }, json: { type: "boolean", default: false }, worker: { type: "boolean", default: false }, write: { type: "boolean", default: false }, help: { type: "boolean", default: false } };
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  if (values.help) return void console.log(help);
  if (values.write && (values.exact || positionals.length > 0)) throw new Failure("--write wants every kind, and the times");
  const lacks = missing();
  if (lacks) throw new Failure(lacks);
  const counted = await measure((await buildInstrumented()).work, positionals);
  const found = steep(counted, ["comparisons", "allocated"]);
  let cases = counted;
  if (!values.exact) {
    const timed = await measure(await buildPlain(), ["--cpu", ...positionals]);
    // The counts of the one and the times of the other, side by side.
    cases = counted.map((one, at) => ({ ...one, sizes: one.sizes.map((size, row) => ({ ...size, ns: timed[at].sizes[row].ns })) }));
    found.push(...steep(cases, ["ns"]), ...dear(cases));
    console.log(values.json ? JSON.stringify(cases) : table(cases));
    if (values.write) writeMarked("docs/performance.md", "npm run bench -- linear --write", table(cases));
  }
  if (values.worker) {
    const { inWorkerd } = await import("./lib/linear-worker.mjs");
    for (const { name, status, ms } of await inWorkerd()) {
      console.log(`  ${ms.toFixed(2).padStart(8)} ms  ${status}  ${name}`);
      if (ms > budget()) found.push(`in workerd, ${name}: ${ms.toFixed(1)} ms`);
    }
  }
  console.log(`${cases.length} inputs: ${found.length === 0 ? "none costs more than in proportion" : `${found.length} cost too much`}`);
  for (const line of found) console.log(`  !! ${line}`);
  return found.length > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(start);
