// examples/astro: the gateway around Astro's handler, which Astro's adapter bundles, prerendered pages among what is guarded.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { behaves } from "./lib/behaviour.mjs";
import { bundled, installed, typeErrors } from "./lib/example.mjs";
import { started, trace } from "./lib/running.mjs";

const example = installed("astro", { traced: { "src/middleware.ts": ["(context, next) => {", `(context, next) => {\n${trace("context.request")}`] } });
example.run("npm run build");
// What is deployed is not wrangler.toml, but what the adapter made of it.
const running = await started({ ...example, config: "dist/server/wrangler.json", out: bundled(example), entry: "entry.mjs" });
const { gate, called } = running;
after(() => running.stop());

behaves(running, { ...example, files: ["/members/handbook/", "/members/handbook/index.html"], open: "/_astro/" });

test("nothing of the framework's own is open", async () => {
  await called();
  for (const target of ["/_image?href=/members/handbook/", "/_server-islands/a", "/_actions/a", "/.dev.vars", "/_headers", "/__astro_prerender"]) {
    assert.equal((await gate.get(target)).status, 404, target);
  }
  assert.deepEqual(await called(), []);
});

test("its types are right", () => {
  assert.equal(typeErrors(example), "");
});
