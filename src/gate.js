// What the Worker that stands alone and the middleware share, as one file beside the wasm.

export { answer, begin, Ledger } from "./isolate.js";
export { edgegate, through } from "./middleware.js";
