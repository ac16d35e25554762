// 2,000 routes, 500 clients and 50 issuers: compiled at once, decoded, and the first match still wins.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { LARGE, largePolicy } from "../../../bench/lib/large-policy.mjs";
import { compiled } from "../../../scripts/lib/demo-workers.mjs";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { link } from "../lib/sign.mjs";

const policy = largePolicy(demoPolicy());
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => gateway.stop());

test("it takes a fraction of what the platform takes for code and policy", () => {
  assert.ok(compiled(policy).length < 400_000, `${compiled(policy).length} bytes`);
});

test("the first, the last and the demo's own routes take what is theirs", async () => {
  for (const at of [0, 1995]) assert.equal(forwarded(await gate.get(`/large/${at / 10 | 0}/${at}/x`)).fields.get("edgegate-route"), `large-${at}`);
  forwarded(await gate.get(link("/files/a")));
  await refused(await gate.get("/large/0/1/x"), 401, "credential_missing");
  await refused(await gate.get("/large/0/2/x"), 401, "credential_missing");
  await refused(await gate.get(`/large/0/9/x`), 404, "no_route");
  await refused(await gate.get(`/large/${LARGE.routes}/x`), 404, "no_route");
});

theLogHoldsNoCredential(gateway);
