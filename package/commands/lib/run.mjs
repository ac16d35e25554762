// Runs other programs.
import { spawn } from "node:child_process";

const running = new Set(); // groups of their own, which Ctrl-C does not reach by itself
process.on("exit", () => running.forEach((child) => killGroup(child)));

function killGroup(child) {
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // it has ended already
  }
}

/**
 * Runs a program to its end and never throws for its exit code.
 * `timeout` (ms) ends it and everything it started; `echo` shows its standard output as it comes; `inherit` gives it ours.
 */
export function run(command, args = [], { cwd, env = process.env, timeout, echo = false, inherit = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      detached: timeout !== undefined,
      stdio: inherit ? "inherit" : ["ignore", "pipe", echo ? "inherit" : "pipe"],
    });
    let output = "";
    let stdout = "";
    let timedOut = false;
    child.stdout?.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      output += text;
      if (echo) process.stdout.write(text);
    });
    child.stderr?.setEncoding("utf8").on("data", (text) => (output += text));
    const timer = timeout && setTimeout(() => ((timedOut = true), killGroup(child)), timeout);
    if (timeout) running.add(child);
    let settled = false;
    const end = (code) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, output, stdout, timedOut });
    };
    child.on("error", (error) => {
      output += error.code === "ENOENT" ? `${command}: no such program` : String(error);
      end(127);
    });
    child.on("close", (code, signal) => end(code ?? (signal ? 128 : 1)));
  });
}
