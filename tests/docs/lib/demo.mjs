// The demo for the tests of the documents: its build, with recorder.js before it, and the site behind it.
// It stands behind the entry Worker that `wrangler dev` puts there too, so that a plain curl is answered as in the demo.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { loopback, root, secrets } from "../../e2e/lib/gateway.mjs";

const build = path.join(root, "demo/build");
const origin = path.join(root, "demo/origin");
const compatibilityDate = "2026-11-01";

/** Starts gates by name, each { policy, sharing, bindings }; requests to `port` reach the first. */
export async function startDemo(gates = { gate: {} }) {
  assert.ok(existsSync(path.join(build, "index_bg.wasm")), "there is no demo/build: node scripts/build.mjs --demo");
  const recorder = {
    type: "ESModule",
    path: path.join(build, "recorder.js"), // it stands beside the build, whose index.js it imports
    contents: readFileSync(path.join(root, "tests/docs/lib/recorder.js"), "utf8"),
  };
  const logs = [];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        ...Object.entries(gates).map(([name, { policy, sharing, bindings }]) => ({
          name,
          modules: [recorder, ...modules(build, "index.js")],
          modulesRoot: build,
          compatibilityDate,
          bindings: { EDGEGATE_LOOPBACK: loopback, ...secrets, ...bindings, ...(policy && { EDGEGATE_POLICY_TOML: policy }) },
          kvNamespaces: { EDGEGATE_KV: `kv-${sharing ?? name}` },
          durableObjects: { EDGEGATE_LEDGER: { className: "Ledger", useSQLite: true, ...(sharing && { scriptName: sharing }) } },
          ratelimits: { EDGEGATE_LIMITER: { namespace_id: `limiter-${name}`, simple: { limit: 20, period: 60 } } },
          serviceBindings: { ORIGIN: "demo-origin" },
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
        })),
        {
          name: "demo-origin",
          modules: modules(origin, "index.js"),
          modulesRoot: origin,
          compatibilityDate,
          bindings: { EDGEGATE_ASSERTION_KEY: secrets.EDGEGATE_ASSERTION_KEY },
        },
      ],
      host: "127.0.0.1",
      handleStructuredLogs: ({ message }) => logs.push(message),
      cf: false,
    }),
  );
  const { port } = await miniflare.ready;
  return { miniflare, port: Number(port), logs, stop: () => miniflare.dispose() };
}

/** A document of the repository, as text. */
export const document = (name) => readFileSync(path.join(root, name), "utf8");

/** The rows of the tables under a heading: cells as text. */
export function rowsUnder(text, heading) {
  const start = text.indexOf(`\n${heading}\n`);
  assert.ok(start >= 0, `there is no heading ${heading}`);
  const section = text.slice(start + heading.length + 2).split(/\n##? /)[0];
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

/** The text between the backticks of a cell. */
export const code = (cell) => /`([^`]+)`/.exec(cell)?.[1] ?? assert.fail(`no code in ${cell}`);

function modules(folder, entry) {
  const names = readdirSync(folder).filter((file) => /\.(js|wasm)$/.test(file));
  names.sort((a, b) => Number(b === entry) - Number(a === entry));
  return names.map((file) => ({ type: file.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path: path.join(folder, file) }));
}
