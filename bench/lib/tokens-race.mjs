// The race of tokens.mjs. As in run.mjs, every contender runs in a workerd of its own, they take turns, and the CPU time of the
// process counts.

import { requestBytes, sendMany } from "./client.mjs";
import { Skip } from "./gateway.mjs";
import { progress } from "./progress.mjs";
import { PARTS } from "./tokens-contenders.mjs";
import { manyTokens, newIssuer } from "./tokens-jwt.mjs";
import { preflight } from "./tokens-preflight.mjs";
import { summarise } from "./tokens-report.mjs";
import { startContender, withToken } from "./tokens-start.mjs";
import { cpuMicroseconds } from "./workerd.mjs";

const TURN = 500;

// Clients send a token again and again until it expires: a gate that remembers them is asked about as many as a busy isolate
// sees.
const TOKENS = 100;

// The settings of tokens-arguments.mjs; gives the summary of tokens-report.mjs.
export async function raceOverTokens(options) {
  const results = [];
  for (const part of PARTS.filter(({ name }) => name.includes(options.only))) results.push(await racePart(part, options));
  progress("");
  return summarise({ results, options });
}

async function racePart(part, options) {
  const issuer = part.alg && newIssuer(part.alg);
  const most = Math.max(TOKENS, ...part.contenders.map(({ tokens = 0 }) => tokens));
  const setting = { issuer, jwts: issuer && manyTokens(issuer, most), count: TOKENS };
  const running = [];
  const skipped = [];
  try {
    for (const contender of part.contenders) {
      progress(`${part.name}, starting and checking: ${contender.name}`);
      try {
        running.push(await startContender(contender, setting));
        await preflight(running.at(-1), setting);
      } catch (error) {
        if (!(error instanceof Skip)) throw error;
        skipped.push({ name: contender.name, why: error.message });
      }
    }
    const rounds = await race(part, running.map(sender), options);
    return { ...part, rounds, skipped };
  } finally {
    await Promise.all(running.map((one) => one.stop()));
  }
}

async function race({ name }, running, { rounds, requests, warmup, connections }) {
  for (const one of running) {
    progress(`${name}, warming up: ${one.name}`);
    await one.spend(warmup, connections);
  }
  const results = new Map(running.map((one) => [one.name, []]));
  const turns = Math.max(1, Math.round(requests / TURN));
  for (let round = 1; round <= rounds; round++) {
    const totals = new Map(running.map((one) => [one.name, 0]));
    for (let turn = 0; turn < turns; turn++) {
      const share = Math.floor((requests * (turn + 1)) / turns) - Math.floor((requests * turn) / turns);
      for (let index = 0; index < running.length; index++) {
        // Another one begins each turn, so that none always follows the same neighbour.
        const one = running[(index + turn) % running.length];
        totals.set(one.name, totals.get(one.name) + (await one.spend(share, connections)) / requests);
      }
    }
    for (const [one, cpu] of totals) results.get(one).push(cpu);
    const shown = [...totals].map(([one, cpu]) => `${one} ${cpu.toFixed(0)} µs`).join(", ");
    progress(`${name}, round ${round} of ${rounds}: ${shown}`);
  }
  for (const one of running) await one.logged();
  return results;
}

// Sends a contender its tokens in turn, and knows what that cost and what must be in the log.
function sender({ name, port, pid, tokens, logs, logLines }) {
  const bytes = requestBytes(withToken(tokens[0]));
  const place = bytes.indexOf(tokens[0], 0, "latin1");
  const before = logLines();
  let sent = 0;
  let next = 0;

  async function spend(count, connections) {
    const begun = cpuMicroseconds(pid);
    await sendMany(port, bytes, count, connections, ({ status, body }) => {
      // The origin's own word: a 200 from anywhere else would be a faster and a different job.
      if (status !== 200 || body !== "ok") throw new Error(`${name} answered ${status}: ${body.slice(0, 300)}`);
      // Before the next request is sent, these bytes become it: all the tokens have one length.
      next = (next + 1) % tokens.length;
      bytes.write(tokens[next], place, "latin1");
    });
    sent += count;
    return cpuMicroseconds(pid) - begun;
  }

  // The lines come through a pipe, a moment later.
  async function logged() {
    for (let waited = 0; logs && logLines() - before < sent; waited += 20) {
      if (waited > 5000) throw new Error(`${name} logged ${logLines() - before} lines where ${sent} were due`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  return { name, spend, logged };
}
