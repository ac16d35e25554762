// `npm run bench -- objects`: an object of 10 MB out of a bucket, through the gateway and by a Worker that does nothing else. Both
// have the same R2 in their process, the emulator's, whose work is in both figures. The rows, as data:
//
//   name    what the table prints; `--only TEXT` picks rows by it
//   worker  what makes the Worker
//   role    "floor", "gateway": the rows that the goal is about

import { BUCKET, gatewayWorker, missingBuild, originWorker } from "../scripts/lib/demo-workers.mjs";
import { cpuMicroseconds } from "../scripts/lib/process.mjs";
import { runAlone } from "./lib/harness.mjs";
import { fetchPage } from "./lib/page-client.mjs";
import { Skip, plain, start } from "./lib/workers.mjs";

// Edgegate may cost at most this much of what the object costs by hand.
const GOAL = 1.1;
const OBJECT = { path: "/bucket/ten-megabytes.bin", size: 10 * 1024 * 1024 };

const CONTENDERS = [
  { name: "bucket by hand (JS)", role: "floor", worker: byHand },
  { name: "Edgegate", role: "gateway", worker: gateway },
];

export const bench = {
  name: "objects",
  about: `An object of 10 MB out of a bucket: CPU microseconds of the workerd process per object, Edgegate next to a Worker that does
nothing but send it.`,
  notes: `The bucket is the emulator's, which runs in the contender's process: its work is in both figures.`,
  only: "only the contenders whose name contains TEXT",
  sizes: {
    rounds: { usual: 9, quick: 3, says: "rounds" },
    requests: { usual: 40, quick: 12, says: "objects per contender and round" },
    warmup: { usual: 20, quick: 8, says: "objects before the first round" },
    connections: { usual: 4, says: "objects at a time" },
  },
  unit: "object",
  turn: 8,
  tables: ({ only }) => [{ name: "10 MB", contenders: CONTENDERS.filter(({ name }) => name.includes(only)) }],
  start: startContender,
  check,
  spend,
  columns: [{ key: "ratio_to_floor", head: "x by hand", digits: 2, of: (one, { ratio, role }) => ratio(one, role("floor")) }],
  goals: ({ ratio, role }) => [{ name: "Edgegate / by hand, an object of 10 MB", at_most: GOAL, measured: ratio(role("gateway"), role("floor")) }],
};

function byHand() {
  return { ...plain("contender", "bucket.js"), serviceBindings: { ORIGIN: "demo-origin" }, r2Buckets: { FILES: BUCKET } };
}

function gateway() {
  const missing = missingBuild();
  if (missing.length > 0) throw new Skip(`${missing.join(" and ")} not there yet: run \`npm run build -- --demo\``);
  return gatewayWorker({ name: "edgegate" });
}

async function startContender(contender) {
  const running = await start(contender.worker(), originWorker());
  await (await fetch(`http://127.0.0.1:${running.port}/`)).text(); // the site fills the bucket
  return { ...contender, ...running };
}

async function check({ name, port }) {
  const answer = await fetch(`http://127.0.0.1:${port}${OBJECT.path}`);
  const { byteLength } = await answer.arrayBuffer();
  if (answer.status !== 200 || byteLength !== OBJECT.size || !answer.headers.has("etag")) throw new Error(`${name} answered ${answer.status} with ${byteLength} bytes`);
}

async function spend({ name, pid, port }, count, connections) {
  const before = cpuMicroseconds(pid);
  let left = count;
  const one = async () => {
    while (left-- > 0) {
      const { status, length } = await fetchPage(port, OBJECT.path, {}, () => {});
      if (status !== 200 || length !== OBJECT.size) throw new Error(`${name} answered ${status} with ${length} bytes`);
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  return cpuMicroseconds(pid) - before;
}

runAlone(bench, import.meta.url);
