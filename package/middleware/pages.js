// The gateway before Pages Functions: `export const onRequest = edgegate.pages(policy)` in functions/_middleware.js.

import policy from "edgegate/policy";
import { begin, through } from "../worker/gate.js";
import { identityOf } from "./identity-of.js";

/** The functions and files behind it get the request that the gateway makes, and find the identity in `context.data.edgegate`. */
export function pages(modules = policy) {
  begin(modules);
  return (context) => {
    const call = (request) => {
      context.data.edgegate = identityOf(request);
      return context.next(request);
    };
    return through(context.request, context.env, context, call, { isChosen: true });
  };
}
