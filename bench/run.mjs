// `npm run bench`: what a request through the gateway costs, next to what it costs by hand in JavaScript.
//
// Every contender runs in a workerd of its own, all in one run. They take turns, round after round, so that whatever
// else the machine does falls on all of them. What is compared is the CPU time of the workerd process per request,
// not the time on the clock: it does not depend on how fast this program can send.
//
// Then what tags.mjs, tokens.mjs and schemes.mjs measure, with their own numbers of rounds and requests.

import { buildDemo } from "../scripts/build.mjs";
import { parseArguments, USAGE } from "./lib/arguments.mjs";
import { CONTENDERS } from "./contenders.mjs";
import { preflight } from "./lib/preflight.mjs";
import { Skip, startContender } from "./lib/contender.mjs";
import { progress } from "./lib/progress.mjs";
import { measureRounds } from "./lib/rounds.mjs";
import { parseArguments as parseSchemesArguments } from "./lib/schemes-arguments.mjs";
import { raceOverSchemes } from "./lib/schemes-race.mjs";
import { toTable as toSchemesTable } from "./lib/schemes-report.mjs";
import { summarise, toJson, toTable } from "./lib/report.mjs";
import { gatewaySizes } from "./lib/sizes.mjs";
import { parseArguments as parseTagsArguments } from "./lib/tags-arguments.mjs";
import { raceOverTags } from "./lib/tags-race.mjs";
import { toTable as toTagsTable } from "./lib/tags-report.mjs";
import { parseArguments as parseTokensArguments } from "./lib/tokens-arguments.mjs";
import { raceOverTokens } from "./lib/tokens-race.mjs";
import { toTable as toTokensTable } from "./lib/tokens-report.mjs";

async function main() {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) return void process.stdout.write(USAGE);

  await buildDemo();
  const running = [];
  const skipped = [];
  try {
    for (const contender of CONTENDERS.filter((one) => one.name.includes(options.only))) {
      progress(`starting: ${contender.name}`);
      try {
        running.push(await startContender(contender));
      } catch (error) {
        if (!(error instanceof Skip)) throw error;
        skipped.push({ name: contender.name, why: error.message });
      }
    }
    for (const one of running) {
      progress(`checking: ${one.name}`);
      await preflight(one);
    }

    const results = await measureRounds(running, options);
    const summary = summarise({ contenders: running, results, skipped, options, sizes: gatewaySizes() });
    if (!options.json) process.stdout.write(toTable(summary));
    if (options.check && summary.goal.met === false) process.exitCode = 1;
    await Promise.all(running.splice(0).map((one) => one.stop()));

    const tags = await measureMore("tags", (args) => raceOverTags(parseTagsArguments(args)), toTagsTable, options);
    const tokens = await measureMore("tokens", (args) => raceOverTokens(parseTokensArguments(args)), toTokensTable, options);
    const schemes = await measureMore("schemes", (args) => raceOverSchemes(parseSchemesArguments(args)), toSchemesTable, options);
    if (options.json) process.stdout.write(toJson({ ...summary, tags, tokens, schemes }));
  } finally {
    await Promise.all(running.map((one) => one.stop()));
  }
}

// Not where only some rows were asked for.
async function measureMore(name, race, tableOf, { quick, only, json, check }) {
  if (only !== "") return undefined;
  try {
    const summary = await race(quick ? ["--quick"] : []);
    if (!json) process.stdout.write(tableOf(summary));
    if (check && summary.goals.some((goal) => !goal.met)) process.exitCode = 1;
    return summary;
  } catch (error) {
    if (!(error instanceof Skip)) throw error;
    console.error(`${name}: skipped, ${error.message}`);
    return undefined;
  }
}

main().catch((error) => {
  progress("");
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
