// What runs without a person looking on: the build command of a project, where the package is installed and where it is not.

import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { test } from "node:test";
import { run } from "../../package/commands/lib/run.mjs";
import { readToml } from "../../package/commands/lib/toml.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { initialised, packageFolder, scratch } from "./lib/package.mjs";

const examples = readdirSync(inRoot("examples")).filter((name) => existsSync(inRoot("examples", name, "package.json")));

test("the build command runs what is installed, and asks no registry where nothing is", async (t) => {
  const asked = [];
  const registry = http.createServer((request, response) => (asked.push(request.url), response.writeHead(404).end("{}"))).listen(0, "127.0.0.1");
  await new Promise((resolve) => registry.once("listening", resolve));
  t.after(() => (registry.close(), registry.closeAllConnections()));
  const folder = path.join(scratch(t), "gate");
  await initialised(folder, "--origin", "https://origin.example.org", "--host", "gate.example.org", "--sign-in", "links");
  const { command } = readToml(readFileSync(path.join(folder, "wrangler.toml"), "utf8")).tree.build;
  const env = { ...process.env, npm_config_registry: `http://127.0.0.1:${registry.address().port}/`, npm_config_cache: scratch(t), CI: "true" };
  const build = () => run("sh", ["-c", command], { cwd: folder, env, timeout: 60_000 });
  const bare = await build();
  assert.notEqual(bare.code, 0);
  assert.ok(!existsSync(path.join(folder, "build")));
  assert.deepEqual(asked, []);
  assert.doesNotMatch(bare.output, /E404|registry/);
  mkdirSync(path.join(folder, "node_modules"));
  cpSync(packageFolder, path.join(folder, "node_modules/edgegate"), { recursive: true });
  const installed = await build();
  assert.equal(installed.code, 0, installed.output);
  assert.ok(existsSync(path.join(folder, "build/policy.bin")));
});

test("nothing that runs by itself goes through npx", () => {
  const files = ["package/templates/project/wrangler.toml", "package/templates/project/package.json", ...examples.flatMap((name) => ["package.json", "wrangler.toml", "wrangler.jsonc"].map((file) => `examples/${name}/${file}`))].filter((file) => existsSync(inRoot(file)));
  assert.ok(files.length > examples.length);
  for (const file of files) {
    const commands = readFileSync(inRoot(file), "utf8").split("\n").filter((line) => !line.trim().startsWith("#"));
    assert.doesNotMatch(commands.join("\n"), /\bnp[mx] (?:exec )?(?:-[\w-]+ )*edgegate\b/, file);
  }
});
