// The command line of tokens.mjs.

import { parseArgs } from "node:util";
import { count } from "./arguments.mjs";

export const USAGE = `node bench/tokens.mjs [OPTIONS]

CPU microseconds of the workerd process per request with a Bearer token that is verified: Edgegate next to the libraries that
do it in Workers. Opaque tokens next to @cloudflare/workers-oauth-provider, JWTs of another issuer next to Hono's middlewares.
Then how much of it is the verifying: the difference to a row that does all the rest.

  --quick            fewer requests: a first look, less exact
  --rounds N         rounds (5; quick 3)
  --requests N       requests per contender and round (4000; quick 1500)
  --warmup N         requests before the first round (3000; quick 1500)
  --connections N    keep-alive connections (16)
  --only TEXT        only the parts whose name contains TEXT: "opaque tokens", "JWT, RS256", "JWT, ES256"
  --json             the result as JSON on standard output, progress on standard error
  --check            exit code 1 when a goal is missed or was not measured
  --help             this text

A KV of a developer's machine lives in the measured process and costs more than KV does to a Worker; "KV in memory" is the
library without it, which favours the library. Everything measured was checked before: a good token passes, the origin hears
whose it is, a bad one is answered 401. Rows that verify nothing let everybody through.
`;

export function parseArguments(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      requests: { type: "string" },
      warmup: { type: "string" },
      connections: { type: "string" },
      only: { type: "string", default: "" },
      json: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const size = values.quick ? { rounds: 3, requests: 1500, warmup: 1500 } : { rounds: 5, requests: 4000, warmup: 3000 };
  return {
    ...values,
    rounds: count("rounds", values.rounds, size.rounds),
    requests: count("requests", values.requests, size.requests),
    warmup: count("warmup", values.warmup, size.warmup),
    connections: count("connections", values.connections, 16),
  };
}
