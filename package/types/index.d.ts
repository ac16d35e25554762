import type { hono } from "./hono.js";
import type { Identity, PolicyModules, WithHeaders } from "./identity-type.js";
import type { pages } from "./pages.js";

export type { Identity, PolicyModules } from "./identity-type.js";

/** An application: an object with a method fetch, a function, or a class of WorkerEntrypoint. */
export type Application<Env = any> =
  | { fetch(request: Request, env: Env, context: any): Response | Promise<Response> }
  | ((request: Request, env: Env, context: any) => Response | Promise<Response>)
  | (new (context: any, env: Env) => { fetch?(request: Request): Response | Promise<Response> });

export interface Edgegate {
  /**
   * The default export of a Worker: the application behind the gateway. Without `policy`, by the one to which [alias] in
   * wrangler.toml leads "edgegate/policy".
   */
  <Env = any>(app: Application<Env>, policy?: PolicyModules): { fetch(request: Request, env: Env, context: any): Promise<Response> };
  /** Hono's middleware: `app.use(edgegate.hono())`. */
  hono: typeof hono;
  /** Pages Functions: `export const onRequest = edgegate.pages(policy)`. */
  pages: typeof pages;
}

export const edgegate: Edgegate;

/**
 * As whom the gateway in this Worker let the request through; null where it did not come from the gateway. Copies of the request are
 * known until the application has answered.
 */
export function identityOf(request: WithHeaders): Identity | null;

/** The class of the Durable Object EDGEGATE_LEDGER: `export { Ledger }`. */
export class Ledger {
  constructor(state: any, env: any);
  fetch(request: Request): Promise<Response>;
  alarm(): Promise<void>;
}
