// The gateway as middleware of a Worker: `export default edgegate(app)` and `export { Ledger }`.

import policy from "edgegate/policy";
import { edgegate as behind, Ledger } from "../worker/gate.js";
import { hono } from "./hono.js";
import { identityOf } from "./identity-of.js";
import { pages } from "./pages.js";

/** The default export of a Worker: the application behind the gateway. Without `modules`, by the policy that "edgegate/policy" is. */
export function edgegate(app, modules = policy) {
  return behind(app, modules);
}

edgegate.hono = hono;
edgegate.pages = pages;

export { identityOf, Ledger };
