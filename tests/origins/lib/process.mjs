// One origin's process, from its start to its end.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const site = fileURLToPath(new URL("../site.json", import.meta.url));
export const app = (name) => fileURLToPath(new URL(`../apps/${name}`, import.meta.url));

/** A port of this machine that nothing listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// They do not hear Ctrl-C themselves; leaving by exit ends them.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(130));

/** Starts a program that serves on `port`, in a process group of its own, and waits until it answers. What it says goes to a file in `folder`. */
export async function startProcess(command, args, { port, folder, env = {}, cwd = folder }) {
  const log = path.join(folder, "log");
  const output = openSync(log, "a");
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, PORT: String(port), ORIGINS_SITE: site, ...env },
    stdio: ["ignore", output, output],
    detached: true,
  });
  closeSync(output);
  let failure;
  child.on("error", (error) => (failure = error));
  child.on("exit", (code, signal) => (failure ??= new Error(`it ended with ${code ?? signal}`)));
  const end = () => endGroup(child.pid);
  process.on("exit", end);
  for (let tries = 0; !(await answers(port)); tries++) {
    if (failure || tries > 200) {
      end();
      throw new Error(`${path.basename(command)} does not serve: ${failure?.message ?? "no answer in 20 s"}\n${readFileSync(log, "utf8").slice(-2000)}`);
    }
    await sleep(100);
  }
  return { stop: () => (process.off("exit", end), end()) };
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => (socket.destroy(), resolve(true)));
    socket.on("error", () => resolve(false));
  });
}

function endGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // it has ended already
  }
}
