// The gateway before Pages Functions, as wrangler makes a Worker of them: functions, files, and what it may use once by the Ledger
// of another Worker, since Pages can have no class of its own.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { applications, inProcess, site } from "../lib/applications.mjs";
import { refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { ownWorker, pagesFunctions } from "../../../scripts/lib/own-worker.mjs";
import { link } from "../lib/sign.mjs";

const policy = inProcess(demoPolicy(), `
[[routes]]
name = "plain"
path = "/plain/*"
accept = ["none"]
forward = { origin = "demo" }`);
const files = {
  "functions/_middleware.js": `
import { edgegate } from "edgegate";
import policy from "../build/policy.js";
export const onRequest = edgegate.pages(policy);`,
  "functions/me/[[path]].js": `
let calls = 0;
export const onRequest = async ({ request, data }) => Response.json({ calls: ++calls, who: data.edgegate, url: request.url, length: (await request.text()).length, headers: [...request.headers] });`,
  "functions/plain/throw.js": `
export const onRequest = ({ passThroughOnException }) => { passThroughOnException(); throw new Error("a-secret-of-the-function"); };`,
};
const assets = 'export default { fetch: (request) => new Response("a file: " + new URL(request.url).pathname) };';
const gateway = await startGateway(
  {
    pages: { folder: pagesFunctions({ policy, files }), sharing: "holder", services: { ASSETS: "assets" } },
    holder: { folder: await ownWorker(applications.object, { policy, files: { "site.js": site } }) },
  },
  { beside: { assets } },
);
const { pages: gate } = gateway;
after(() => gateway.stop());
const bearer = async () => ({ authorization: `Bearer ${(await gate.admin("token", { subject: "1001002" })).access_token}` });

test("a function finds who it is, and the request without its credential", async () => {
  const answer = await gate.post("/me/a?b=c", "body", { ...(await bearer()), "edgegate-subject": "root", "content-type": "text/plain" });
  assert.equal(answer.status, 200, answer.text);
  const { who, url, length, headers } = answer.json;
  assert.deepEqual([who.kind, who.subject, who.route, who.claims.sub], ["person", "1001002", "me", "1001002"]);
  assert.deepEqual([url, length], ["http://127.0.0.1:8787/me/a?b=c", 4]);
  assert.equal(new Map(headers).has("authorization"), false);
});

test("a file is behind the gateway too", async () => {
  assert.equal((await gate.get("/plain/a.txt")).text, "a file: /plain/a.txt");
  await refused(await gate.get("/files/a.txt"), 403, "credential_missing");
  assert.equal((await gate.get(link("/files/a.txt"))).text, "a file: /files/a.txt");
  await refused(await gate.get("/other/a.txt"), 404, "no_route");
});

test("a request that is refused reaches no function", async () => {
  const called = async () => (await gate.get("/me/a", await bearer())).json.calls;
  const before = await called();
  await refused(await gate.get("/me/a"), 401, "credential_missing");
  await refused(await gate.get("/me/a", { authorization: "Bearer egt_seal-1_forged" }), 401, "token_forged");
  assert.equal(await called(), before + 1);
});

test("a link works once, by the other Worker's Ledger", async () => {
  const once = link("/once/a", "n=pages");
  const answers = await Promise.all([1, 2, 3].map(() => gate.get(once)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 403, 403]);
});

test("a function that throws is a 502, even one that would have the file served instead", async () => {
  const answer = await gate.get("/plain/throw");
  assert.ok(!answer.text.includes("a-secret") && !answer.text.includes("a file"), answer.text);
  await refused(answer, 502, "origin_unavailable");
});

theLogHoldsNoCredential(gateway);
