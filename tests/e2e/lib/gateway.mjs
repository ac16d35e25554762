// A running gateway for a test file: the demo's build in workerd, with the real KV, Durable Object, limiter and origin.
// One workerd process can hold several gates, each an isolate with a policy and bindings of its own.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { Client } from "./client.mjs";

export const root = fileURLToPath(new URL("../../../", import.meta.url));
const build = path.join(root, "demo/build");
const origin = path.join(root, "demo/origin");
const compatibilityDate = "2026-11-01";

// They stand beside the build, whose index.js the first of them imports.
const instrumented = ["instrumented.js", "faulty.js", "instances.js", "object.js"].map((name) => ({
  type: "ESModule",
  path: path.join(build, name),
  contents: readFileSync(path.join(root, "tests/e2e/lib", name), "utf8"),
}));

// What says that this machine alone is served is no secret.
export const { EDGEGATE_LOOPBACK: loopback, ...secrets } = devVars(path.join(root, "demo/.dev.vars"));

/** The policy of the demo, changed: pairs are [what stands there, what shall stand there], texts are appended. */
export function demoPolicy(...changes) {
  let text = readFileSync(path.join(root, "demo/edgegate.toml"), "utf8");
  for (const change of changes) {
    if (typeof change === "string") {
      text += `\n${change}\n`;
      continue;
    }
    assert.ok(text.includes(change[0]), `demo/edgegate.toml has no ${change[0]}`);
    text = text.replace(change[0], () => change[1]);
  }
  return text;
}

/** A route below /strict/ that takes these credentials and asks the Ledger whether each was revoked. */
export function strictRoute(...accept) {
  return `
[[routes]]
name = "strict"
path = "/strict/*"
accept = ${JSON.stringify(accept)}
revocation = "strict"
forward = { origin = "demo" }`;
}

/**
 * Starts gates. Each may say:
 *   policy    the text of a policy; the demo's, as it was built in, if it says nothing
 *   secrets   changes to the demo's secrets; undefined takes one away
 *   without   names of bindings that are not there
 *   sharing   name of the gate whose KV and Durable Object it uses
 * `persist`: a folder that outlives the process; `beside`: other Workers in it, { name: source }, with the origin bound;
 * `log`: what is called with each line of the log, which is not kept then.
 */
export async function startGateway(gates = { gate: {} }, { persist, beside = {}, log } = {}) {
  assert.ok(existsSync(path.join(build, "index_bg.wasm")), "there is no demo/build: node scripts/build.mjs --demo");
  const logs = [];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        ...Object.entries(gates).map(([name, gate]) => worker(name, gate)),
        ...Object.entries(beside).map(([name, script]) => other(name, script)),
        {
          name: "demo-origin",
          modules: modules(origin, "index.js"),
          modulesRoot: origin,

          compatibilityDate,
          bindings: { EDGEGATE_ASSERTION_KEY: secrets.EDGEGATE_ASSERTION_KEY },
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
        },
      ],
      host: "127.0.0.1",
      handleStructuredLogs: ({ message }) => (log ? log(message) : logs.push(message)),
      ...(persist && { resourcePersistencePath: persist }),
      cf: false,
    }),
  );
  await miniflare.ready;
  const seen = new Set(Object.values(secrets));
  const clients = {};
  for (const name of [...Object.keys(gates), ...Object.keys(beside)]) {
    const { port } = await miniflare.unsafeGetDirectURL(name);
    clients[name] = new Client({ name, port: Number(port), seen, decision: (id) => decision(logs, id) });
  }
  const gateway = {
    ...clients,
    logs,
    seen,
    miniflare,
    decision: (id) => decision(logs, id),
    /** A request with any URL, https included; the answer is a Response. */
    async dispatch(name, url, init = {}) {
      const worker = await miniflare.getWorker(name);
      return worker.fetch(url, { redirect: "manual", ...init });
    },
    /** The first gate, behind the entry Worker that `wrangler dev` also puts in front of it. */
    async entry({ host } = {}) {
      const { port } = await miniflare.ready;
      return new Client({ name: "entry", port: Number(port), seen, decision: (id) => decision(logs, id), host });
    },
    originUrl: String(await miniflare.unsafeGetDirectURL("demo-origin")).replace(/\/$/, ""),
    async stop() {
      for (const client of Object.values(clients)) client.close();
      await miniflare.dispose();
    },
  };
  return gateway;
}

/** To be called last in a file: what was used as a credential in it stands nowhere in the log. */
export function theLogHoldsNoCredential(gateway, { subjects = ["1001002", "1001003"] } = {}) {
  test("the log holds no secret, token, nonce, signature or subject of this file", async () => {
    await sleep(100); // the last lines are on their way
    assert.ok(gateway.logs.some((line) => line.includes('"edgegate":"')), "the log has decisions at all");
    const text = gateway.logs.join("\n");
    for (const credential of [...gateway.seen, ...subjects]) {
      assert.ok(!text.includes(credential), `the log holds ${credential}: ${gateway.logs.find((line) => line.includes(credential))}`);
    }
  });
}

/** The decision about a request, from the log; it may take a moment to arrive. */
async function decision(logs, requestId) {
  for (let tries = 0; tries < 250; tries++) {
    const line = logs.findLast((text) => text.startsWith("{") && text.includes(`"request_id":"${requestId}"`));
    if (line) return JSON.parse(line);
    await sleep(20);
  }
  return assert.fail(`no decision about ${requestId} in the log:\n${logs.slice(-5).join("\n")}`);
}

function worker(name, { policy, secrets: changed = {}, without = [], sharing, bindings = {} }) {
  const values = Object.entries({ EDGEGATE_LOOPBACK: loopback, ...secrets, ...changed, ...bindings, ...(policy === undefined ? {} : { EDGEGATE_POLICY_TOML: policy }) });
  const bound = (all) => Object.fromEntries(Object.entries(all).filter(([binding]) => !without.includes(binding)));
  return {
    name,
    modules: [...instrumented, ...modules(build, "index.js")],
    modulesRoot: build,
    compatibilityDate,
    bindings: Object.fromEntries(values.filter(([binding, value]) => value !== undefined && !without.includes(binding))),
    kvNamespaces: bound({ EDGEGATE_KV: `kv-${sharing ?? name}` }),
    durableObjects: bound({
      EDGEGATE_LEDGER: { className: "Ledger", useSQLite: true, ...(sharing && { scriptName: sharing }) },
    }),
    ratelimits: bound({ EDGEGATE_LIMITER: { namespace_id: `limiter-${name}`, simple: { limit: 20, period: 60 } } }),
    serviceBindings: bound({ ORIGIN: "demo-origin" }),
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  };
}

function other(name, contents) {
  return {
    name,
    modules: [{ type: "ESModule", path: path.join(build, `${name}.js`), contents }],
    modulesRoot: build,
    compatibilityDate,
    serviceBindings: { ORIGIN: "demo-origin" },
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  };
}

/** The modules of a folder, the entry first. */
function modules(folder, entry) {
  const names = readdirSync(folder).filter((file) => /\.(js|wasm)$/.test(file));
  names.sort((a, b) => Number(b === entry) - Number(a === entry));
  return names.map((file) => ({ type: file.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path: path.join(folder, file) }));
}

function devVars(file) {
  const lines = readFileSync(file, "utf8").split("\n").filter((line) => /^[A-Z]/.test(line));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}
