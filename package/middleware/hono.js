// The gateway inside a Hono application: `app.use(edgegate.hono())`, before every route that it shall guard.

import policy from "edgegate/policy";
import { begin, through } from "../worker/gate.js";
import { identityOf } from "./identity-of.js";

/** The handlers behind it find the request that the gateway makes in `c.req`, and the identity in `c.var.edgegate`. */
export function hono(modules = policy) {
  begin(modules);
  return async (c, next) => {
    const response = await through(c.req.raw, c.env, contextOf(c), async (request) => {
      demandSamePath(c.req.raw, request);
      c.req.raw = request;
      c.req.bodyCache = {};
      c.set("edgegate", identityOf(request));
      await next();
      return c.res;
    });
    c.res = undefined; // or Hono would add the fields of the answer before it
    c.res = response;
  };
}

/** Hono chose its handlers before the gateway was asked: with another path these would be those of another address. */
function demandSamePath(asked, made) {
  if (new URL(asked.url).pathname !== new URL(made.url).pathname) {
    throw new Error("the route has another path for the handler (forward.path), and edgegate.hono() cannot route again: wrap the application, edgegate(app)");
  }
}

/** Hono throws where there is none. */
function contextOf(c) {
  try {
    return c.executionCtx;
  } catch {
    return undefined;
  }
}
