// `node bench/tags.mjs`: what it costs to expand the tags of a page while it streams, next to the runtime's own HTMLRewriter
// doing the same edit; and memory, while a page of 100 MB passes. `--help` says more.
//
// As in run.mjs, every contender runs in a workerd of its own, they take turns, and the CPU time of the process counts.

import { fetchMany } from "./lib/page-client.mjs";
import { parseArguments, USAGE } from "./lib/tags-arguments.mjs";
import { CONTENDERS } from "./lib/tags-contenders.mjs";
import { preflight, visit } from "./lib/tags-preflight.mjs";
import { summarise, toJson, toTable } from "./lib/tags-report.mjs";
import { measureMemory } from "./lib/tags-memory.mjs";
import { Skip, startBeforeOrigin, startOriginWorker } from "./lib/contender.mjs";
import { cpuMicroseconds } from "./lib/workerd.mjs";
import { requestBytes } from "./lib/client.mjs";
import { progress } from "./lib/progress.mjs";
import { page } from "./workers/html-page.js";
import { HOST } from "./request.mjs";

const SIZE = 1_000_000;
const PAGES = [
  { name: "1 MB with 40 tags", tags: 40 },
  { name: "1 MB without tags", tags: 0 },
];
const TURN = 30;

async function main() {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) return void process.stdout.write(USAGE);

  const origin = await startOriginWorker("html-origin.js", "html-page.js");
  const running = [];
  try {
    const visitor = await startAll(running, origin.port, options);
    const results = [];
    for (const { name, tags } of PAGES) {
      const original = Buffer.from(page(SIZE, tags));
      const target = `/site/Page?size=${SIZE}&tags=${tags}&chunk=${options.chunk}`;
      await preflight(running, target, visitor, original, tags);
      results.push({ name, rounds: await race(running, { name, target, visitor, size: original.length }, options) });
    }
    const memory = options.memory > 0 ? await measureMemory(options.memory) : undefined;
    progress("");

    const summary = summarise({ contenders: running, results, memory, options });
    process.stdout.write(options.json ? toJson(summary) : toTable(summary));
    if (options.check && summary.goals.some((goal) => !goal.met)) process.exitCode = 1;
  } finally {
    progress("");
    await Promise.all([...running, origin].map((one) => one.stop()));
  }
}

// Starts the contenders. The gateway is the first, for it says what token the others have to write.
async function startAll(running, originPort, { only }) {
  const gateway = CONTENDERS.find((one) => one.role === "gateway");
  progress(`starting: ${gateway.name}`);
  running.push(await startBeforeOrigin(gateway, originPort));
  const visitor = await visit(running[0].port);

  const others = CONTENDERS.filter((one) => one !== gateway && one.name.includes(only));
  for (const one of others) {
    progress(`starting: ${one.name}`);
    const bindings = { ...one.bindings, TOKEN: visitor.token };
    running.push(await startBeforeOrigin({ ...one, bindings }, originPort));
  }
  running.sort((a, b) => place(a) - place(b));
  return visitor;
}

function place({ name }) {
  return CONTENDERS.findIndex((one) => one.name === name);
}

async function race(running, { name, target, visitor, size }, { rounds, requests, warmup, connections }) {
  const bytes = requestBytes({ method: "GET", target, headers: [["Host", HOST], ["Cookie", visitor.cookie]] });
  const spend = async (one, count) => {
    const before = cpuMicroseconds(one.pid);
    await fetchMany(one.port, bytes, count, connections, size);
    return cpuMicroseconds(one.pid) - before;
  };

  for (const one of running) {
    progress(`${name}, warming up: ${one.name}`);
    await spend(one, warmup);
  }
  const results = new Map(running.map((one) => [one.name, []]));
  for (let round = 1; round <= rounds; round++) {
    const totals = new Map(running.map((one) => [one.name, 0]));
    for (let done = 0, turn = 0; done < requests; done += TURN, turn++) {
      for (let index = 0; index < running.length; index++) {
        // Another one begins each turn, so that none always follows the same neighbour.
        const one = running[(index + turn) % running.length];
        totals.set(one.name, totals.get(one.name) + (await spend(one, Math.min(TURN, requests - done))));
      }
    }
    for (const [one, cpu] of totals) results.get(one).push(cpu / requests);
    const shown = [...totals].map(([one, cpu]) => `${one} ${(cpu / requests).toFixed(0)} µs`).join(", ");
    progress(`${name}, round ${round} of ${rounds}: ${shown}`);
  }
  return results;
}

main().catch((error) => {
  progress("");
  console.error(`tags: ${error instanceof Skip ? "skipped, " : ""}${error.message}`);
  process.exitCode = error instanceof Skip ? 0 : 1;
});
