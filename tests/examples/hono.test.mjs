// examples/hono: the gateway as Hono's middleware, before the files that the platform holds for the Worker too.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { behaves } from "./lib/behaviour.mjs";
import { bundled, installed, typeErrors } from "./lib/example.mjs";
import { started, trace } from "./lib/running.mjs";

const FILE = "/members/handbook.html";
const use = ".use(edgegate.hono())";
const example = installed("hono", { traced: { "src/index.ts": [use, `${use}.use((c, next) => {\n${trace("c.req.raw")}\nreturn next();\n})`] } });
const out = bundled(example);
const running = await started({ ...example, out, entry: "index.js" });
after(() => running.stop());

behaves(running, { ...example, files: [FILE, "/members/handbook"] });

test("its types are right", () => {
  assert.equal(typeErrors(example), "");
});

test("without run_worker_first the file would be served to everybody, which the policy cannot prevent", async () => {
  const open = await started({ ...example, out, entry: "index.js", assets: { directory: "public", binding: "ASSETS" } });
  try {
    assert.match((await open.gate.get("/members/handbook")).text, /for members alone/);
  } finally {
    await open.stop();
  }
});
