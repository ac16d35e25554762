// The gate's real build in workerd, nothing of it watched or replaced: one for each origin, all in one process, with KV
// in common so that a credential opens each of them.
import { gatewayWorker } from "../../../scripts/lib/demo-workers.mjs";
import { startWorkerd } from "../../../scripts/lib/workerd.mjs";
import { policyFor } from "./routes.mjs";

/** Secrets of this suite alone: the demo's are published, and work on loopback only. */
export const secrets = Object.fromEntries(
  ["EDGEGATE_LINK_KEY", "CONVIO_API_SECRET_KEY", "EDGEGATE_SEAL_KEY", "EDGEGATE_ADMIN_KEY"].map((name) => [name, `origins-${name.toLowerCase()}-0123456789abcdef`]),
);

/** `origins`: name to address. Answers with the ports by name, and how to stop. */
export async function startGates(origins) {
  const workers = Object.entries(origins).map(([name, address]) =>
    gatewayWorker({ name, policy: policyFor(address), vars: secrets, kv: "origins", limit: 1000, services: {} }));
  const { port, stop } = await startWorkerd(workers, { log: (line) => process.env.ORIGINS_VERBOSE && console.error(line) });
  return { ports: Object.fromEntries(Object.keys(origins).map((name) => [name, port(name)])), stop };
}
