// @ts-ignore: who has no Hono needs none of this.
import type { MiddlewareHandler } from "hono";
import type { Identity, PolicyModules } from "./identity-type.js";

/** `app.use(hono())`: the gateway before the handlers that follow. `c.var.edgegate` is who it is. */
export function hono(policy?: PolicyModules): MiddlewareHandler<{ Variables: { edgegate: Identity } }>;
