// Which examples `npm test` installs, and that each is tested and is in the lists that people read.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { readToml } from "../../package/commands/lib/toml.mjs";
import { sorted } from "../../scripts/lib/examples.mjs";
import { testFiles } from "../../scripts/lib/node-tests.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";

const names = readdirSync(inRoot("examples"), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
const read = (name, file) => readFileSync(inRoot("examples", name, file), "utf8");
const files = testFiles("tests/examples");

test("the small ones are run, and all where that is said or one is named", () => {
  const small = ["hono", "itty", "pages", "plain"].map((name) => `tests/examples/${name}.test.mjs`);
  assert.deepEqual(sorted(files, { env: {} }).now, small);
  assert.deepEqual(sorted(files, { env: { EDGEGATE_EXAMPLES: "all" } }), { now: files, otherwise: [] });
  const nuxt = ["tests/examples/nuxt.test.mjs"];
  assert.deepEqual(sorted(nuxt, { env: {}, only: [{ files: nuxt }] }).now, nuxt);
});

test("each example has a test, a line in the list, and a README that is quickly read", () => {
  assert.deepEqual(files, names.map((name) => `tests/examples/${name}.test.mjs`));
  const list = read("", "README.md");
  for (const name of names) {
    assert.ok(list.includes(`| [\`${name}\`](${name}/README.md) |`), name);
    assert.ok(read(name, "README.md").trimEnd().split("\n").length <= 25, `${name}: at most 25 lines`);
  }
});

test("what their READMEs point at is there", () => {
  for (const name of [".", ...names]) {
    for (const [, target] of read(name, "README.md").matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      assert.ok(/^https?:/.test(target) || existsSync(inRoot("examples", name, target)), `${name}: ${target} is not there`);
    }
  }
});

test("each example names exact versions, has two tests in its policy, and lets no file past the gateway", () => {
  const { version } = JSON.parse(readFileSync(inRoot("package/package.json"), "utf8"));
  for (const name of names) {
    const { dependencies, devDependencies } = JSON.parse(read(name, "package.json"));
    const { edgegate, ...others } = { ...dependencies, ...devDependencies };
    assert.equal(edgegate, `file:../../target/edgegate-${version}.tgz`, name);
    for (const [other, wanted] of Object.entries(others)) assert.match(wanted, /^\d+\.\d+\.\d+$/, `${name}: ${other}`);
    assert.equal(readToml(read(name, "edgegate.toml")).tree.tests.length, 2, name);
    const { assets, pages_build_output_dir: isPages, ratelimits } = readToml(read(name, "wrangler.toml")).tree;
    if (assets) assert.equal(assets.run_worker_first, true, name);
    assert.ok(isPages || ratelimits.some((one) => one.name === "EDGEGATE_LIMITER"), name);
    assert.ok(!existsSync(inRoot("examples", name, "public/_routes.json")), `${name}: it would exclude addresses from the gateway`);
  }
});
