// npm run origins: real origins behind the real gate, and whether they understand what was checked. See docs/testing.md.
import { parseArgs } from "node:util";
import { buildDemo } from "../../scripts/build.mjs";
import { Failure, main, seconds } from "../../scripts/lib/run.mjs";
import { startCampaign } from "./lib/campaign.mjs";
import { total, summary, examples } from "./lib/report.mjs";

const help = `npm run origins: requests by seed through the gate to nginx, Apache, PHP, Flask, Django, Rack, Node and Express.

  npm run origins                       100,000 requests
  npm run origins -- --long             5,000,000
  npm run origins -- --requests 20000   so many
  npm run origins -- --seed 7           these; without it a new seed, which is printed
  npm run origins -- --only php,rack    these origins
  npm run origins -- --all              every sort of difference, not only the most frequent
  npm run origins -- --replay 7:1234    case 1234 of seed 7 again, with all that was said`;

main(async (args) => {
  const { values } = parseArgs({
    args,
    options: { long: { type: "boolean" }, requests: { type: "string" }, seed: { type: "string" }, only: { type: "string" }, replay: { type: "string" }, all: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) return void console.log(help);
  await buildDemo();
  const campaign = await startCampaign({ names: values.only?.split(",") });
  try {
    for (const { name, why } of campaign.skipped) console.log(`  -- ${name} is skipped: ${why}`);
    return values.replay ? await replay(campaign, values.replay) : await run(campaign, values);
  } finally {
    await campaign.stop();
  }
});

async function run(campaign, { long, all, requests: wanted, seed: given }) {
  const seed = Number(given ?? Math.floor(Math.random() * 2 ** 32));
  const requests = Number(wanted ?? (long ? 5_000_000 : 100_000));
  if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(requests)) throw new Failure("--seed and --requests want whole numbers", { todo: help });
  console.log(`  .. ${requests} requests, seed ${seed}`);
  const begun = performance.now();
  let shown = 0;
  const results = await campaign.run({
    seed,
    requests,
    progress: (done, so) => {
      if (performance.now() - shown < (long ? 60_000 : 15_000)) return;
      shown = performance.now();
      console.log(`  .. ${done} of ${requests} in ${seconds(begun)}, ${total(so)} differences`);
    },
  });
  console.log(`${summary(results)}\n  seed ${seed}, ${seconds(begun)}`);
  if (total(results) === 0) return 0;
  console.error(examples(results, seed, all ? Infinity : 60));
  return 1;
}

async function replay(campaign, text) {
  const [seed, number] = text.split(":").map(Number);
  const { origin, sent, request, answer, seen, found } = await campaign.one(seed, number);
  console.log(`${origin}, shown ${JSON.stringify(sent.shown)}:\n\n${request}\n\nanswered ${answer.status} ${answer.body.slice(0, 2000)}\n\nunderstood ${JSON.stringify(seen, undefined, 2)}\n`);
  for (const { kind, what } of found) console.log(`  !! ${kind}: ${what}`);
  return found.length > 0 ? 1 : 0;
}
