// The gate's real build in workerd, nothing of it watched or replaced: one for each origin, all in one process, with KV
// in common so that a credential opens each of them.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { inRoot } from "../../../scripts/lib/paths.mjs";
import { policyFor } from "./routes.mjs";

const build = inRoot("demo/build");

/** Secrets of this suite alone: the demo's are published, and work on loopback only. */
export const secrets = Object.fromEntries(
  ["EDGEGATE_LINK_KEY", "CONVIO_API_SECRET_KEY", "EDGEGATE_SEAL_KEY", "EDGEGATE_ADMIN_KEY"].map((name) => [name, `origins-${name.toLowerCase()}-0123456789abcdef`]),
);

/** `origins`: name to address. Answers with the ports by name, and how to stop. */
export async function startGates(origins) {
  assert.ok(existsSync(path.join(build, "index_bg.wasm")), "there is no demo/build: node scripts/build.mjs --demo");
  const miniflare = new Miniflare(convertV4MiniflareOptions({
    workers: Object.entries(origins).map(([name, address]) => ({
      name,
      modules: modules(),
      modulesRoot: build,
      compatibilityDate: "2026-11-01",
      bindings: { ...secrets, EDGEGATE_LOOPBACK: "true", EDGEGATE_POLICY_TOML: policyFor(address) },
      kvNamespaces: { EDGEGATE_KV: "origins" },
      durableObjects: { EDGEGATE_LEDGER: { className: "Ledger", useSQLite: true } },
      ratelimits: { EDGEGATE_LIMITER: { namespace_id: `limiter-${name}`, simple: { limit: 1000, period: 60 } } },
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    })),
    host: "127.0.0.1",
    handleStructuredLogs: ({ message }) => process.env.ORIGINS_VERBOSE && console.error(message),
    cf: false,
  }));
  await miniflare.ready;
  const ports = {};
  for (const name of Object.keys(origins)) ports[name] = Number((await miniflare.unsafeGetDirectURL(name)).port);
  return { ports, stop: () => miniflare.dispose() };
}

/** The entry first. */
function modules() {
  const names = readdirSync(build).filter((file) => /\.(js|wasm)$/.test(file) && file !== "instrumented.js");
  names.sort((a, b) => Number(b === "index.js") - Number(a === "index.js"));
  return names.map((file) => ({ type: file.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path: path.join(build, file) }));
}
