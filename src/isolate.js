// The wasm's instance in this isolate, and what is asked of it: the gateway and the Ledger's class.
//
// A trap (an `unreachable`, memory that ran out) leaves the wasm's memory in no known state. wasm-bindgen notes it, and the
// next call makes a new instance and throws (scripts/lib/worker.mjs sees to that). So each way in asks for the instance first.
import * as gate from "./index.js";
import { take } from "./modules.js";

const first = instance();

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

/** Before the first request: takes `{ policy, pages }` as `edgegate build` wrote them; undefined where there are none. */
export function begin(modules) {
  if (!take(modules)) return;
  try {
    gate.prepare(new Request("https://edgegate.invalid/"), ANY_ENVIRONMENT);
  } catch {
    // the first request says what is wrong
  }
}

// Before there is an environment: every name is bound to something that answers nothing.
const NOTHING = { fetch: async () => {}, forward: async () => {} };
const ANY_ENVIRONMENT = new Proxy({}, { get: () => NOTHING });

/** The gateway's answer to a request. */
export function answer(request, env, context) {
  instance();
  return gate.fetch(request, env, context);
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
