// The demo's real build with its stores watched: every key and value that goes to KV, and every question to the Ledger, is
// written down. Nothing of the gateway itself is replaced.
//
//   POST /__docs/take   answers with what was written down since the last time

import gateway, { Ledger as Own } from "./index.js";

let kept = [];

function recorded(object, methods) {
  return new Proxy(object, {
    get(target, name) {
      const value = target[name];
      if (typeof value !== "function" || name === "constructor") return value;
      const original = value.bind(target);
      return methods[name] ? (...args) => methods[name](original, ...args) : original;
    },
  });
}

const kv = {
  get(original, key, ...rest) {
    kept.push({ store: "kv", does: "read", key });
    return original(key, ...rest);
  },
  put(original, key, value, options) {
    kept.push({ store: "kv", does: "write", key, value, expiration: options.expiration, at: Math.floor(Date.now() / 1000) });
    return original(key, value, options);
  },
  list(original, options) {
    kept.push({ store: "kv", does: "list", key: options.prefix });
    return original(options);
  },
};
for (const name of ["delete", "getWithMetadata"]) {
  kv[name] = () => {
    throw new Error(`docs/storage.md knows no KV ${name}`);
  };
}

const ledger = {
  get: (original, id) =>
    recorded(original(id), {
      fetch(ask, url, init) {
        const [does, ...lines] = init.body.split("\n");
        // Who redeems names what was kept first, and the ways to redeem it before the note.
        const [key, until, , ...rest] = does === "redeem" ? lines.slice(1) : lines;
        const note = { claim: rest, redeem: rest.slice(1) }[does] ?? [];
        const claims = ["claim", "redeem", "revoke"].includes(does); // who revokes claims for good
        const at = Math.floor(Date.now() / 1000);
        kept.push({ store: "ledger", does: claims ? "claim" : does, key, until: Number(until), note: note.join("\n"), at });
        return ask(url, init);
      },
    }),
};

/** The Ledger, and what its objects write to KV at once. What they write later is not a request's. */
export class Ledger extends Own {
  constructor(state, env) {
    let isLate = false;
    const put = (original, ...args) => (isLate ? original : (...more) => kv.put(original, ...more))(...args);
    super(state, { ...env, EDGEGATE_KV: recorded(env.EDGEGATE_KV, { put }) });
    const { alarm } = this;
    this.alarm = async (...args) => {
      isLate = true;
      return alarm.apply(this, args).finally(() => (isLate = false));
    };
  }
}

const limiter = {
  limit(original, options) {
    kept.push({ store: "limiter", does: "count", key: options.key });
    return original(options);
  },
};

export default {
  async fetch(request, env, context) {
    if (request.url.endsWith("/__docs/take")) {
      const taken = kept;
      kept = [];
      return Response.json(taken);
    }
    const seen = {
      ...env,
      EDGEGATE_KV: recorded(env.EDGEGATE_KV, kv),
      EDGEGATE_LEDGER: recorded(env.EDGEGATE_LEDGER, ledger),
      EDGEGATE_LIMITER: recorded(env.EDGEGATE_LIMITER, limiter),
    };
    for (const name of Object.keys(env).filter((name) => name.startsWith("EDGEGATE_RATE_"))) seen[name] = recorded(env[name], limiter);
    return gateway.fetch(request, seen, context);
  },
};
