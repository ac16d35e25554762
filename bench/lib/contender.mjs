// A contender of contenders.mjs, brought to life: its Worker and an origin behind it, in one workerd of its own.

import { fileURLToPath } from "node:url";
import path from "node:path";
import { gatewayWorker } from "./gateway.mjs";
import { startWorkerd } from "./workerd.mjs";
import { LINK_KEY } from "../request.mjs";

export { Skip } from "./gateway.mjs";

const WORKERS = fileURLToPath(new URL("../workers", import.meta.url));
const COMPATIBILITY_DATE = "2026-11-01";

export async function startContender(contender) {
  const running = await startWorkerd([await workerOf(contender), originWorker()]);
  const { request } = contender;
  return { ...contender, ...running, request: typeof request === "function" ? await request(running.port) : request };
}

// The same with an origin outside of workerd, at an address of its own.
export async function startBeforeOrigin(contender, port) {
  const worker = await workerOf(contender);
  const serviceBindings = { ...worker.serviceBindings, ORIGIN: { external: { address: `127.0.0.1:${port}`, http: {} } } };
  return { ...contender, ...(await startWorkerd([{ ...worker, serviceBindings }])) };
}

function workerOf({ worker, policy, bindings }) {
  return worker === "edgegate" ? gatewayWorker(policy) : writtenByHand(worker, bindings);
}

function writtenByHand(file, bindings) {
  return {
    name: "contender",
    ...moduleFile(file),
    compatibilityDate: COMPATIBILITY_DATE,
    bindings: { LINK_KEY, ...bindings },
    serviceBindings: { ORIGIN: "origin" },
  };
}

function originWorker() {
  return { name: "origin", ...moduleFile("origin.js"), compatibilityDate: COMPATIBILITY_DATE };
}

function moduleFile(file) {
  return { modules: [{ type: "ESModule", path: path.join(WORKERS, file) }], modulesRoot: WORKERS };
}
