// `node bench/tokens.mjs`: what it costs to verify a Bearer token, next to the libraries that Workers use for it. `--help` says
// more. `npm run bench` does the same at its end.

import { progress } from "./lib/progress.mjs";
import { parseArguments, USAGE } from "./lib/tokens-arguments.mjs";
import { raceOverTokens } from "./lib/tokens-race.mjs";
import { toJson, toTable } from "./lib/tokens-report.mjs";

async function main() {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) return void process.stdout.write(USAGE);
  const summary = await raceOverTokens(options);
  process.stdout.write(options.json ? toJson(summary) : toTable(summary));
  if (options.check && summary.goals.some((goal) => !goal.met)) process.exitCode = 1;
}

main().catch((error) => {
  progress("");
  console.error(`tokens: ${error.message}`);
  process.exitCode = 1;
});
