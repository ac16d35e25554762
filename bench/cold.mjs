// `npm run bench -- cold`: what the first request costs.

import { parseArgs } from "node:util";
import { cpuMicroseconds } from "../scripts/lib/process.mjs";
import { sendOne } from "./lib/client.mjs";
import { ends } from "./lib/harness.mjs";
import { progress } from "./lib/progress.mjs";
import { align, median } from "./lib/report.mjs";
import { Skip } from "./lib/workers.mjs";
import { CONTENDERS, startContender } from "./request.mjs";

const USAGE = `npm run bench -- cold [OPTIONS]   or, with the demo built, node bench/cold.mjs [OPTIONS]

Each Worker is started anew in a workerd of its own, a few times over, and the first answer is timed: instantiating, reading the
policy, importing keys. The second answer tells what of it was the start. The CPU time is all that the process spent until
the first answer, workerd's own start and the compiling included; the bare Worker shows how much of it is workerd's. (On the
platform compiled code may be kept.)

  --rounds N   starts of each Worker (5)
  --help       this text
`;

async function main() {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" }, help: { type: "boolean" } } });
  if (values.help) return void process.stdout.write(USAGE);
  const results = new Map();
  const skipped = [];
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const contender of CONTENDERS.filter((one) => !skipped.includes(one))) {
      progress(`round ${round} of ${values.rounds}: ${contender.name}`);
      try {
        const times = results.get(contender.name) ?? [];
        times.push(await firstAnswers(contender));
        results.set(contender.name, times);
      } catch (error) {
        if (!(error instanceof Skip)) throw error;
        skipped.push(contender);
        console.error(`${contender.name}: skipped, ${error.message}`);
      }
    }
  }
  progress("");
  const rows = [...results].map(([name, times]) => [
    name,
    ...["first", "second", "cpu"].map((which) => median(times.map((one) => one[which])).toFixed(1)),
  ]);
  console.log(align([["contender", "first answer ms", "second answer ms", "CPU ms to first"], ...rows]).join("\n"));
}

async function firstAnswers(contender) {
  const running = await startContender(contender);
  try {
    const first = await timed(running);
    const cpu = cpuMicroseconds(running.pid) / 1000;
    return { first, second: await timed(running), cpu };
  } finally {
    await running.stop();
  }
}

async function timed({ name, port, request, status = 200 }) {
  const begun = performance.now();
  const answer = await sendOne(port, request);
  if (answer.status !== status) throw new Error(`${name} answered ${answer.status}: ${answer.body.slice(0, 300)}`);
  return performance.now() - begun;
}

ends("cold", main);
