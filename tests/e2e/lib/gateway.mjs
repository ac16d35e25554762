// A running gateway for a test file: the demo's build in workerd, with the real KV, Durable Object, limiter and origin.
// One workerd process can hold several gates, each an isolate with a policy and bindings of its own.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { buildFolder, gatewayWorker, originWorker, policyText, secrets } from "../../../scripts/lib/demo-workers.mjs";
import { root } from "../../../scripts/lib/paths.mjs";
import { startWorkerd } from "../../../scripts/lib/workerd.mjs";
import { Client } from "./client.mjs";

export { loopback, secrets } from "../../../scripts/lib/demo-workers.mjs";
export { root } from "../../../scripts/lib/paths.mjs";

const instrumented = ["instrumented.js", "faulty.js", "instances.js", "object.js"].map((name) => ({
  name,
  contents: readFileSync(path.join(root, "tests/e2e/lib", name), "utf8"),
}));

/** The policy of the demo, changed: pairs are [what stands there, what shall stand there], texts are appended. */
export function demoPolicy(...changes) {
  let text = policyText();
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

/** A route below /confirmed/ where a nonce opens a session by a button. */
export const confirmedRoute = `
[[routes]]
name = "confirmed"
path = "/confirmed/*"
methods = ["GET", "HEAD", "POST"]
accept = ["session", "nonce"]
confirm = true
forward = { origin = "demo" }`;

/**
 * Starts gates. Each may say:
 *   policy    the text of a policy; the demo's, as it was built in, if it says nothing
 *   secrets   changes to the demo's secrets; undefined takes one away
 *   without   names of bindings that are not there
 *   sharing   name of the gate whose KV and Durable Object it uses
 *   folder    somebody's own Worker in place of the build (scripts/lib/own-worker.mjs); nothing in it is watched
 * `persist`: a folder that outlives the process; `beside`: other Workers in it, { name: source }, with the origin bound;
 * `log`: what is called with each line of the log, which is not kept then.
 */
export async function startGateway(gates = { gate: {} }, { persist, beside = {}, log } = {}) {
  const logs = [];
  const workers = [
    ...Object.entries(gates).map(([name, gate]) => worker(name, gate)),
    ...Object.entries(beside).map(([name, script]) => other(name, script)),
    originWorker(),
  ];
  const { miniflare, pid, port, entryPort, stop } = await startWorkerd(workers, { persist, log: log ?? ((line) => logs.push(line)) });
  const seen = new Set(Object.values(secrets));
  const clients = {};
  for (const name of [...Object.keys(gates), ...Object.keys(beside)]) {
    clients[name] = new Client({ name, port: port(name), seen, decision: (id) => decision(logs, id) });
  }
  const gateway = {
    ...clients,
    logs,
    seen,
    miniflare,
    pid,
    decision: (id) => decision(logs, id),
    /** A request with any URL, https included; the answer is a Response. */
    async dispatch(name, url, init = {}) {
      const worker = await miniflare.getWorker(name);
      return worker.fetch(url, { redirect: "manual", ...init });
    },
    /** The first gate, behind the entry Worker that `wrangler dev` also puts in front of it. */
    async entry({ host } = {}) {
      return new Client({ name: "entry", port: entryPort, seen, decision: (id) => decision(logs, id), host });
    },
    originUrl: `http://127.0.0.1:${port("demo-origin")}`,
    async stop() {
      for (const client of Object.values(clients)) client.close();
      await stop();
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

function worker(name, { secrets: changed, bindings, ...gate }) {
  return gatewayWorker({ ...gate, name, vars: { ...secrets, ...changed, ...bindings }, before: gate.folder ? [] : instrumented });
}

function other(name, contents) {
  return {
    name,
    modules: [{ type: "ESModule", path: path.join(buildFolder, `${name}.js`), contents }],
    modulesRoot: buildFolder,
    serviceBindings: { ORIGIN: "demo-origin" },
  };
}
