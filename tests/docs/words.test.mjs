// What the documents quote is what the sources say, and what they point at is there.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { root } from "../e2e/lib/gateway.mjs";
import { code, document, rowsUnder } from "./lib/demo.mjs";

const here = readdirSync(root).filter((name) => name.endsWith(".md"));
const below = readdirSync(path.join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`);
const all = [...here, ...below];

test("the mistakes that docs/links.md lists are in the explainer's words", () => {
  const sources = readdirSync(path.join(root, "crates/core/src/explain")).map((name) => document(`crates/core/src/explain/${name}`)).join("\n");
  const tables = ["### Common mistakes, in the explainer's words", "### Common mistakes with redirects, in the explainer's words"];
  const rows = tables.flatMap((heading) => rowsUnder(document("docs/links.md"), heading));
  assert.ok(rows.length > 20);
  for (const [says] of rows) {
    for (const piece of says.split("…").map((piece) => piece.trim()).filter((piece) => piece.length > 6)) {
      assert.ok(sources.includes(piece), `the explainer never says: ${piece}`);
    }
  }
});

test("docs/operations.md has every member of the log line, in its order", () => {
  const members = [...document("crates/core/src/log.rs").matchAll(/\bline\.(?:word|number|known)\("(\w+)"/g)].map(([, name]) => name);
  assert.ok(members.length > 10);
  const rows = rowsUnder(document("docs/operations.md"), "## The log").map(([name]) => code(name));
  assert.deepEqual(rows, members);
});

test("CONTRIBUTING.md shows what npm start prints", () => {
  const [, shown] = /`npm start` builds [^]*?```text\n([^]*?)```/.exec(document("CONTRIBUTING.md"));
  const sources = ["scripts/setup.mjs", "scripts/start.mjs", "scripts/build.mjs", "crates/cli/src/build.rs"].map((name) => document(name)).join("\n");
  const pieces = shown.split(/[\n:,()]/).map((piece) => piece.replace(/^\s*(ok|\.\.) /, "").trim());
  const fixed = pieces.filter((piece) => piece.length > 3 && !/\d/.test(piece)); // neither versions nor seconds, nor what is counted
  assert.ok(fixed.length >= 8, fixed.join());
  assert.deepEqual(fixed.filter((piece) => !sources.includes(piece)), []);
});

for (const name of all) {
  test(`${name}: every file and heading it points at is there`, () => {
    const text = prose(document(name));
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?|mailto):/.test(target)) continue;
      const [file, anchor] = target.split("#");
      const full = file ? path.join(root, path.dirname(name), file) : path.join(root, name);
      assert.ok(existsSync(full), `${target} is not there`);
      if (anchor) assert.ok(anchors(readFileSync(full, "utf8")).includes(anchor), `${target}: no such heading`);
    }
  });

  test(`${name}: every path of the repository that it names is there`, () => {
    const text = prose(document(name));
    for (const [, target] of text.matchAll(/`((?:src|crates|tests|fixtures|docs|demo|scripts|bench|fuzz)\/[\w./-]*\w\/?)`/g)) {
      assert.ok(existsSync(path.join(root, target)) || ignored(target), `${target} is not there`);
    }
  });
}

/** What a build makes is not part of a clone. */
const ignored = (target) => /^demo\/(build|\.wrangler)/.test(target);

const prose = (markdown) => markdown.replace(/^```[\s\S]*?^```$/gm, "");

/** The anchors that GitHub gives to headings. */
function anchors(markdown) {
  const headings = [...prose(markdown).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
  return headings.map((heading) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-"));
}
