// The gateway's real build with its bindings watched: every operation is counted, and on demand a binding throws,
// hangs, or answers from an old snapshot. Nothing of the gateway itself is replaced.
//
// A request with the header `e2e-scheme: https` is one that came over https, as behind the platform's edge.
//
// Paths under /__e2e/ are this file's own and never reach the gateway:
//   POST /__e2e/faults   {"kv": "throw" | "hang" | "stale", "ledger": "throw" | "hang" | "garbage", "limiter": "throw" | "hang",
//                         "origin": "throw", "network": "throw" | "hang"}; what is not named works. "network" is what an object of the
//                         Ledger asks another one
//   POST /__e2e/take     answers with what was counted since the last time, and with the options of each forwarding
//   POST /__e2e/decided  answers with the last decision that the gateway logged: the API's envelope names no request

import Gateway, { Ledger as Own } from "./index.js";

let faults = {};
let counted = nothing();
let snapshot = new Map();
let decided = "null";

const { log } = console;
console.log = (...words) => {
  if (`${words[0]}`.startsWith('{"edgegate"')) decided = words[0];
  log(...words);
};

function nothing() {
  return { kv: 0, ledger: 0, limiter: 0, forwarded: [] };
}

const never = () => new Promise(() => {});

/** Lets `work` happen unless the binding is to fail. */
async function under(fault, work) {
  if (fault === "throw") throw new Error("e2e: this binding is down");
  if (fault === "hang") return never();
  return work();
}

/** The object with some of its methods replaced; the others keep their `this`. */
function watched(object, methods) {
  return new Proxy(object, {
    get(target, name) {
      const value = target[name];
      if (typeof value !== "function" || name === "constructor") return value;
      return (...args) => (methods[name] ?? ((original, ...rest) => original(...rest)))(value.bind(target), ...args);
    },
  });
}

const counting = (fault) => (original, ...args) => {
  counted.kv++;
  return under(fault(), () => original(...args));
};

function watchKv(kv) {
  const fault = () => faults.kv;
  return watched(kv, {
    get(original, key, ...rest) {
      counted.kv++;
      if (faults.kv === "stale") return Promise.resolve(snapshot.get(key) ?? null);
      return under(faults.kv, () => original(key, ...rest));
    },
    put: counting(fault),
    delete: counting(fault),
    list: counting(fault),
    getWithMetadata: counting(fault),
  });
}

function watchLedger(namespace) {
  const stub = (original, ...args) =>
    watched(original(...args), {
      fetch(ask, ...rest) {
        counted.ledger++;
        if (faults.ledger === "garbage") return Promise.resolve(new Response("perhaps\n"));
        return under(faults.ledger, () => ask(...rest));
      },
    });
  return watched(namespace, { get: stub, getByName: stub });
}

/** The Ledger, and what its objects ask each other. That is not counted: the gateway asks once. */
export class Ledger extends Own {
  constructor(state, env) {
    const stub = (original, ...args) =>
      watched(original(...args), { fetch: (ask, ...rest) => under(faults.network, () => ask(...rest)) });
    super(state, { ...env, EDGEGATE_LEDGER: watched(env.EDGEGATE_LEDGER, { get: stub, getByName: stub }) });
  }
}

function watchLimiter(limiter) {
  return watched(limiter, {
    limit(original, ...args) {
      counted.limiter++;
      return under(faults.limiter, () => original(...args));
    },
  });
}

function forwards(send) {
  return (url, init = {}) => {
    counted.forwarded.push({
      url: String(url.url ?? url),
      cache: init.cache ?? null,
      redirect: init.redirect ?? null,
      headers: [...new Headers(init.headers)],
    });
    return under(faults.origin, () => send(url, init));
  };
}

const realFetch = globalThis.fetch;
globalThis.fetch = forwards((...args) => realFetch(...args));

function watchEnv(env) {
  const watchers = { EDGEGATE_KV: watchKv, EDGEGATE_LEDGER: watchLedger, EDGEGATE_LIMITER: watchLimiter };
  const seen = { ...env };
  for (const [name, watch] of Object.entries(watchers)) if (env[name]) seen[name] = watch(env[name]);
  if (env.ORIGIN) seen.ORIGIN = watched(env.ORIGIN, { fetch: (send, ...rest) => forwards(send)(...rest) });
  return seen;
}

async function control(path, request, env) {
  if (path === "/__e2e/faults") {
    faults = await request.json();
    if (faults.kv === "stale") {
      const { keys } = await env.EDGEGATE_KV.list();
      snapshot = new Map(await Promise.all(keys.map(async ({ name }) => [name, await env.EDGEGATE_KV.get(name)])));
    }
    return Response.json({});
  }
  if (path === "/__e2e/decided") return new Response(decided);
  const taken = counted;
  counted = nothing();
  return Response.json(taken);
}

/** The request as if it had come over https. */
function secured(request) {
  const headers = new Headers(request.headers);
  headers.delete("e2e-scheme");
  return new Request(request.url.replace(/^http:/, "https:"), new Request(request, { headers }));
}

export default {
  fetch(received, env, context) {
    const request = received.headers.get("e2e-scheme") === "https" ? secured(received) : received;
    const path = /^https?:\/\/[^/]+(\/__e2e\/[a-z]+)$/.exec(request.url)?.[1];
    return path ? control(path, request, env) : new Gateway(context, watchEnv(env)).fetch(request);
  },
};
