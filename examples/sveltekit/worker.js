// The gateway around what SvelteKit's adapter built.
import { edgegate } from "edgegate";
import app from "./.svelte-kit/cloudflare/_worker.js";

export { Ledger } from "edgegate";
export default edgegate(app);
