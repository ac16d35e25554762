// Notes each instance of the gateway's wasm, the first and those that come after a trap, and can make one trap: where the
// wasm calls a function of its own glue, its allocator is asked for more memory than there is, as if the isolate's limit
// were reached just there. The wasm itself knows nothing of it. Imported before the build, which makes the first instance.

let latest;
let made = 0;
let armed;

/** What the gateway calls when it has a request, when it reads KV, and in the Ledger when it asks the object's database. */
const PLACES = { request: /^__wbg_describe_/, kv: /^__wbg_kvGet_/, ledger: /^__wbg_exec_/ };

const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(module, imports) {
    super(module, { ...imports, "./index_bg.js": trapping(imports["./index_bg.js"]) });
    latest = this;
    made++;
  }
};

function trapping(functions) {
  const all = Object.entries(functions).map(([name, call]) => {
    const place = Object.keys(PLACES).find((one) => PLACES[one].test(name));
    return [name, place === undefined ? call : (...args) => (place === armed ? trap() : call(...args))];
  });
  return Object.fromEntries(all);
}

function trap() {
  armed = undefined;
  latest.exports.__wbindgen_malloc(2 ** 32 - 1, 1);
}

/** The next call of that place traps. */
export const arm = (place) => void (armed = place);

/** { bytes, made }: of the wasm's memory, after what nobody holds was collected (it never shrinks), and how many instances there were. */
export async function instances() {
  for (let turn = 0; turn < 4 && globalThis.gc; turn++) {
    globalThis.gc();
    await new Promise((due) => setTimeout(due, 5)); // finalizers run in a task of their own
  }
  return { bytes: latest.exports.memory.buffer.byteLength, made };
}
