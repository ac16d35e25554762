// One set-up at a time may fill the cache: the second waits for the first instead of doing the same work again.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { step } from "./run.mjs";

/** Holds `file` while `work` runs. A lock whose owner is gone is taken over. */
export async function withLock(file, work) {
  mkdirSync(path.dirname(file), { recursive: true });
  if (!take(file)) {
    await step("waiting for another set-up, which is filling the same cache", "up to 5 min", async () => {
      while (!take(file)) await sleep(500);
    });
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  if (!ownerAlive(file)) rmSync(file, { force: true });
  return false;
}

function ownerAlive(file) {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    if (!pid) return Date.now() - statSync(file).mtimeMs < 10_000; // just being written
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
