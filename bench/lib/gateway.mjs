// The built gateway as the demo runs it: the modules of demo/build/, the bindings of demo/wrangler.toml, the published
// secrets of demo/.dev.vars. Read from those files, so that the bench cannot drift from the demo.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const DEMO = fileURLToPath(new URL("../../demo", import.meta.url));
export const BUILD = path.join(DEMO, "build");

// Thrown where the gateway cannot run yet; the rest of the table still can.
export class Skip extends Error {}

export async function gatewayWorker(changePolicy) {
  const needed = ["build/index.js", "build/index_bg.wasm", "wrangler.toml", ".dev.vars"];
  const missing = needed.filter((file) => !existsSync(path.join(DEMO, file)));
  if (missing.length > 0) throw new Skip(`demo/${missing.join(", demo/")} not there yet: run \`npm run build -- --demo\``);

  const { unstable_readConfig: readConfig } = await import("wrangler");
  const config = readConfig({ config: path.join(DEMO, "wrangler.toml") });
  const bindings = { ...config.vars, ...devVars(path.join(DEMO, ".dev.vars")) };
  if (changePolicy) bindings.EDGEGATE_POLICY_TOML = changePolicy(demoPolicy());

  return {
    name: "edgegate",
    modules: builtModules(),
    modulesRoot: BUILD,
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    bindings,
    kvNamespaces: Object.fromEntries(config.kv_namespaces.map((kv) => [kv.binding, kv.id ?? kv.binding])),
    durableObjects: Object.fromEntries(
      config.durable_objects.bindings.map((object) => [object.name, { className: object.class_name, useSQLite: true }]),
    ),
    ratelimits: Object.fromEntries((config.ratelimits ?? []).map(({ name, ...limit }) => [name, limit])),
    // Whatever the demo's origin is called there, here it is the one that answers next to nothing.
    serviceBindings: { ORIGIN: "origin" },
  };
}

function demoPolicy() {
  return readFileSync(path.join(DEMO, "edgegate.toml"), "utf8");
}

function builtModules() {
  const files = readdirSync(BUILD).filter((name) => /\.(js|wasm)$/.test(name));
  // The first module is the entry.
  files.sort((a, b) => Number(b === "index.js") - Number(a === "index.js"));
  return files.map((name) => ({
    type: name.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
    path: path.join(BUILD, name),
  }));
}

// NAME=value, NAME="value" or NAME='value', and # comments: what wrangler's own .dev.vars may hold, without expansion.
function devVars(file) {
  const lines = readFileSync(file, "utf8").split(/\r?\n/);
  const pairs = lines.flatMap((line) => {
    const match = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^#]*))/.exec(line);
    return match ? [[match[1], match[2] ?? match[3] ?? match[4].trim()]] : [];
  });
  return Object.fromEntries(pairs);
}
