// The tool, which is the core compiled to wasm, in this process.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { set } from "./host.mjs";
import { start } from "./index.js";

/** Runs the tool on this process's own streams. Answers with the exit code. */
export function run(args) {
  set({ args, env: environment(process.env) });
  return start();
}

/**
 * Runs the tool, and answers with what it said: { code, stdout, stderr }.
 *   cwd    the folder from which it reads paths
 *   env    its environment, instead of this process's
 *   input  text on its standard input
 */
export function tool(args, { cwd = process.cwd(), env = process.env, input = "" } = {}) {
  const said = { stdout: "", stderr: "" };
  set({ args, cwd, env: environment(env), input, said });
  const code = start();
  return { code, ...said };
}

/** The compiled Worker comes with the package. */
function environment(env) {
  const worker = fileURLToPath(new URL("../worker", import.meta.url));
  return env.EDGEGATE_WORKER || !existsSync(worker) ? env : { ...env, EDGEGATE_WORKER: worker };
}
