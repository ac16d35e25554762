// `npm run bench -- costs`: what the core spends on one request of each kind, counted, so that every run gives the same.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { buildInstrumented, missing } from "../fuzz/build.mjs";
import { writeMarked } from "../scripts/lib/marked.mjs";
import { inRoot } from "../scripts/lib/paths.mjs";
import { Failure, main } from "../scripts/lib/run.mjs";
import { measure } from "./linear.mjs";

const help = `npm run bench -- costs [OPTIONS]   or node bench/costs.mjs [OPTIONS]

Sends one ordinary request of each kind through the core, natively and with the stores in memory, and counts the comparisons that
it executes, how often it allocates, and how many bytes. The counts do not depend on the machine, only on the compiler's version.

It fails where a count is more than 5 % above that of fixtures/costs.json, as npm test does.

  --write     writes the counts into fixtures/costs.json and docs/performance.md
  --help      this text`;

const FIXTURE = "fixtures/costs.json";
const COUNTS = ["comparisons", "allocations", "allocated"];
const MAY_BE_MORE = 1.05;

/** What the program counted; as lines, each request that came to something else, and each count that is too high. */
export async function costs(program) {
  const recorded = cases();
  const counted = await measure(program, ["--requests"]);
  const other = counted.flatMap((one, at) => (one.told === recorded[at].told ? [] : [`${one.name}: it came to ${one.told}, not to ${recorded[at].told}`]));
  const dearer = counted.flatMap((one, at) => COUNTS.filter((what) => !(one[what] <= recorded[at][what] * MAY_BE_MORE))
    .map((what) => `${one.name}: ${one[what]} ${what}, ${recorded[at][what]} recorded (node bench/costs.mjs --write records anew)`));
  return { counted, other, found: [...other, ...dearer] };
}

const cases = () => JSON.parse(readFileSync(inRoot(FIXTURE), "utf8"));

function table(counted) {
  const lines = counted.map(({ name, told, comparisons, allocations, allocated }) =>
    `| ${name}${told === "ok" ? "" : `, refused: \`${told}\``} | ${[comparisons, allocations, allocated].map((count) => count.toLocaleString("en")).join(" | ")} |`);
  return ["| request | comparisons | allocations | bytes allocated |", "|---|---|---|---|", ...lines].join("\n");
}

function record(counted) {
  const rows = cases().map((one, at) => JSON.stringify({ ...one, ...Object.fromEntries(COUNTS.map((what) => [what, counted[at][what]])) }));
  writeFileSync(inRoot(FIXTURE), `[\n${rows.map((row) => `  ${row}`).join(",\n")}\n]\n`);
  writeMarked("docs/performance.md", "npm run bench -- costs --write", table(counted));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async (args) => {
    const { values } = parseArgs({ args, options: { write: { type: "boolean" }, help: { type: "boolean" } } });
    if (values.help) return void console.log(help);
    const lacks = missing(process.env);
    if (lacks) throw new Failure(lacks);
    const { counted, other, found } = await costs((await buildInstrumented(process.env)).work);
    console.log(table(counted));
    if (values.write && other.length === 0) return record(counted);
    for (const line of found) console.error(`  !! ${line}`);
    return found.length > 0 ? 1 : 0;
  });
}
