// The gateway inside a Hono application: `app.use(edgegate.hono())`, before every route that it shall guard.

import policy from "edgegate/policy";
import { begin, through } from "../worker/gate.js";
import { identityOf } from "./identity-of.js";

/** The handlers behind it find the request that the gateway makes in `c.req`, and the identity in `c.var.edgegate`. */
export function hono(modules = policy) {
  begin(modules);
  return async (c, next) => {
    const call = async (request) => {
      c.req.raw = request;
      c.req.bodyCache = {};
      c.set("edgegate", identityOf(request));
      await next();
      return c.res;
    };
    const response = await through(c.req.raw, c.env, contextOf(c), call, { isChosen: true });
    c.res = undefined; // or Hono would add the fields of the answer before it
    c.res = response;
  };
}

/** Hono throws where there is none. */
function contextOf(c) {
  try {
    return c.executionCtx;
  } catch {
    return undefined;
  }
}
