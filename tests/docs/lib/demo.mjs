// The demo for the tests of the documents: its build, with recorder.js before it, and the site behind it.
// It stands behind the entry Worker that `wrangler dev` puts there too, so that a plain curl is answered as in the demo.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { gatewayWorker, originWorker, secrets } from "../../../scripts/lib/demo-workers.mjs";
import { root } from "../../../scripts/lib/paths.mjs";
import { startWorkerd } from "../../../scripts/lib/workerd.mjs";

/** Starts gates by name, each { policy, sharing, bindings, rates }; requests to `port` reach the first, `direct(name)` is that gate's own. */
export async function startDemo(gates = { gate: {} }) {
  const recorder = { name: "recorder.js", contents: document("tests/docs/lib/recorder.js") };
  const logs = [];
  const workers = Object.entries(gates).map(([name, { policy, sharing, bindings, rates }]) =>
    gatewayWorker({ name, policy, sharing, rates, vars: { ...secrets, ...bindings }, before: [recorder] }));
  const { miniflare, entryPort, port, stop } = await startWorkerd([...workers, originWorker()], { log: (line) => logs.push(line) });
  return { miniflare, port: entryPort, direct: port, logs, stop };
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
