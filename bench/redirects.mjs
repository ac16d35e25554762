// `node bench/redirects.mjs`: what it costs to sign and to verify a redirect of 2 kB, natively and in wasm, next to the digest
// alone. `--help` says more.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { writeMarked } from "../scripts/lib/marked.mjs";
import { inRoot, locked, npmBin, root, versions } from "../scripts/lib/paths.mjs";
import { must, step } from "../scripts/lib/run.mjs";
import { ensureWasmTarget } from "../scripts/lib/toolchain.mjs";
import { count } from "./lib/arguments.mjs";
import { ends } from "./lib/harness.mjs";
import { progress } from "./lib/progress.mjs";
import { align, machine, markdownTable, median } from "./lib/report.mjs";

const USAGE = `npm run bench -- redirects [OPTIONS]   or node bench/redirects.mjs [OPTIONS]

Microseconds to sign a query of 2 kB, and to verify one, with MD5 and with SHA-1; natively, and in wasm as it is deployed (the
same profile, run by Node, whose engine is workerd's). Beside each the digest of the same text alone. Everything is checked
before it is timed: a good signature holds, a spoiled one does not.

  --quick       fewer rounds: a first look
  --rounds N    rounds, each of everything in turn (15; quick 5)
  --times N     of each in a round (2000)
  --json        the result as JSON on standard output
  --write       writes the table of docs/performance.md
  --help        this text

The first time it compiles a program and a wasm of its own (about 2 min).
`;

const WORKS = ["digest alone", "sign", "verify"];
const DIGESTS = ["MD5", "SHA-1"];
const FEATURES = ["bulk-memory", "mutable-globals", "sign-ext", "nontrapping-float-to-int", "multivalue", "reference-types"].map((name) => `--enable-${name}`);
const target = inRoot("target/bench-redirects");

async function main() {
  const options = { quick: { type: "boolean" }, rounds: { type: "string" }, times: { type: "string" }, json: { type: "boolean" }, write: { type: "boolean" }, help: { type: "boolean" } };
  const { values } = parseArgs({ options });
  if (values.help) return void process.stdout.write(USAGE);
  const rounds = count("rounds", values.rounds, values.quick ? 5 : 15);
  const times = count("times", values.times, 2000);
  const sides = await build();
  const taken = new Map();
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}`);
    for (const [side, measure] of Object.entries(sides)) {
      for (const digest of DIGESTS.keys()) for (const work of WORKS.keys()) {
        const key = `${side} ${digest} ${work}`;
        taken.set(key, [...(taken.get(key) ?? []), measure(work, digest, times)]);
      }
    }
  }
  progress("");
  const rows = Object.keys(sides).flatMap((side) => DIGESTS.map((name, digest) => {
    const [alone, sign, verify] = WORKS.map((_, work) => taken.get(`${side} ${digest} ${work}`));
    return { side, digest: name, ...Object.fromEntries([["alone", alone], ["sign", sign], ["verify", verify]].map(([what, all]) => [what, { median_us: median(all), lowest: Math.min(...all), highest: Math.max(...all), of_the_digest: median(all.map((one, at) => one / alone[at])) }])) };
  }));
  process.stdout.write(values.json ? `${JSON.stringify({ rows, settings: { rounds, times }, machine: machine() }, null, 2)}\n` : `${align(table(rows)).join("\n")}\n\n${words(rounds, times)}\n`);
  if (values.write) writeMarked("docs/performance.md", "npm run bench -- redirects --write", [...markdownTable(table(rows)), "", words(rounds, times)].join("\n"));
}

function table(rows) {
  const cell = ({ median_us, lowest, highest, of_the_digest }, isAlone) => [median_us.toFixed(2), `${lowest.toFixed(2)}-${highest.toFixed(2)}`, ...(isAlone ? [] : [of_the_digest.toFixed(2)])];
  const head = ["", "digest, µs", "range", "sign, µs", "range", "x digest", "verify, µs", "range", "x digest"];
  return [head, ...rows.map((row) => [`${row.side}, ${row.digest}`, ...cell(row.alone, true), ...cell(row.sign), ...cell(row.verify)])];
}

function words(rounds, times) {
  const { cpu, cores, node } = machine();
  return `A query of 2048 bytes; medians of ${rounds} rounds of ${times} each. ${cpu}, ${cores} cores, Node ${node}.`;
}

/** Both sides as functions that answer with microseconds. */
async function build() {
  const toolchain = await ensureWasmTarget();
  const cargo = (env, ...more) => must("cargo", ["build", ...locked, "--release", "--quiet", "--package", "edgegate-bench-redirects", ...more], { env, cwd: root });
  await step("bench: a program that signs and verifies", "1 min the first time, then a second", () => cargo(process.env, "--bin", "redirects"));
  await step("bench: the same in wasm", "1 min the first time, then a second", () => cargo(toolchain.env, "--lib", "--target", versions.wasmTarget));
  mkdirSync(target, { recursive: true });
  const raw = inRoot("target", versions.wasmTarget, "release/edgegate_bench_redirects.wasm");
  const file = path.join(target, "redirects.wasm");
  await must(npmBin("wasm-opt"), [...FEATURES, "-Oz", raw, "-o", file]);
  const program = inRoot("target/release/redirects");
  const run = await load(file);
  return {
    native: (work, digest, times) => Number(execFileSync(program, [work, digest, times])) / 1000,
    wasm: (work, digest, times) => {
      run(work, digest, times >> 2);
      const begun = process.hrtime.bigint();
      run(work, digest, times);
      return Number(process.hrtime.bigint() - begun) / 1000 / times;
    },
  };
}

/** The module asks for the runtime's functions, as the whole gate does; what is measured calls none of them. */
async function load(file) {
  const module = await WebAssembly.compile(readFileSync(file));
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind === "function") (imports[from] ??= {})[name] = () => 0;
  }
  const { exports } = await WebAssembly.instantiate(module, imports);
  // wasm-bindgen's tool would give it its plain name.
  return exports[Object.keys(exports).find((name) => /^run(_[0-9a-f]+)?$/.test(name))];
}

ends("redirects", main);
