// The command-line tool, run to its end: what it prints is returned, not shown. Until the tool itself is part of the package
// this is the native program that EDGEGATE_NATIVE names.
import { spawnSync } from "node:child_process";

/** `input`: what is on its standard input. */
export function tool(args, { cwd = process.cwd(), env = process.env, input = "" } = {}) {
  const { status, stdout, stderr, error } = spawnSync(env.EDGEGATE_NATIVE ?? process.env.EDGEGATE_NATIVE ?? "edgegate", args, { cwd, env, input, encoding: "utf8", maxBuffer: 1 << 26 });
  if (error) return { code: 2, stdout: "", stderr: `edgegate: ${error.message}\n` };
  return { code: status ?? 1, stdout, stderr };
}
