// examples/sveltekit: the gateway around what SvelteKit's adapter builds, prerendered pages and data among it.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { behaves, invited } from "./lib/behaviour.mjs";
import { bundled, installed, typeErrors } from "./lib/example.mjs";
import { started, trace } from "./lib/running.mjs";

const example = installed("sveltekit", { traced: { "src/hooks.server.ts": ["({ event, resolve }) => {", `({ event, resolve }) => {\n${trace("event.request")}`] } });
const running = await started({ ...example, out: bundled(example), entry: "worker.js" });
const { gate, called } = running;
after(() => running.stop());

behaves(running, { ...example, files: ["/members/handbook"], open: "/_app/immutable/" });

test("the data of a page, which SvelteKit loads alone, is guarded as the page is", async () => {
  const cookie = await invited(gate, example.link);
  await called();
  const data = "/members/__data.json?x-sveltekit-trailing-slash=1&x-sveltekit-invalidated=01";
  assert.equal((await gate.get(data)).status, 403);
  assert.deepEqual(await called(), []);
  const answer = await gate.get(data, { cookie });
  assert.deepEqual([answer.status, answer.text.includes('"jo"')], [200, true], answer.text);
});

test("what pages load is there for everybody, and nothing else of the framework's", async () => {
  const [, script] = /(\/_app\/immutable\/[^"']+\.js)/.exec((await gate.get("/", { accept: "text/html" })).text.replaceAll('"./', '"/')) ?? [];
  assert.equal((await gate.get(script)).status, 200, script);
  await called();
  for (const target of ["/_app/version.json", "/_app/remote/a/b", "/_app/env.js", "/_worker.js", "/_headers", "/_redirects"]) assert.equal((await gate.get(target)).status, 404, target);
  assert.deepEqual(await called(), []);
});

test("its types are right", () => {
  assert.equal(typeErrors(example), "");
});
