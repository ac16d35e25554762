import type { Identity, PolicyModules } from "./identity-type.js";

/** What of a Pages Function's context is used. */
export interface PagesContext {
  request: Request;
  env: any;
  data: any;
  next(request?: any): Promise<Response>;
  waitUntil(promise: Promise<any>): void;
}

/** `export const onRequest = pages(policy)` in functions/_middleware.js. `context.data.edgegate` is an `Identity`. */
export function pages(policy?: PolicyModules): (context: PagesContext) => Promise<Response>;

export type { Identity };
