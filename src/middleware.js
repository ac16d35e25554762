// The gateway in a Worker that has an application already: the origin by `handler` is that application, called in process.
//
// What is called is the very request that would have been sent: nothing of the client's own request reaches the application,
// but what the gateway leaves of it.
import { WorkerEntrypoint } from "cloudflare:workers";
import { keepOutOfCaches } from "./caches.js";
import { answer, begin } from "./isolate.js";
import { prove } from "./proofs.js";

keepOutOfCaches();

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

/**
 * The gateway's answer to a request; `call` is the origin by `handler`, and gets the request that the gateway makes. `isChosen`: what
 * answers was chosen by the client's own address before the gateway was asked, so it answers that request alone, and once.
 */
export function through(request, env, context, call, { isChosen = false } = {}) {
  if (context) context.passThroughOnException = closed;
  const bound = Object.create(env ?? null);
  bound[HANDLER] = isChosen ? new Chosen(request, call) : new InProcess(request, call);
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

  /** A question of the gateway's own, as of any binding. */
  fetch(url, init) {
    return this.forward(url, init);
  }

  /** The client's request. `edit` writes the gateway's header fields, which is still to be done if `isUnedited`. */
  async forward(url, init, edit, isUnedited) {
    const { cf } = this.#request;
    if (cf) init.cf = cf;
    const request = new Request(url, init);
    if (isUnedited) edit(request.headers);
    const answeredNow = prove(request, edit);
    try {
      const answered = await this.#call(request);
      if (!(answered instanceof Response)) throw new TypeError("the application answered with no Response");
      // One without a body can be an object that the application answers with again, to another visitor.
      answered[HERE] = answered.body !== null;
      return answered;
    } finally {
      answeredNow();
    }
  }
}

/**
 * What a framework chose for the client's request. Whatever else it is asked would be answered by what the client chose: a question
 * of the gateway's own by a function that the client knows what to expect of, another path by the functions of this one.
 */
class Chosen extends InProcess {
  answersOnce = true; // for src/glue.js
  #asked;
  #isCalled = false;

  constructor(request, call) {
    super(request, call);
    this.#asked = request;
  }

  async fetch(url) {
    const error = new Error(`edgegate: no function answers ${new URL(url).pathname}, which the gateway itself asks for: ${CHOSEN} Let that table of the policy have an origin by \`url\` or \`service\`, or ${WRAP}`);
    console.error(error.message); // the gateway only knows that no answer came
    throw error;
  }

  async forward(url, init, ...edited) {
    if (this.#isCalled) throw new Error(`the application was asked twice for one request: ${CHOSEN}`);
    this.#isCalled = true;
    const [asked, made] = [new URL(this.#asked.url), new URL(url)];
    const isSame = asked.pathname === made.pathname && asked.host === made.host && this.#asked.method === init.method;
    if (!isSame) throw new Error(`the route has another path or host for the handler (forward.path, forward.host): ${CHOSEN} Leave that out, or ${WRAP}`);
    return super.forward(url, init, ...edited);
  }
}

const CHOSEN = "edgegate.hono() and edgegate.pages() run what was chosen by the address that the client asked for, and cannot choose again.";
const WRAP = "wrap the application, edgegate(app).";

/** For src/glue.js. */
const HERE = Symbol.for("edgegate.here");

/** The name that `Via::binding` of the policy has for it. */
const HANDLER = "edgegate(app)";
