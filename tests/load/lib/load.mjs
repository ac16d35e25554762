// The run: gates that share their stores, traffic from several sides for so many minutes, and meanwhile a look at memory
// and at how long a request takes beside one that only passes through.

process.env.MINIFLARE_WORKERD_V8_FLAGS ??= "--expose-gc";

import { setTimeout as sleep } from "node:timers/promises";
import { secrets as brokerSecrets } from "../../e2e/lib/broker.mjs";
import { startGateway } from "../../e2e/lib/gateway.mjs";
import { keyFor } from "../../e2e/lib/issuer.mjs";
import { signIn } from "../../e2e/lib/oauth.mjs";
import { link } from "../../e2e/lib/sign.mjs";
import { IDP_SECRET, policyFor, startIdp } from "../../faults/lib/policy.mjs";
import { Book } from "./book.mjs";
import { Memory } from "./memory.mjs";
import { Traffic } from "./traffic.mjs";
import { Wire } from "./wire.mjs";

const SIDES = 24;
const CALM_PROBES = 500;
const bare = "export default { fetch: (request, env) => env.ORIGIN.fetch(request) };";

export async function load({ minutes, rate, seed, progress = () => {} }) {
  const book = new Book();
  const idp = await startIdp();
  const gate = { policy: policyFor(idp, { remembers: true }), secrets: { ...brokerSecrets, IDP_SECRET } };
  const gateway = await startGateway({ a: gate, b: { ...gate, sharing: "a" } }, { log: book.line, beside: { bare } });
  const wires = ["a", "b"].map((name) => new Wire({ name, port: gateway[name].port, note: book.note }));
  const passing = new Wire({ name: "bare", port: gateway.bare.port, note: () => ({ answered: () => {} }) });
  try {
    const lanes = await Promise.all(wires.map(async (own) => ({ gate: own, idp, cookie: await signIn(own), key: await keyFor("ES256") })));
    const memory = new Memory(gateway.pid);
    const traffic = new Traffic({ lanes, book, seed });
    const begun = performance.now();
    const length = minutes * 60_000;
    const settled = begun + length / 2;
    let isStopped = false;
    const isOver = () => isStopped || performance.now() - begun >= length;
    progress(`${minutes} min at up to ${rate} actions a second, seed ${seed}`);
    const [times, calm] = [{ gate: [], bare: [] }, { gate: [], bare: [] }];
    const work = [
      ...Array.from({ length: SIDES }, () => side(traffic, isOver, (1000 * SIDES) / rate)),
      every(3000, isOver, () => memory.look(wires, book.left)),
      every(1000, isOver, async () => {
        for (const own of wires) book.reached(idsOf(await own.take()));
      }),
      every(200, isOver, () => probe(wires[0], passing, times)),
      every(15_000, isOver, async () => progress(`${book.requests} requests, ${book.wrong.length} wrong, ${memory.now} in process and wasm, ${Math.round((performance.now() - begun) / 1000)} s`)),
    ];
    await Promise.all(work).finally(() => (isStopped = true));
    await sleep(3000); // the last lines, of requests that nobody waits for
    for (let at = 0; at < CALM_PROBES; at++) await probe(wires[0], passing, calm);
    for (const own of wires) book.reached(idsOf(await own.take()));
    await sleep(500);
    return { ...book.close(), did: traffic.did, memory: memory.figures(settled), times, calm, seed, minutes };
  } finally {
    for (const own of [...wires, passing]) own.close();
    idp.stop();
    await gateway.stop();
  }
}

/** One of those who send, each at its own pace. */
async function side(traffic, isOver, pace) {
  while (!isOver()) {
    const begun = performance.now();
    await traffic.step();
    await sleep(Math.max(0, pace * (0.5 + Math.random()) - (performance.now() - begun)));
  }
}

async function every(ms, isOver, work) {
  await sleep(ms);
  while (!isOver()) {
    await work();
    await sleep(ms);
  }
}

/** The same request at the gate and past it, one after the other. */
async function probe(gate, passing, times) {
  const target = link("/files/probe");
  const one = async (client, to) => {
    const begun = performance.now();
    await client.get(target);
    to.push(performance.now() - begun);
  };
  await one(passing, times.bare);
  await one(gate, times.gate);
}

/** The requests that were forwarded; the gateway's own questions have no id. */
function idsOf({ forwarded }) {
  return forwarded.flatMap(({ headers }) => headers.filter(([name]) => name === "edgegate-request-id").map(([, id]) => id));
}
