// Notes each instance of the gateway's wasm, the first and those that come after a trap, so that its memory can be seen.
// Imported before the build, which makes the first one.

let latest;
let made = 0;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...how) {
    super(...how);
    latest = this;
    made++;
  }
};

/** Bytes of wasm memory, and how many instances there were. */
export const instances = () => ({ wasm: latest?.exports.memory.buffer.byteLength ?? 0, made });

/** The exports of the instance that is at work. */
export const exported = () => latest.exports;
