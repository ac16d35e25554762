// A command in a process of its own, in a project's folder.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { symlinkSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inRoot } from "../../../scripts/lib/paths.mjs";
import { packageFolder, scratch } from "./package.mjs";

/** The program that npm puts on a project's path as `edgegate`. */
export const program = path.join(packageFolder, "bin/edgegate.mjs");

/** A folder in which npm seems to have installed wrangler. */
export function project(t) {
  const folder = scratch(t);
  symlinkSync(inRoot("node_modules"), path.join(folder, "node_modules"));
  return folder;
}

/** Starts a command. Answers with { output(), until(pattern), signal(name), ended, pid }: `ended` is its exit code. */
export function started(t, cwd, args, { env = {} } = {}) {
  const child = spawn(process.execPath, [program, ...args], { cwd, env: { ...process.env, NO_COLOR: "", ...env } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const ended = new Promise((resolve) => child.on("close", (code) => resolve(code)));
  // As Ctrl-C does it: killed outright, it would leave workerd behind.
  t.after(async () => {
    child.kill("SIGTERM");
    const last = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(last);
  });
  return {
    output: () => output,
    ended,
    pid: child.pid,
    signal: (name) => child.kill(name),
    /** Waits until it has printed that: a pattern, or a function of all that it printed. Answers with how many ms it took. */
    async until(pattern, patience = 20_000) {
      const begun = Date.now();
      const isThere = () => (typeof pattern === "function" ? pattern(output) : pattern.test(output));
      for (; !isThere(); await sleep(20)) {
        assert.ok(Date.now() - begun < patience && child.exitCode === null, `${pattern} is not printed (exit code ${child.exitCode}):\n${output}`);
      }
      return Date.now() - begun;
    },
  };
}

/** A port that is free now. */
export async function freePort() {
  const holder = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => holder.once("listening", resolve));
  const { port } = holder.address();
  await new Promise((resolve) => holder.close(resolve));
  return port;
}
