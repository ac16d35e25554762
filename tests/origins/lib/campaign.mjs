// A run: cases by number, each to its origin through its gate, and what differed.
import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "./connection.mjs";
import { mint } from "./credentials.mjs";
import { startGates } from "./gates.mjs";
import { generate, serialized } from "./generate.mjs";
import { differences, failure } from "./oracle.mjs";
import { origins, startOrigin, understanding } from "./origins.mjs";

const CONNECTIONS = 8; // to each gate

/** Starts every origin that this machine has. `names`: only these. Answers with { run, one, skipped, stop }. */
export async function startCampaign({ names = origins.map(({ name }) => name) } = {}) {
  const chosen = origins.filter(({ name }) => names.includes(name));
  const skipped = chosen.flatMap((origin) => (origin.missing() ? [{ name: origin.name, why: origin.missing() }] : []));
  const there = chosen.filter((origin) => !origin.missing());
  const started = [];
  let gates;
  const stop = async () => {
    await gates?.stop();
    for (const { stop: end } of started) end();
  };
  try {
    for (const origin of there) started.push(await startOrigin(origin));
    gates = await startGates(Object.fromEntries(started.map(({ origin, url }) => [origin.name, url])));
    const credentials = await mint(Object.values(gates.ports)[0]);
    return { skipped, stop, run: (options) => runAll(started, gates.ports, credentials, options), one: (seed, number) => runOne(started, gates.ports, credentials, seed, number) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * `requests` in all, shared between the origins. Answers with { name: { requests, served, statuses, found: Map } }, where
 * found has for each sort of difference how often, and the first case of it. `progress(done)` is called every few seconds.
 */
async function runAll(started, ports, credentials, { seed, requests, progress }) {
  const results = {};
  let done = 0;
  const timer = progress && setInterval(() => progress(done, results), 5000);
  try {
    await Promise.all(started.map(async (at) => {
      const count = (results[at.origin.name] = { requests: 0, served: 0, statuses: {}, found: new Map() });
      let next = positionOf(at.origin);
      const last = Math.floor(requests / started.length) * origins.length;
      const worker = async () => {
        const connection = new Connection(ports[at.origin.name]);
        while (next < last) {
          const number = next;
          next += origins.length;
          note(count, number, await ask(at, connection, generate(seed, number, credentials)));
          done++;
        }
        connection.close();
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, worker));
    }));
  } finally {
    clearInterval(timer);
  }
  return results;
}

/** One case again: { origin, sent, request, answer, seen, found }. */
async function runOne(started, ports, credentials, seed, number) {
  const origin = origins[number % origins.length];
  const at = started.find((one) => one.origin === origin);
  if (!at) throw new Error(`case ${number} is for ${origin.name}, which is not here`);
  const sent = generate(seed, number, credentials);
  const connection = new Connection(ports[origin.name]);
  try {
    return { origin: origin.name, sent, request: serialized(sent).toString("latin1"), ...(await ask(at, connection, sent)) };
  } finally {
    connection.close();
  }
}

/** The number of a case says which origin it is for. */
const positionOf = (origin) => origins.indexOf(origin);

async function ask({ origin, port }, connection, sent) {
  const bytes = serialized(sent);
  const answer = await connection.send(bytes, sent.method === "HEAD").catch(async (error) => {
    await sleep(50);
    return connection.send(bytes, sent.method === "HEAD").catch(() => ({ status: 0, headers: new Map(), cookies: [], body: String(error) }));
  });
  const seen = understanding(origin, answer);
  const found = seen ? differences(sent, seen, `127.0.0.1:${port}`) : failure(answer);
  return { answer, seen, found };
}

function note(count, number, { answer, seen, found }) {
  count.requests++;
  count.statuses[answer.status] = (count.statuses[answer.status] ?? 0) + 1;
  if (seen) count.served++;
  for (const { kind, what } of found) {
    const sort = `${kind}: ${what.replaceAll(/forged-\w+/g, "FORGED")}`;
    const known = count.found.get(sort);
    if (known) known.times++;
    else if (count.found.size < 2000) count.found.set(sort, { kind, what, times: 1, number });
  }
}
