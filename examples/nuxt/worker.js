// The gateway around what Nuxt built.
import { edgegate } from "edgegate";
import app from "./.output/server/index.mjs";

export { Ledger } from "edgegate";
export default edgegate(app);
