// A bundled example in workerd, bound as its own wrangler.toml says; the platform's asset server is before it, if it has files.

import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readToml } from "../../../package/commands/lib/toml.mjs";
import { devVars } from "../../../package/commands/lib/vars.mjs";
import { loopback } from "../../../scripts/lib/demo-workers.mjs";
import { startWorkerd } from "../../../scripts/lib/workerd.mjs";
import { Client } from "../../e2e/lib/client.mjs";
import { modulesOf } from "./example.mjs";

/**
 * Starts Workers, the first of them the one that is asked. Each is { folder, config, out, entry }, and { assets } for what
 * wrangler.toml does not say. Answers with { gate, called, stop }: `called()` are the requests that reached the application since
 * it was last asked, as the example writes them (`TRACE`).
 */
export async function started(...workers) {
  const logs = [];
  const described = workers.map(worker);
  const { port, stop } = await startWorkerd(described, { log: (line) => logs.push(line) });
  const gate = new Client({ name: "gate", port: port(described[0].name), seen: new Set(), decision: () => undefined });
  return {
    gate,
    logs,
    async called() {
      await sleep(50); // lines are on their way
      const lines = logs.filter((line) => line.startsWith(MARK));
      logs.length = 0;
      return lines.map((line) => JSON.parse(line.slice(MARK.length))).map(([url, fields]) => ({ url, fields: Object.fromEntries(fields) }));
    },
    async stop() {
      gate.close();
      await stop();
    },
  };
}

const MARK = "reached the application: ";

/** A statement that writes into the log which request reached the application. */
export const trace = (request) => `console.log(${JSON.stringify(MARK)} + JSON.stringify([${request}.url, [...${request}.headers]]));`;

function worker({ folder, config = "wrangler.toml", out, entry, assets }) {
  const text = readFileSync(path.join(folder, config), "utf8");
  const tree = config.endsWith(".json") ? JSON.parse(text) : readToml(text).tree;
  const secrets = devVars(readFileSync(path.join(folder, ".dev.vars"), "utf8"));
  return {
    name: tree.name,
    modules: modulesOf(out, entry),
    modulesRoot: out,
    compatibilityDate: tree.compatibility_date,
    compatibilityFlags: tree.compatibility_flags ?? [],
    bindings: { ...secrets, EDGEGATE_LOOPBACK: loopback },
    kvNamespaces: Object.fromEntries(tree.kv_namespaces.map(({ binding }) => [binding, "kv"])),
    durableObjects: Object.fromEntries(tree.durable_objects.bindings.map(({ name, class_name: className, script_name: scriptName }) => [name, { className, useSQLite: true, ...(scriptName && { scriptName }) }])),
    ratelimits: Object.fromEntries((tree.ratelimits ?? []).map(({ name, ...limiter }) => [name, limiter])),
    ...served(path.join(folder, path.dirname(config)), assets ?? tree.assets),
  };
}

/** As wrangler tells the platform: without run_worker_first it serves a file itself. */
function served(folder, assets) {
  if (!assets) return {};
  const { directory, binding, run_worker_first = false, html_handling, not_found_handling } = assets;
  return {
    assets: {
      directory: path.join(folder, directory),
      binding,
      run_worker_first,
      routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: run_worker_first },
      assetConfig: { html_handling, not_found_handling },
    },
  };
}
