// The command line of `npm run bench`.

import { parseArgs } from "node:util";

export const USAGE = `npm run bench [-- OPTIONS]

CPU microseconds of the workerd process per request: Edgegate next to Workers written by hand. Then the same for tags in a
page of 1 MB, and memory with one of 100 MB, as node bench/tags.mjs measures them, and for Bearer tokens, as node
bench/tokens.mjs does (both left out with --only).

  --quick            fewer requests: a first look in seconds, less exact
  --rounds N         rounds (5)
  --requests N       requests per contender and round (10000; quick 3000)
  --warmup N         requests before the first round (4000; quick 2000)
  --connections N    keep-alive connections (16)
  --only TEXT        only the contenders whose name contains TEXT
  --json             the result as JSON on standard output, progress on standard error
  --check            exit code 1 when a goal is missed
  --help             this text

Also: node bench/tags.mjs and node bench/tokens.mjs (the parts about tags and tokens alone, with options of their own), node
bench/stream.mjs (memory while 1 GB streams through), node bench/cold.mjs (start-up).
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
  const size = values.quick
    ? { rounds: 5, requests: 3000, warmup: 2000 }
    : { rounds: 5, requests: 10_000, warmup: 4000 };
  return {
    ...values,
    rounds: count("rounds", values.rounds, size.rounds),
    requests: count("requests", values.requests, size.requests),
    warmup: count("warmup", values.warmup, size.warmup),
    connections: count("connections", values.connections, 16),
  };
}

export function count(name, text, otherwise, least = 1) {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!Number.isInteger(number) || number < least) throw new Error(`--${name} wants a whole number from ${least}`);
  return number;
}
