// `npm run bench -- tool`: how long the command-line tool takes to start and to answer, in Node and natively.

import { spawnSync } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";
import { inRoot, node22 } from "../scripts/lib/paths.mjs";
import { tool } from "../scripts/lib/tool.mjs";
import { assemblePackage } from "../scripts/pack.mjs";
import { setup } from "../scripts/setup.mjs";
import { ends } from "./lib/harness.mjs";
import { align, median } from "./lib/report.mjs";

const USAGE = `npm run bench -- tool [OPTIONS]

Milliseconds from the start of the command-line tool to its end, in a process of its own: as the npm package has it, in Node, and
as a native program (not optimised, as cargo builds it here). An empty script of Node's says how much of it is Node.

  --rounds N   starts of each (25)
  --help       this text
`;

/** Goal for the smallest command in the package. */
const GOAL = 150;

async function main() {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "25" }, help: { type: "boolean" } } });
  if (values.help) return void process.stdout.write(USAGE);
  const packed = path.join(await assemblePackage(await setup()), "bin/edgegate.mjs");
  const contenders = [
    ["Node, an empty script", node22, ["--eval", ""]],
    ["npx's edgegate --version", node22, [packed, "--version"]],
    ["npx's edgegate check", node22, [packed, "check", inRoot("demo/edgegate.toml")]],
    ["native edgegate --version", tool(), ["--version"]],
    ["native edgegate check", tool(), ["check", inRoot("demo/edgegate.toml")]],
  ];
  const times = new Map(contenders.map(([name]) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, program, args] of contenders) times.get(name).push(timed(program, args));
  }
  const rows = [...times].map(([name, all]) => [name, median(all).toFixed(0), `${Math.min(...all).toFixed(0)}-${Math.max(...all).toFixed(0)}`]);
  console.log(align([["", "ms", "lowest-highest"], ...rows]).join("\n"));
  const smallest = median(times.get("npx's edgegate --version"));
  console.log(`\nnpx's edgegate --version, goal at most ${GOAL} ms: ${smallest.toFixed(0)}, ${smallest <= GOAL ? "met" : "MISSED"}`);
}

function timed(program, args) {
  const begun = performance.now();
  const { status, stderr } = spawnSync(program, args, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
  return performance.now() - begun;
}

ends("tool", main);
