// Memory of the process and of the wasm in it, after what nobody holds was collected.

import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

/** The workerd that this process started. */
export function workerd() {
  const children = readdirSync(`/proc/${process.pid}/task`).flatMap((task) => readFileSync(`/proc/${process.pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean));
  const found = children.filter((pid) => execFileSync("readlink", [`/proc/${pid}/exe`], { encoding: "utf8" }).trim().endsWith("/workerd"));
  if (found.length !== 1) throw new Error(`${found.length} workerd processes`);
  return Number(found[0]);
}

const rss = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024;

/** Notes of both; `look(gates)` makes one. */
export class Memory {
  #pid = workerd();
  #notes = [];

  async look(gates) {
    const seen = await Promise.all(gates.map((gate) => gate.instances()));
    this.#notes.push({ at: performance.now(), rss: rss(this.#pid), wasm: seen.reduce((sum, { bytes }) => sum + bytes, 0), made: Math.max(...seen.map(({ made }) => made)) });
  }

  /** In words: both, when they were looked at last. */
  get now() {
    const { rss = 0, wasm = 0 } = this.#notes.at(-1) ?? {};
    return [rss, wasm].map((bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`).join(" and ");
  }

  /**
   * From `settled` (ms) on, medians of the first and the last fifth. Until then the isolates fill what they remember, which is
   * bounded, and the stores, which are emulated in the same process, their caches.
   */
  figures(settled) {
    const later = this.#notes.filter(({ at }) => at >= settled);
    const fifth = Math.max(1, Math.floor(later.length / 5));
    const ends = (what) => [later.slice(0, fifth), later.slice(-fifth)].map((notes) => median(notes.map((note) => note[what])));
    return { rss: ends("rss"), wasm: ends("wasm"), made: Math.max(...this.#notes.map(({ made }) => made)) };
  }
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
