// Memory of the process and of the wasm in it, after what nobody holds was collected.

import { residentBytes } from "../../../scripts/lib/process.mjs";

/** Notes of both, of the process with that id; `look(gates, left)` makes one, with how many clients have left so far. */
export class Memory {
  #pid;
  #notes = [];

  constructor(pid) {
    this.#pid = pid;
  }

  async look(gates, left) {
    const seen = await Promise.all(gates.map((gate) => gate.instances()));
    this.#notes.push({ at: performance.now(), left, rss: residentBytes(this.#pid).now, wasm: seen.reduce((sum, { bytes }) => sum + bytes, 0), made: Math.max(...seen.map(({ made }) => made)) });
  }

  /** In words: both, when they were looked at last. */
  get now() {
    const { rss = 0, wasm = 0 } = this.#notes.at(-1) ?? {};
    return [rss, wasm].map((bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`).join(" and ");
  }

  /**
   * From `settled` (ms) on, medians of the first and the last fifth. Until then the isolates fill what they remember, which is
   * bounded, and the stores, which are emulated in the same process, their caches. `left`: the clients that left meanwhile.
   */
  figures(settled) {
    const later = this.#notes.filter(({ at }) => at >= settled);
    const fifth = Math.max(1, Math.floor(later.length / 5));
    const ends = (what) => [later.slice(0, fifth), later.slice(-fifth)].map((notes) => median(notes.map((note) => note[what])));
    const [before, after] = ends("left");
    return { rss: ends("rss"), wasm: ends("wasm"), left: after - before, made: Math.max(...this.#notes.map(({ made }) => made)) };
  }
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
