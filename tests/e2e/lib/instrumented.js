// The gateway's real build with its bindings watched: every operation is counted, and on demand a binding fails
// (faulty.js), or answers from an old snapshot. Nothing of the gateway itself is replaced.
//
// A request with the header `e2e-scheme: https` is one that came over https, as behind the platform's edge.
//
// Paths under /__e2e/ are this file's own and never reach the gateway:
//   POST /__e2e/faults   {"kv", "ledger", "limiter", "bucket", "origin", "fetch", "network": a fault}; what is not named works.
//                        "origin" is the one that is bound, "fetch" those at an address, "network" what an object of the Ledger
//                        asks another one, "ledgerKv" what it writes to KV, "kvWrites" what the gateway does. Also "missing" for a binding; for "kv" "stale" (as it was at this moment),
//                        "misses" (it knows of nothing) and "refused" (no writes, as beyond its limits); for "ledger" "restart" (the object dies once it
//                        has done it); "entropy": "throw"; "clock" and "ledgerClock": seconds by which it is wrong
//   POST /__e2e/take     answers with what was counted since the last time, and with the options of each forwarding
//   POST /__e2e/forget   the same without the answer
//   POST /__e2e/lines    answers with the decisions that the gateway logged since the last time
//   POST /__e2e/decided  answers with the last decision that the gateway logged: the API's envelope names no request
//   POST /__e2e/trap     "request", "kv" or "ledger": there the wasm traps next (instances.js)
//   POST /__e2e/object   {"name": "ledger-0", "does": "purge"}, or "query" with a "query": an object of the Ledger (object.js)
//   POST /__e2e/memory   answers with the size of the wasm's memory, and how often the wasm was made

import { arm, instances } from "./instances.js";
import { under, underAsOrigin } from "./faulty.js";
import gateway, { Ledger as Own } from "./index.js";
import { look, noting } from "./object.js";

let faults = {};
let counted = nothing();
let snapshot = new Map();
let decided = "null";
let lines = [];
let inLedger = 0;

const { log } = console;
console.log = (...words) => {
  if (`${words[0]}`.startsWith('{"edgegate"')) {
    decided = words[0];
    if (lines.push(decided) > 2 * MOST_LINES) lines = lines.slice(-MOST_LINES);
  }
  log(...words);
};

const MOST_LINES = 1000; // of a run that never asks for them

const { now } = Date;
Date.now = () => now() + 1000 * ((inLedger > 0 ? faults.ledgerClock : faults.clock) ?? 0);

const random = crypto.getRandomValues.bind(crypto);
crypto.getRandomValues = (bytes) => {
  if (faults.entropy === "throw") throw new Error("e2e: no randomness");
  return random(bytes);
};

function nothing() {
  return { kv: 0, ledger: 0, limiter: 0, forwarded: [] };
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

function watchKv(kv) {
  const reading = (original, ...args) => {
    counted.kv++;
    return under(faults.kv, () => original(...args), "e2e: no record");
  };
  const writing = (original, ...args) => {
    counted.kv++;
    if (faults.kv === "refused") return Promise.reject(new Error("KV PUT failed: 429 Too Many Requests"));
    return under(faults.kvWrites ?? faults.kv, () => original(...args), undefined);
  };
  return watched(kv, {
    get(original, key, ...rest) {
      if (faults.kv !== "stale" && faults.kv !== "misses") return reading(original, key, ...rest);
      counted.kv++;
      return Promise.resolve((faults.kv === "stale" && snapshot.get(key)) || null);
    },
    put: writing,
    delete: writing,
    list: reading,
    getWithMetadata: reading,
  });
}

function watchLedger(namespace) {
  const stub = (original, ...args) =>
    watched(original(...args), {
      fetch(ask, url, init) {
        counted.ledger++;
        if (faults.ledger !== "restart") return under(faults.ledger, () => ask(url, init), new Response("perhaps\n"));
        return ask(url, { ...init, headers: { ...init?.headers, "e2e-restart": "1" } });
      },
    });
  return watched(namespace, { get: stub, getByName: stub });
}

/** The Ledger, and what its objects ask each other. That is not counted: the gateway asks once. */
export class Ledger extends Own {
  #state;
  #notes;

  constructor(state, env) {
    const notes = {};
    const stub = (original, ...args) =>
      watched(original(...args), { fetch: (ask, ...rest) => under(faults.network, () => ask(...rest)) });
    const put = (original, ...args) => under(faults.ledgerKv, () => original(...args));
    super(noting(state, notes), {
      ...env,
      EDGEGATE_LEDGER: watched(env.EDGEGATE_LEDGER, { get: stub, getByName: stub }),
      ...(env.EDGEGATE_KV && { EDGEGATE_KV: watched(env.EDGEGATE_KV, { put }) }),
    });
    [this.#state, this.#notes] = [state, notes];
  }

  async fetch(request) {
    inLedger++;
    try {
      const does = /\/__e2e\/(\w+)\/(\d+)$/.exec(request.url)?.slice(1);
      const ask = (call) => super.fetch(call);
      return await (does ? look(ask, this.#state, this.#notes, does, await request.text()) : ask(request));
    } finally {
      inLedger--;
      if (request.headers.has("e2e-restart")) {
        await this.#state.storage.sync();
        this.#state.abort("e2e: the object is restarted"); // nothing after it runs
      }
    }
  }
}

function watchLimiter(limiter) {
  return watched(limiter, {
    limit(original, ...args) {
      counted.limiter++;
      return under(faults.limiter, () => original(...args), "perhaps");
    },
  });
}

function watchBucket(bucket) {
  const call = (original, ...args) => {
    counted.forwarded.push({ url: `r2:${args[0]}` });
    return under(faults.bucket, () => original(...args), {});
  };
  return watched(bucket, { get: call, head: call, put: call, delete: call });
}

function forwards(send, fault) {
  return (url, init = {}) => {
    counted.forwarded.push({
      url: String(url.url ?? url),
      cache: init.cache ?? null,
      redirect: init.redirect ?? null,
      headers: [...new Headers(init.headers)],
    });
    return underAsOrigin(fault(), () => send(url, init), init.signal);
  };
}

const realFetch = globalThis.fetch;
globalThis.fetch = forwards((...args) => realFetch(...args), () => faults.fetch);

const WATCHERS = {
  EDGEGATE_KV: [watchKv, "kv"],
  EDGEGATE_LEDGER: [watchLedger, "ledger"],
  EDGEGATE_LIMITER: [watchLimiter, "limiter"],
  FILES: [watchBucket, "bucket"],
  ORIGIN: [(origin) => watched(origin, { fetch: (send, ...rest) => forwards(send, () => faults.origin)(...rest) }), "origin"],
};

function watchEnv(env) {
  const seen = { ...env };
  for (const [name, [watch, word]] of Object.entries(WATCHERS)) {
    if (faults[word] === "missing") delete seen[name];
    else if (env[name]) seen[name] = watch(env[name]);
  }
  for (const name of Object.keys(env).filter((name) => name.startsWith("EDGEGATE_RATE_"))) seen[name] = watchLimiter(env[name]);
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
  if (path === "/__e2e/trap") return new Response(arm(await request.text()));
  if (path === "/__e2e/object") {
    const { name, does, query } = await request.json();
    const objects = env.EDGEGATE_LEDGER;
    const clock = Math.floor(now() / 1000 + (faults.clock ?? 0));
    return objects.get(objects.idFromName(name)).fetch(`https://ledger/__e2e/${does}/${clock}`, { method: "POST", body: query });
  }
  if (path === "/__e2e/memory") return Response.json(await instances());
  if (path === "/__e2e/lines") return new Response(`[${lines.splice(0)}]`);
  if (path === "/__e2e/decided") return new Response(decided);
  const taken = counted;
  counted = nothing();
  return Response.json(path === "/__e2e/forget" ? {} : taken);
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
    return path ? control(path, request, env) : gateway.fetch(request, watchEnv(env), context);
  },
};
