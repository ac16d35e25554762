// The gateway in a Worker that has an application already: the origin by `handler` is that application, called in process.
//
// What is called is the very request that would have been sent: nothing of the client's own request reaches the application,
// but what the gateway leaves of it.
import { WorkerEntrypoint } from "cloudflare:workers";
import { answer, begin } from "./isolate.js";

/**
 * A Worker's default export: the application behind the gateway. `app`: { fetch(request, env, context) }, a function like that,
 * or a class of WorkerEntrypoint. `modules`: what policy.js exports. What no visitor can call is the application's own.
 */
export function edgegate(app, modules) {
  const call = methodOf(app, "fetch") ?? (isClass(app) ? undefined : app);
  if (typeof call !== "function") throw new TypeError("edgegate(app): app is neither a function nor an object with a method fetch");
  begin(modules);
  const worker = {
    fetch: (request, env, context) => through(request, env, context, (inner) => call(inner, env, context)),
  };
  for (const name of NOT_FOR_VISITORS) {
    const method = methodOf(app, name);
    if (method) worker[name] = method;
  }
  return worker;
}

const NOT_FOR_VISITORS = ["scheduled", "queue", "email", "tail", "tailStream", "trace"];

/** What the runtime calls by that name. A router may have an answer to every name: what counts is what is there. */
function methodOf(app, name) {
  const owner = isClass(app) ? app.prototype : Object(app);
  if (!(name in owner) || typeof owner[name] !== "function") return undefined;
  return isClass(app) ? (what, env, context) => new app(context, env)[name](what) : (...given) => app[name](...given);
}

const isClass = (app) => app?.prototype instanceof WorkerEntrypoint;

/** The gateway's answer to a request; `call` is the origin by `handler`, and gets the request that the gateway makes. */
export function through(request, env, context, call) {
  if (context) context.passThroughOnException = closed;
  const bound = Object.create(env ?? null);
  bound[HANDLER] = new InProcess(request, call);
  return answer(request, bound, context);
}

/** After an error of the application the runtime would send the client's own request to whatever stands behind the Worker. */
function closed() {}

/** The application as the gateway calls an origin that is bound. */
class InProcess {
  #request;
  #call;

  constructor(request, call) {
    this.#request = request;
    this.#call = call;
  }

  /** `edit`: what is still to be done to the header fields. */
  async fetch(url, init, edit) {
    const { cf } = this.#request;
    if (cf) init.cf = cf;
    delete init.cache; // for a fetch over the network; an application that asks its caches for such a request gets an error
    const request = new Request(url, init);
    edit?.(request.headers);
    request.headers.set(PROOF, proof());
    const answered = await this.#call(request);
    if (!(answered instanceof Response)) throw new TypeError("the application answered with no Response");
    // One without a body can be an object that the application answers with again, to another visitor.
    answered[HERE] = answered.body !== null;
    return answered;
  }
}

/** For src/glue.js. */
const HERE = Symbol.for("edgegate.here");

/** The name that `Via::binding` of the policy has for it. */
const HANDLER = "edgegate(app)";

/**
 * What tells the gateway's requests from others', for `identityOf` in package/middleware/identity-of.js. It holds in this
 * isolate alone. A global, since frameworks bundle the part that reads identities apart from the one that wraps them.
 */
const proof = () => (globalThis[SHARED] ??= crypto.randomUUID());
const PROOF = "edgegate-proof";
const SHARED = Symbol.for("edgegate.proof");
