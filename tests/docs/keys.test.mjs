// docs/operations.md, "An example" of a change of a key: each step is a policy that may be deployed after the one before it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { root } from "../e2e/lib/gateway.mjs";
import { document } from "./lib/demo.mjs";

const folder = mkdtempSync(path.join(tmpdir(), "edgegate-keys-"));
after(() => rmSync(folder, { recursive: true }));

const starter = document("edgegate.toml");
const [example, leaked] = ["### An example", "### If a key leaked"].map((heading) => tomlUnder(document("docs/operations.md"), heading));

/** What the starter's policy itself says of them. */
const given = /^\[keys\.seal-1\]\n(?:.+\n)*|^\[bearer\]\nkeys = .*\n/gm;
const deployed = starter.match(given).join("\n");

/** The blocks of TOML below a heading, as far as the next one. */
function tomlUnder(text, heading) {
  const section = text.split(`\n${heading}\n`)[1].split(/\n##/)[0];
  return [...section.matchAll(/^```toml\n([^]*?)^```$/gm)].map(([, block]) => block);
}

/** The starter's policy with what a block says of its seal keys and their list. */
function policy(block, at) {
  const file = path.join(folder, `${at}.toml`);
  writeFileSync(file, `${starter.replace(given, "")}\n${block}`);
  return file;
}

function check(before, now) {
  const args = ["run", "-s", "edgegate", "--", "check", policy(now, "now"), "--deployed", policy(before, "before")];
  return spawnSync("npm", args, { cwd: root, encoding: "utf8" });
}

test("each step of the example is fine after the one before it", { timeout: 600_000 }, () => {
  assert.equal(example.length, 3);
  for (const [at, now] of example.entries()) {
    const { status, stderr } = check(example[at - 1] ?? deployed, now);
    assert.equal(status, 0, `step ${at + 1}: ${stderr}`);
  }
});

test("what is done about a key that leaked is valid, and wants --keys-at-once", { timeout: 600_000 }, () => {
  assert.equal(leaked.length, 1);
  const { status, stdout, stderr } = check(deployed, leaked[0]);
  assert.equal(status, 1, stderr);
  assert.match(stderr, /bearer: `seal-1` is out/);
  assert.match(stdout, /nothing is to be deployed of it yet/);
});
