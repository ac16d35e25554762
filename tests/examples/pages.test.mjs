// examples/pages: the gateway before Pages Functions and before the files of a Pages project.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { behaves } from "./lib/behaviour.mjs";
import { bundled, installed } from "./lib/example.mjs";
import { started, trace } from "./lib/running.mjs";

const example = installed("pages", {
  traced: { "functions/members/index.js": ["({ data }) => new Response(`Hello, ${data.edgegate.subject}.\\n`)", `({ data, request }) => {\n${trace("request")}\nreturn new Response(\`Hello, \${data.edgegate.subject}.\\n\`);\n}`] },
});
const out = path.join(example.folder, "bundle");
example.run("npm run build && npx wrangler pages functions build --outdir bundle --build-output-directory public --output-routes-path routes.json");
const ledger = bundled(example, { config: "ledger/wrangler.toml" });
// As on Pages, whose routes are tested below: every address goes to the Worker, which asks for the files.
const running = await started(
  { ...example, out, entry: "index.js", assets: { directory: "public", binding: "ASSETS", run_worker_first: true } },
  { ...example, config: "ledger/wrangler.toml", out: ledger, entry: "index.js" },
);
after(() => running.stop());

behaves(running, { ...example, files: ["/members/handbook.html", "/members/handbook"] });

test("the platform sends every address through the functions, and serves no file by itself", () => {
  const { include, exclude } = JSON.parse(readFileSync(path.join(example.folder, "routes.json"), "utf8"));
  assert.deepEqual({ include, exclude }, { include: ["/*"], exclude: [] });
});
