// npm run load: mixed traffic at two isolates, and what came of it. See docs/reliability.md.
import { parseArgs } from "node:util";
import { writeMarked } from "../../scripts/lib/marked.mjs";
import { buildDemo } from "../../scripts/build.mjs";
import { Failure, main } from "../../scripts/lib/run.mjs";
import { load } from "./lib/load.mjs";
import { report } from "./lib/report.mjs";

const help = `npm run load: two isolates with mixed traffic, good and bad, at once from several sides, by clients that leave.

  npm run load                     a minute of it
  npm run load -- --minutes 15     so long
  npm run load -- --rate 200       so many actions a second at most (100); an action is one to ten requests
  npm run load -- --seed 7         this traffic again; without it a new seed, which is printed
  npm run load -- --write          the table of docs/reliability.md, if all was well

It fails where a decision was wrong, where a line is missing, and in a run of 10 minutes or more where the memory of the wasm or
of the process grew by more than 10 % after half of the time. In a shorter one the wasm may grow by half of what the clients that
left had sent.`;

main(async (args) => {
  const { values } = parseArgs({
    args,
    options: { minutes: { type: "string", default: "1" }, rate: { type: "string", default: "100" }, seed: { type: "string" }, write: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) return void console.log(help);
  const [minutes, rate, seed] = [values.minutes, values.rate, values.seed ?? Math.floor(Math.random() * 2 ** 32)].map(Number);
  if (!(minutes > 0) || !(rate > 0) || !Number.isSafeInteger(seed)) throw new Failure("--minutes, --rate and --seed want numbers", { todo: help });
  await buildDemo();
  const found = await load({ minutes, rate, seed, progress: (text) => console.log(`  .. ${text}`) });
  const { table, wrong } = report(found);
  console.log(`\n${table}`);
  for (const text of wrong) console.error(`  !! ${text}`);
  if (values.write && wrong.length === 0) writeMarked("docs/reliability.md", "npm run load -- --write", table);
  return wrong.length > 0 ? 1 : 0;
});
