// The Workers that a bench measures, and how they are started: each in a workerd of its own, whose CPU time, memory and log
// can be told from all others'.

import path from "node:path";
import { fileURLToPath } from "node:url";
import { gatewayWorker, missingBuild, policyText, secrets } from "../../scripts/lib/demo-workers.mjs";
import { startWorkerd } from "../../scripts/lib/workerd.mjs";
import { LINK_KEY } from "./requests.mjs";

const FOLDER = fileURLToPath(new URL("../workers", import.meta.url));

// Thrown where something cannot run here or with this build; what else is measured still can.
export class Skip extends Error {}

// The first Worker is the one that is asked, on a socket that leads straight into it. If it has `inspector`, V8's inspector is on,
// and its address is in the result.
export async function start({ inspector, ...asked }, ...others) {
  if (process.platform !== "linux") throw new Error("needs Linux: CPU time and memory are read from /proc");
  let logLines = 0;
  let lastLine = "";
  const log = (line) => {
    logLines++;
    lastLine = line;
  };
  const { pid, port, stop, inspector: address } = await startWorkerd([asked, ...others], { log, inspector });
  if (pid === undefined) throw new Error("no workerd process was started");
  return { pid, port: port(asked.name), inspector: address, logLines: () => logLines, lastLine: () => lastLine, stop };
}

// The built gateway as the demo runs it, before an origin of the bench. `policy`: the demo's as text -> the one to use, which
// is handed over at run time; without it the gateway uses what it was built with. `folder`: another build than the demo's.
export function gateway({ policy, vars, services, folder } = {}) {
  const missing = missingBuild();
  if (missing.length > 0) throw new Skip(`${missing.join(" and ")} not there yet: run \`npm run build -- --demo\``);
  return gatewayWorker({
    name: "edgegate",
    policy: policy?.(policyText()),
    folder,
    vars: { ...secrets, ...vars },
    services: { ORIGIN: "origin", ...services },
  });
}

// For policies: a change that finds nothing to change would measure the wrong thing in silence.
export function replaceOnce(text, pattern, replacement) {
  if (!pattern.test(text)) throw new Error(`the demo's policy has nothing that matches ${pattern}`);
  return text.replace(pattern, replacement);
}

// "edgegate", or a Worker written by hand: a file of workers/. Modules that are listed and not imported are not run.
export function workerOf({ worker, policy, bindings, folder }) {
  if (worker === "edgegate") return gateway({ policy, folder });
  return {
    ...plain("contender", worker, "owed-to-origin.js"),
    bindings: { LINK_KEY, ...bindings },
    serviceBindings: { ORIGIN: "origin" },
  };
}

// A contender before an origin that is no Worker of its process, but listens on that port.
export function startBefore(port, contender) {
  const worker = workerOf(contender);
  const ORIGIN = { external: { address: `127.0.0.1:${port}`, http: {} } };
  return start({ ...worker, serviceBindings: { ...worker.serviceBindings, ORIGIN } });
}

// Files of workers/ as they are. The first is the entry.
export function plain(name, ...files) {
  const modules = files.map((file) => ({ type: "ESModule", path: path.join(FOLDER, file) }));
  return { name, modules, modulesRoot: FOLDER };
}

// One file of workers/ with its npm packages, as wrangler would deploy it. It is never written to disk.
export async function bundled(name, file, bindings = {}) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [path.join(FOLDER, file)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    logLevel: "error",
  });
  const modules = [{ type: "ESModule", path: path.join(FOLDER, file), contents: outputFiles[0].text }];
  return { name, modules, modulesRoot: FOLDER, bindings };
}
