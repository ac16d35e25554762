// The command line of tokens.mjs.

import { parseSized } from "./arguments.mjs";

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
  const sizes = { rounds: 5, requests: 4000, warmup: 3000, connections: 16 };
  return parseSized(args, { sizes, quick: { rounds: 3, requests: 1500, warmup: 1500 } });
}
