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
bench/schemes.mjs (SuperOffice's schemes beside a signed link), node bench/stream.mjs (memory while 1 GB streams through),
node bench/cold.mjs (start-up).
`;

export function parseArguments(args) {
  const sizes = { rounds: 5, requests: 10_000, warmup: 4000, connections: 16 };
  return parseSized(args, { sizes, quick: { requests: 3000, warmup: 2000 } });
}

// What every command line of a race takes: each of `sizes` as an option, whose value that is unless one is given; with
// --quick that of `quick` comes first. `least`: for those that may be less than 1.
export function parseSized(args, { sizes, quick, least = {} }) {
  const { values } = parseArgs({
    args,
    options: {
      ...Object.fromEntries(Object.keys(sizes).map((name) => [name, { type: "string" }])),
      quick: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      json: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const usual = values.quick ? { ...sizes, ...quick } : sizes;
  const sized = Object.keys(sizes).map((name) => [name, count(name, values[name], usual[name], least[name])]);
  return { ...values, ...Object.fromEntries(sized) };
}

export function count(name, text, otherwise, least = 1) {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!Number.isInteger(number) || number < least) throw new Error(`--${name} wants a whole number from ${least}`);
  return number;
}
