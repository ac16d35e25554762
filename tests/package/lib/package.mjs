// The npm package as `npm run pack` assembles it, and its commands, run in this process.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { inRoot } from "../../../scripts/lib/paths.mjs";

/** The package's folder. EDGEGATE_PACKAGE names another one. */
export const packageFolder = process.env.EDGEGATE_PACKAGE || inRoot("target/package");
assert.ok(existsSync(path.join(packageFolder, "tool/index.js")), `there is no package in ${packageFolder}: \`npm run pack -- --folder\` makes it`);

const inPackage = (name) => import(pathToFileURL(path.join(packageFolder, name)));
export const { run } = await inPackage("commands/init.mjs");
export const { tool } = await inPackage("tool/run.mjs");

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
    const code = await run([folder, ...args], { print: (text) => said.push(text), io: null });
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

/** Puts the compiled policy of a project beside the package's compiled Worker. Answers with the folder. */
export function built(folder) {
  const { code, stderr } = tool(["build"], { cwd: folder });
  assert.equal(code, 0, stderr);
  return path.join(folder, "build");
}
