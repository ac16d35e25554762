// The packed file, installed by npm into an empty folder as a newcomer does it: without the registry, but for jose, which npm is told
// to take from here.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { packageFolder, scratch } from "./lib/package.mjs";

const FLAGS = ["--origin", "https://origin.example.org", "--host", "gate.example.org", "--sign-in", "links"];

test("the packed file is installed, has every template, and the project names it", (t) => {
  const folder = scratch(t);
  const cache = mkdtempSync(path.join(tmpdir(), "edgegate-npm-"));
  t.after(() => rmSync(cache, { recursive: true, force: true }));
  const npm = (program, ...args) => {
    const env = { ...process.env, npm_config_cache: cache, npm_config_offline: "true", npm_config_audit: "false", npm_config_fund: "false", npm_config_update_notifier: "false" };
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, env, encoding: "utf8", input: "" });
    assert.equal(status, 0, `${program} ${args.join(" ")}\n${stdout}${stderr}`);
    return stdout;
  };
  npm("npm", "pack", packageFolder, "--ignore-scripts", "--loglevel=error");
  const [packed] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ private: true, overrides: { jose: `file:${inRoot("node_modules/jose")}` } }));
  npm("npm", "install", `./${packed}`, "--ignore-scripts");
  const said = npm("npx", "edgegate", "init", "gate", ...FLAGS);
  assert.match(said, /2 tests passed: no problem/);
  assert.equal(JSON.parse(readFileSync(path.join(folder, "gate/package.json"), "utf8")).devDependencies.edgegate, `file:../${packed}`);
  const templates = (root) => readdirSync(path.join(root, "templates"), { recursive: true }).sort();
  assert.deepEqual(templates(path.join(folder, "node_modules/edgegate")), templates(inRoot("package")), "npm leaves no template out");
  assert.match(npm("npx", "edgegate", "check", "gate/edgegate.toml"), /no problem/);
  assert.match(npm("npx", "edgegate", "build", "--policy", "gate/edgegate.toml", "--out", "built"), /^built: policy /m);
});
