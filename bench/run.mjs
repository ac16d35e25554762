// `npm run bench`: what a request costs, next to what it costs by hand in JavaScript; then tags, tokens, schemes and answers, each with
// its own numbers of rounds and requests. `npm run bench -- NAME` is one bench alone, `--help` says which there are.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseOptions, usage } from "./lib/arguments.mjs";
import { ends, isMissed, measureOrSkip } from "./lib/harness.mjs";
import { toJson, toText, writeTables } from "./lib/report.mjs";
import { bench as answers } from "./answers.mjs";
import { bench as request } from "./request.mjs";
import { bench as schemes } from "./schemes.mjs";
import { bench as tags } from "./tags.mjs";
import { bench as tokens } from "./tokens.mjs";

const ONES = {
  request: "a request with a signed link, beside Workers written by hand",
  tags: "tags in a page of 1 MB, beside HTMLRewriter; memory with one of 100 MB",
  tokens: "verifying Bearer tokens, beside workers-oauth-provider and Hono",
  schemes: "SuperOffice's schemes, each beside a signed link",
  answers: "an answer in which addresses of the origin are mapped, beside one without",
  middleware: "the gateway in the application's own Worker, beside a service binding and Hono's jwt and csrf",
  words: "further words of a route, such as network and webhook, each beside a signed link",
  redirects: "signing and verifying a redirect, beside the digest alone",
  objects: "an object of 10 MB out of a bucket, beside a Worker by hand",
  stream: "memory while 1 GB streams through",
  cold: "what the first request costs",
  profile: "in which functions a request's time is spent",
  size: "of which parts the wasm consists",
  costs: "comparisons and allocations of the core for each kind of request, counted",
  linear: "whether twice the input is at most twice the work",
  tool: "how long the command-line tool takes to start, in Node and natively",
  purge: "how long a purge of the Ledger holds up other calls",
};

const help = `npm run bench [-- OPTIONS]           request, tags, tokens, schemes, answers: one after the other
npm run bench -- NAME [OPTIONS]      one of these:

${Object.entries(ONES).map(([name, what]) => `  ${name.padEnd(11)}${what}`).join("\n")}

Each has a --help of its own. Without a name the numbers that are given are for the requests with a signed link, and with
--only nothing else is measured; --quick, --json, --write and --check are for all.

`;

ends("bench", async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name !== undefined && !name.startsWith("-")) return one(name, args);
  const options = parseOptions(process.argv.slice(2), request);
  if (options.help) return void process.stdout.write(help + usage(request));
  buildDemo();

  const found = {};
  for (const bench of options.only ? [request] : [request, tags, tokens, schemes, answers]) {
    const own = bench === request ? options : { ...parseOptions(options.quick ? ["--quick"] : [], bench) };
    const summary = await measureOrSkip(bench, own);
    if (summary === undefined) continue;
    found[bench.name] = summary;
    if (!options.json) process.stdout.write(toText(bench, summary));
    if (options.write) writeTables(bench, summary);
  }
  if (options.json) process.stdout.write(toJson(found));
  return options.check && Object.values(found).some(isMissed) ? 1 : 0;
});

async function one(name, args) {
  if (!(name in ONES)) throw new Error(`there is no ${name}, but ${Object.keys(ONES).join(", ")}`);
  if (!args.includes("--help")) buildDemo();
  return runNode([`${name}.mjs`, ...args], "inherit");
}

/** Shown on standard error: with --json, standard output holds the result alone. */
function buildDemo() {
  if (runNode(["../scripts/build.mjs", "--demo"], ["ignore", 2, 2]) !== 0) throw new Error("the demo does not build; the reason is above");
}

function runNode([script, ...args], stdio) {
  return spawnSync(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...args], { stdio }).status ?? 1;
}
