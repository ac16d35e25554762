// The package's commands, run in this process or in one of their own, and the Worker and the tool that they use.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inRoot } from "../../../scripts/lib/paths.mjs";
import { tool as native } from "../../../scripts/lib/tool.mjs";

process.env.EDGEGATE_NATIVE ??= native();
process.env.EDGEGATE_WORKER ??= inRoot("target/worker");
export const worker = process.env.EDGEGATE_WORKER;

const { run: runInit } = await import("../../../package/commands/init.mjs");
export const { tool } = await import("../../../package/tool/run.mjs");

/** A folder that goes away with the test. */
export function scratch(t) {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "edgegate-package-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** `edgegate init` by flags, without a terminal. Answers with { code, said, complaints }. */
export async function init(folder, ...args) {
  const said = [];
  const complaints = [];
  const { error } = console;
  console.error = (text) => complaints.push(text);
  try {
    const code = await runInit([folder, ...args], { print: (text) => said.push(text), io: null });
    return { code, said: said.join("\n"), complaints: complaints.join("\n") };
  } finally {
    console.error = error;
  }
}

/** The same, where it has to succeed. */
export async function initialised(folder, ...args) {
  const { code, complaints, said } = await init(folder, ...args);
  assert.equal(code, 0, complaints);
  return said;
}

/** Puts the compiled policy of a project beside the compiled Worker. Answers with the folder. */
export function built(folder) {
  assert.ok(existsSync(path.join(worker, "index_bg.wasm")), `there is no compiled Worker in ${worker}: \`npm run build\` makes one`);
  const out = path.join(folder, "build");
  const { code, stderr } = tool(["build", "--worker", worker, "--out", out], { cwd: folder });
  assert.equal(code, 0, stderr);
  return out;
}
