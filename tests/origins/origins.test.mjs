// Real origins behind the real gate: 100,000 requests by a seed, and each origin understands what was checked. An origin
// that is not installed is named as skipped; on CI none may be. `npm run origins` is the same with more to say.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startCampaign } from "./lib/campaign.mjs";
import { origins } from "./lib/origins.mjs";
import { examples, summary } from "./lib/report.mjs";

const requests = 100_000;
// On CI always the same, so that what turns it red is the change.
const seed = process.env.CI === "true" ? 637_715_455 : Math.floor(Math.random() * 2 ** 32);
const campaign = await startCampaign();
after(() => campaign.stop());
console.log(`${requests} requests, seed ${seed}: some minutes`);
const results = await campaign.run({ seed, requests, progress: (done) => console.log(`${done} requests`) });
console.log(summary(results));

for (const { name } of origins) {
  const missing = campaign.skipped.find((one) => one.name === name)?.why;
  test(`${name} understands what was checked`, { skip: process.env.CI === "true" ? false : missing }, () => {
    assert.equal(missing, undefined, `on CI every origin is there: ${missing}`);
    const { requests: sent, served, found } = results[name];
    assert.ok(served > sent / 10, `of ${sent} requests it served ${served}: it is not up, or nothing was let through`);
    assert.ok(found.size === 0, `node tests/origins/run.mjs\n${examples({ [name]: results[name] }, seed)}`);
  });
}

test("there are as many requests as there should be", () => {
  const sent = Object.values(results).reduce((sum, count) => sum + count.requests, 0);
  assert.ok(sent >= requests - origins.length, `${sent}`);
});
