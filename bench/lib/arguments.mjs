// The command line of a bench.

import { parseArgs } from "node:util";

// The sizes of a bench whose rows send requests to a contender each.
export const ROWS = {
  rounds: { usual: 5, says: "rounds" },
  requests: { usual: 10_000, quick: 3000, says: "requests per row and round" },
  warmup: { usual: 4000, quick: 2000, says: "requests before the first round" },
  connections: { usual: 16, says: "keep-alive connections" },
};

// `sizes`: by the option's name { usual, quick, least, says, of }: its value unless one is given, the same with --quick, the
// least that may be given (1), and its line in the help.
export function parseOptions(args, { sizes }) {
  const { values } = parseArgs({
    args,
    options: {
      ...Object.fromEntries(Object.keys(sizes).map((name) => [name, { type: "string" }])),
      quick: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.write && values.only) throw new Error("--write wants all rows: without --only");
  const sized = Object.entries(sizes).map(([name, { usual, quick = usual, least }]) => [name, count(name, values[name], values.quick ? quick : usual, least)]);
  return { ...values, ...Object.fromEntries(sized) };
}

export function usage({ name, about, notes = "", only, sizes }) {
  const numbers = Object.entries(sizes).map(([option, { usual, quick = usual, says, of = "N" }]) => [`--${option} ${of}`, `${says} (${usual}${quick === usual ? "" : `; quick ${quick}`})`]);
  const options = [
    ["--quick", "less of all: a first look, less exact"],
    ...numbers,
    ["--only TEXT", only],
    ["--json", "the result as JSON, with every round, on standard output, progress on standard error"],
    ["--write", "writes the table of docs/performance.md"],
    ["--check", "exit code 1 when a goal is missed or was not measured"],
    ["--help", "this text"],
  ];
  const lines = options.map(([option, says]) => `  ${option.padEnd(19)}${says}`).join("\n");
  return `npm run bench -- ${name} [OPTIONS]   or, with the demo built, node bench/${name}.mjs [OPTIONS]\n\n${about}\n\n${lines}\n${notes && `\n${notes}\n`}`;
}

export function count(name, text, otherwise, least = 1) {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!Number.isInteger(number) || number < least) throw new Error(`--${name} wants a whole number from ${least}`);
  return number;
}
