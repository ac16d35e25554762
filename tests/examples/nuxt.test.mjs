// examples/nuxt: the gateway around what Nuxt builds, prerendered pages and their payloads among it. A body does not stream there:
// Nitro reads it whole before it calls a handler.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { behaves, invited } from "./lib/behaviour.mjs";
import { bundled, installed, typeErrors } from "./lib/example.mjs";
import { started, trace } from "./lib/running.mjs";

const example = installed("nuxt", { traced: { "server/middleware/edgegate.ts": ["(event) => {", `(event) => {\nconst asked = toWebRequest(event);\n${trace("asked")}`] } });
const running = await started({ ...example, out: bundled(example), entry: "worker.js" });
const { gate, called } = running;
after(() => running.stop());

behaves(running, { ...example, files: ["/members/handbook"], open: "/_nuxt/", streams: false });

test("the payload of a prerendered page is guarded as the page is", async () => {
  const payload = "/members/handbook/_payload.json";
  await called();
  assert.equal((await gate.get(payload)).status, 403);
  assert.deepEqual(await called(), []);
  assert.equal((await gate.get(payload, { cookie: await invited(gate, example.link) })).status, 200);
});

test("what pages load is there for everybody, and nothing else of the framework's", async () => {
  const [script] = /\/_nuxt\/[\w-]+\.js/.exec((await gate.get("/", { accept: "text/html" })).text);
  assert.equal((await gate.get(script)).status, 200, script);
  await called();
  for (const target of ["/__nuxt_island/a", "/__nuxt_error", "/_ipx/a", "/api/a", "/_headers", "/nitro.json"]) assert.equal((await gate.get(target)).status, 404, target);
  assert.deepEqual(await called(), []);
});

test("its types are right", () => {
  assert.equal(typeErrors(example, ".nuxt/tsconfig.server.json"), "");
});
