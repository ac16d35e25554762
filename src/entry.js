// The Worker as the runtime sees it: its handler and the Ledger's class.
//
// A trap (an `unreachable`, memory that ran out) leaves the wasm's memory in no known state. wasm-bindgen notes it, and the
// next call makes a new instance and throws (scripts/lib/worker.mjs sees to that). So each way in asks for the instance first.
import { WorkerEntrypoint } from "cloudflare:workers";
import * as gate from "./index.js";

const first = instance();
try {
  gate.prepare(new Request("https://edgegate.invalid/"));
} catch {
  // the first request says what is wrong
}

/** The number of the instance that answers: a new one, if the last one trapped. */
function instance() {
  for (const mend of [() => {}, gate.__wbg_reset_state]) {
    try {
      return gate.__worker_init_state().instanceId;
    } catch {
      mend(); // the second time, because it trapped so badly that it could not note it
    }
  }
  return gate.__worker_init_state().instanceId;
}

export default class extends WorkerEntrypoint {
  fetch(request) {
    instance();
    return gate.fetch(request, this.env, this.ctx);
  }
}

/** The runtime keeps its object for as long as it likes; the one in the wasm is made again with each instance. */
export class Ledger {
  #given;
  #object;
  #instance;

  constructor(...given) {
    this.#given = given;
  }

  fetch(request) {
    return this.#current().fetch(request);
  }

  alarm() {
    return this.#current().alarm();
  }

  #current() {
    const now = instance();
    if (this.#instance !== now) this.#object = new gate.Ledger(...this.#given);
    this.#instance = now;
    return this.#object;
  }
}

// An object that the wasm made is an address in its memory, and wasm-bindgen frees it in whatever instance there is.
for (const { prototype } of [gate.Exchange, gate.FormGuard, gate.PageFilter]) {
  const { free } = prototype;
  prototype.free = function () {
    if (this.__wbg_inst === instance() - first) free.call(this);
  };
}
