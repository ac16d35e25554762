// The race of tags.mjs. As in run.mjs, every contender runs in a workerd of its own, they take turns, and the CPU time of the
// process counts.

import { requestBytes } from "./client.mjs";
import { startBeforeOrigin, startOriginWorker } from "./contender.mjs";
import { fetchMany } from "./page-client.mjs";
import { progress } from "./progress.mjs";
import { CONTENDERS } from "./tags-contenders.mjs";
import { measureMemory } from "./tags-memory.mjs";
import { preflight, visit } from "./tags-preflight.mjs";
import { summarise } from "./tags-report.mjs";
import { cpuMicroseconds } from "./workerd.mjs";
import { page } from "../workers/html-page.js";
import { HOST } from "../request.mjs";

const SIZE = 1_000_000;
const PAGES = [
  { name: "1 MB with 40 tags", tags: 40 },
  { name: "1 MB without tags", tags: 0 },
];
const TURN = 25;

// The settings of tags-arguments.mjs; gives the summary of tags-report.mjs.
export async function raceOverTags(options) {
  const origin = await startOriginWorker("html-origin.js", "html-page.js");
  const running = [];
  try {
    const visitor = await startAll(running, origin.port, options);
    const results = [];
    for (const { name, tags } of PAGES) {
      const original = Buffer.from(page(SIZE, tags));
      const target = `/site/Page?size=${SIZE}&tags=${tags}&chunk=${options.chunk}`;
      progress(`${name}, checking`);
      await preflight(running, target, visitor, original, tags);
      results.push({ name, rounds: await race(running, { name, target, visitor, size: original.length }, options) });
    }
    const memory = options.memory > 0 ? await measureMemory(options.memory) : undefined;
    return summarise({ contenders: running, results, memory, options });
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

  for (const one of CONTENDERS.filter((one) => one !== gateway && one.name.includes(only))) {
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
  const shareOf = ({ share = 1 }, count) => Math.max(1, Math.round(count * share));

  for (const one of running) {
    progress(`${name}, warming up: ${one.name}`);
    await spend(one, shareOf(one, warmup));
  }
  const results = new Map(running.map((one) => [one.name, []]));
  const turns = Math.max(1, Math.round(requests / TURN));
  for (let round = 1; round <= rounds; round++) {
    const totals = new Map(running.map((one) => [one.name, 0]));
    for (let turn = 0; turn < turns; turn++) {
      for (let index = 0; index < running.length; index++) {
        // Another one begins each turn, so that none always follows the same neighbour.
        const one = running[(index + turn) % running.length];
        const count = shareOf(one, requests / turns);
        totals.set(one.name, totals.get(one.name) + (await spend(one, count)) / count / turns);
      }
    }
    for (const [one, cpu] of totals) results.get(one).push(cpu);
    progress(`${name}, round ${round} of ${rounds}: ${[...totals].map(([one, cpu]) => `${one} ${cpu.toFixed(0)} µs`).join(", ")}`);
  }
  return results;
}
