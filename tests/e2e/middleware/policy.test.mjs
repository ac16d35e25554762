// Where the middleware has no policy, or the gateway no application: everything is refused, and the log says what to do.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { applications, inProcess, site } from "../lib/applications.mjs";
import { refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway } from "../lib/gateway.mjs";
import { ownWorker } from "../../../scripts/lib/own-worker.mjs";
import { link } from "../lib/sign.mjs";

const policy = inProcess(demoPolicy());
const files = { "site.js": site };
const given = (modules) => applications.object.replace(/export default edgegate\((.*)\);/, (_, app) => `${modules}\nexport default edgegate(${app}, modules);`);
const gateway = await startGateway({
  none: { folder: await ownWorker(applications.object, { files }) },
  passed: { folder: await ownWorker(given('import modules from "./build/policy.js";'), { files, policy }) },
  views: { folder: await ownWorker(given('import built from "./build/policy.js";\nconst modules = { policy: new Uint8Array(built.policy), pages: new DataView(built.pages) };'), { files, policy }) },
  spoiled: { folder: await ownWorker(given('import built from "./build/policy.js";\nconst modules = { ...built, policy: built.policy.slice(0, 100) };'), { files, policy }) },
  alone: { policy },
});
after(() => gateway.stop());

test("without a policy everything is refused, and one line says what to do", async () => {
  const { none } = gateway;
  for (const ask of [() => none.get("/"), () => none.get("/files/a"), () => none.post("/plain/a", "x".repeat(100_000)), () => none.get(link("/files/a")), () => none.get("/.edgegate/health"), () => none.get("/.edgegate/admin/token")]) {
    const answer = await ask();
    assert.equal(answer.status, 503);
    assert.equal(answer.header("content-type"), "application/problem+json");
    assert.equal(answer.echo, undefined);
  }
  await logged("there is no policy");
  const lines = gateway.logs.filter((line) => line.includes("there is no policy"));
  assert.equal(lines.length, 1, lines.join("\n"));
  assert.match(lines[0], /"edgegate\/policy" = ".\/build\/policy.js"/);
  assert.match(lines[0], /edgegate\(app, policy\)/);
});

test("a policy that was passed is the one that counts, as the runtime's data or as a bundler's", async () => {
  for (const gate of [gateway.passed, gateway.views]) {
    assert.equal((await gate.get(link("/files/a"))).status, 200);
    await refused(await gate.get("/files/a"), 403, "credential_missing");
  }
});

test("a policy that cannot be read refuses everything", async () => {
  assert.equal((await gateway.spoiled.get(link("/files/a"))).status, 503);
  await logged("(policy.bin) cannot be read");
});

test("in a Worker without an application its routes are refused, and the first lines name it", async () => {
  await refused(await gateway.alone.get(link("/files/a")), 503, "binding_missing");
  await refused(await gateway.alone.get("/files/a"), 403, "credential_missing");
  await logged("binding edgegate(app) of origin demo is missing; its routes are answered 503");
});

/** A line of the log, which may take a moment to arrive. */
async function logged(text) {
  for (let tries = 0; !gateway.logs.some((line) => line.includes(text)); tries++) {
    assert.ok(tries < 100, `no line says: ${text}\n${gateway.logs.slice(0, 20).join("\n")}`);
    await sleep(20);
  }
}

/** Whether workerd starts such a Worker. */
async function starts(source) {
  const folder = await ownWorker(source, { files, policy });
  try {
    await (await startGateway({ own: { folder } })).stop();
    return true;
  } catch (error) {
    return String(error);
  }
}

test("what cannot be meant does not start", async () => {
  assert.equal(await starts(given('import modules from "./build/policy.js";')), true);
  assert.notEqual(await starts(given("const modules = null;")), true);
  assert.notEqual(await starts(given("const modules = { policy: new ArrayBuffer(8) };")), true);
  assert.notEqual(await starts(given('import built from "./build/policy.js";\nedgegate(answer, built);\nconst modules = { ...built, policy: built.policy.slice(0) };')), true);
  assert.notEqual(await starts(applications.object.replace(/edgegate\(\{.*\}\)/, "edgegate(undefined)")), true);
  assert.notEqual(await starts(applications.object.replace(/edgegate\(\{.*\}\)/, "edgegate({})")), true);
});
