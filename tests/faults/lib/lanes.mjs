// Lanes: gates in isolates of their own, each with its own stores, so that what fails in one concerns one credential alone,
// and many cells that mostly wait can do so at once.

import { startGateway } from "../../e2e/lib/gateway.mjs";
import { secrets as brokerSecrets } from "../../e2e/lib/broker.mjs";
import { keyFor } from "../../e2e/lib/issuer.mjs";
import { signIn } from "../../e2e/lib/oauth.mjs";
import { IDP_SECRET, policyFor, startIdp } from "./policy.mjs";

/** Starts so many lanes: { lanes, gateway, stop }. */
export async function startLanes(count) {
  const idp = await startIdp();
  const gate = { policy: policyFor(idp), secrets: { ...brokerSecrets, IDP_SECRET } };
  const gateway = await startGateway(Object.fromEntries(Array.from({ length: count }, (_, at) => [`lane-${at}`, gate])));
  const lanes = await Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const own = gateway[`lane-${at}`];
      return { gate: own, idp, cookie: await signIn(own), key: await keyFor("ES256") };
    }),
  );
  return { lanes, gateway, stop: () => (idp.stop(), gateway.stop()) };
}

/** Gives each piece of work to the next lane that is free. */
export async function inLanes(lanes, pieces, work) {
  const queue = [...pieces];
  await Promise.all(
    lanes.map(async (lane) => {
      for (let piece; (piece = queue.shift()); ) await work(lane, piece);
    }),
  );
}
