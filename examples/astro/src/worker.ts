// The gateway around Astro's own handler.
import { handle } from "@astrojs/cloudflare/handler";
import { edgegate } from "edgegate";
import policy from "../build/policy.js"; // as `edgegate build` wrote it

export { Ledger } from "edgegate";
export default edgegate({ fetch: handle }, policy);
