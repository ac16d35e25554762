// One cell of the matrix: a fresh credential of a kind is shown while something fails, then a forged one, and when all is
// well again the first one once more. What happened is observed here and compared elsewhere.

import { setTimeout as sleep } from "node:timers/promises";
import { leave } from "./leaving.mjs";
import { forged } from "./kinds.mjs";

let networks = 0;
/** Each cell's client is a network of its own: guesses are counted. */
const network = () => `10.${(networks >> 16) & 255}.${(networks >> 8) & 255}.${networks++ & 255}`;

/** What the gateway asks for itself is no request that it let through. */
const ITS_OWN = /\/(check-password|find-person|jwks\.json|introspect)$/;

/** { good, bad, again }: what was observed of each; `bad` only where the client stays. */
export async function observe(lane, kind, { set = {}, leaves, settles_ms = 0 }) {
  const got = await kind.get(lane);
  const from = network();
  await lane.gate.lines();
  const good = await under(lane, set, () => show(lane, kind, got, got.request, from, leaves));
  await sleep(settles_ms); // what was late arrives
  const again = await show(lane, kind, got, got.request, from);
  // A network of its own, for what a wrong one is counted as; not where it is to be refused by its network.
  const bad = leaves ? undefined : await under(lane, set, () => show(lane, kind, got, forged(got), from));
  return { good, again, bad };
}

async function under(lane, set, work) {
  await lane.gate.faults(set);
  try {
    return await work();
  } finally {
    await lane.gate.faults();
  }
}

async function show(lane, kind, got, request, from, leaves) {
  const { gate } = lane;
  await gate.take();
  const own = { ...request, headers: { "cf-connecting-ip": request.headers["cf-connecting-ip"] ?? from, ...request.headers } };
  const begun = performance.now();
  const shown = leaves ? await leave(gate.port, own, leaves).then(() => ({ left: true })) : await answerOf(gate, own);
  const ms = performance.now() - begun;
  const lines = await linesOf(gate, leaves);
  const seen = (await gate.take()).forwarded.filter(({ url }) => !ITS_OWN.test(url.split("?")[0])).length;
  const worked = shown.answer !== undefined && kind.worked(shown.answer);
  const held = worked && kind.holds ? await whole(gate, () => kind.holds(lane, got, shown.answer)) : true;
  await gate.lines();
  return { ...shown, ms, lines, seen, worked, held };
}

/** What opens nothing must not be taken for something that a fault of the next request did. */
async function whole(gate, work) {
  await gate.faults();
  return work();
}

async function answerOf(gate, { method, target, headers, body }) {
  try {
    return { answer: await gate.request(method, target, { headers, body }) };
  } catch (error) {
    return { broken: error.message };
  }
}

/** The lines about one request. The last comes a moment after its answer; where a client left, when all that it began is over. */
async function linesOf(gate, leaves) {
  const lines = [];
  const due = performance.now() + (leaves ? 2500 : 1000);
  while (lines.length === 0 && performance.now() < due) {
    lines.push(...(await gate.lines()));
    if (lines.length === 0) await sleep(leaves ? 100 : 20);
  }
  await sleep(leaves ? 300 : 10);
  return [...lines, ...(await gate.lines())];
}
