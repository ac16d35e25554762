// `node bench/tags.mjs`: what it costs to expand the tags of a page while it streams, next to the runtime's own HTMLRewriter
// doing the same edit; and memory, while a page of 100 MB passes. `--help` says more. `npm run bench` does the same at its end.

import { Skip } from "./lib/contender.mjs";
import { progress } from "./lib/progress.mjs";
import { parseArguments, USAGE } from "./lib/tags-arguments.mjs";
import { raceOverTags } from "./lib/tags-race.mjs";
import { toJson, toTable } from "./lib/tags-report.mjs";

async function main() {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) return void process.stdout.write(USAGE);
  const summary = await raceOverTags(options);
  process.stdout.write(options.json ? toJson(summary) : toTable(summary));
  if (options.check && summary.goals.some((goal) => !goal.met)) process.exitCode = 1;
}

main().catch((error) => {
  progress("");
  console.error(`tags: ${error instanceof Skip ? "skipped, " : ""}${error.message}`);
  process.exitCode = error instanceof Skip ? 0 : 1;
});
