// `node bench/schemes.mjs`: what SuperOffice's schemes cost, each beside a generic signed link. `--help` says more.
// `npm run bench` does the same at its end.

import { Skip } from "./lib/contender.mjs";
import { progress } from "./lib/progress.mjs";
import { parseArguments, USAGE } from "./lib/schemes-arguments.mjs";
import { raceOverSchemes } from "./lib/schemes-race.mjs";
import { toJson, toTable } from "./lib/schemes-report.mjs";

async function main() {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) return void process.stdout.write(USAGE);
  const summary = await raceOverSchemes(options);
  process.stdout.write(options.json ? toJson(summary) : toTable(summary));
  if (options.check && summary.goals.some((goal) => !goal.met)) process.exitCode = 1;
}

main().catch((error) => {
  progress("");
  console.error(`schemes: ${error instanceof Skip ? "skipped, " : ""}${error.message}`);
  process.exitCode = error instanceof Skip ? 0 : 1;
});
