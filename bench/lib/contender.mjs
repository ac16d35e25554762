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
  const running = await startWorkerd([await workerOf(contender), plainWorker("origin", "origin.js")]);
  const { request } = contender;
  return { ...contender, ...running, request: typeof request === "function" ? await request(running.port) : request };
}

// The same with an origin outside of workerd, at an address of its own.
export async function startBeforeOrigin(contender, port) {
  const worker = await workerOf(contender);
  const serviceBindings = { ...worker.serviceBindings, ORIGIN: { external: { address: `127.0.0.1:${port}`, http: {} } } };
  return { ...contender, ...(await startWorkerd([{ ...worker, serviceBindings }])) };
}

// An origin of these files of workers/, in a workerd of its own, so that nobody's figures hold its share.
export function startOriginWorker(...files) {
  return startWorkerd([plainWorker("origin", ...files)]);
}

function workerOf({ worker, policy, bindings }) {
  return worker === "edgegate" ? gatewayWorker(policy) : writtenByHand(worker, bindings);
}

// Modules that are listed and not imported are not run.
function writtenByHand(file, bindings) {
  return {
    name: "contender",
    ...moduleFiles(file, "owed-to-origin.js"),
    compatibilityDate: COMPATIBILITY_DATE,
    bindings: { LINK_KEY, ...bindings },
    serviceBindings: { ORIGIN: "origin" },
  };
}

// A Worker of these files of workers/. The first is the entry.
export function plainWorker(name, ...files) {
  return { name, ...moduleFiles(...files), compatibilityDate: COMPATIBILITY_DATE };
}

function moduleFiles(...files) {
  const modules = files.map((file) => ({ type: "ESModule", path: path.join(WORKERS, file) }));
  return { modules, modulesRoot: WORKERS };
}
