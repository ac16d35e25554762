// `npm run bench -- cold`: what the first request costs.

import { parseArgs } from "node:util";
import { threadMicroseconds } from "../scripts/lib/process.mjs";
import { startAlone } from "./lib/alone.mjs";
import { sendOne } from "./lib/client.mjs";
import { ends } from "./lib/harness.mjs";
import { progress } from "./lib/progress.mjs";
import { align, median } from "./lib/report.mjs";
import { Skip, workerOf } from "./lib/workers.mjs";
import { CONTENDERS } from "./request.mjs";

const USAGE = `npm run bench -- cold [OPTIONS]   or, with the demo built, node bench/cold.mjs [OPTIONS]

Each Worker is started anew in a workerd of its own, a few times over, and the first answer is timed: reading secrets, importing
keys, code that runs for the first time. The second answer tells what of it was the start. Then the same where another isolate was
made in between: V8 then drops the code that it compiled when the Worker started. The CPU time is what the threads of the process
spent until the first answer, workerd's own start included; the bare Worker shows how much of it is workerd's. (On the platform
compiled code may be kept.)

  --rounds N   starts of each Worker (11)
  --help       this text
`;

// Rows of the bench `request` whose first request needs no token that an earlier one minted, without variants of the job by hand.
const ROWS = CONTENDERS.filter(({ request, name }) => typeof request !== "function" && !name.startsWith("by hand"));

async function main() {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "11" }, help: { type: "boolean" } } });
  if (values.help) return void process.stdout.write(USAGE);
  if (process.platform !== "linux") throw new Skip("needs Linux: CPU time is read from /proc");
  const rows = ROWS.map((row) => ({ ...row, worker: workerOf(row) }));
  const results = new Map(rows.map(({ name }) => [name, []]));
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const { worker, ...row } of rows) {
      progress(`round ${round} of ${values.rounds}: ${row.name}`);
      const { first, second, cpu } = await firstAnswers(row, worker, { another: false });
      const dropped = await firstAnswers(row, worker, { another: true });
      results.get(row.name).push({ first, second, cpu, dropped: dropped.first });
    }
  }
  progress("");
  const lines = [...results].map(([name, times]) => [
    name,
    ...["first", "second", "cpu", "dropped"].map((which) => median(times.map((one) => one[which])).toFixed(1)),
  ]);
  console.log(align([["contender", "first answer ms", "second answer ms", "CPU ms to first", "first after another isolate ms"], ...lines]).join("\n"));
}

async function firstAnswers({ name, request, status }, worker, how) {
  const running = await startAlone(worker, how);
  try {
    const ask = () => timed({ name, port: running.port, request, status });
    const first = await ask();
    const cpu = threadMicroseconds(running.pid) / 1000;
    return { first, second: await ask(), cpu };
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
