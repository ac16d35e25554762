// The picture in ARCHITECTURE.md is the structure: the crates depend on each other as it says, and no room of the core
// imports one that stands above it.

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { root } from "../e2e/lib/gateway.mjs";
import { code, document, rowsUnder } from "./lib/demo.mjs";

const CORE = "crates/core/src";

/** Imports that lead up, each with its place. One that is added fails, and so does one that is gone and still listed here. */
const EXCEPTIONS = {};

const picture = floors(document("ARCHITECTURE.md"));
const height = new Map(picture.flatMap((rooms, at) => rooms.map((room) => [room, picture.length - at])));

test("the picture has every room of the core, and no other", () => {
  const there = readdirSync(path.join(root, CORE)).map(roomOf).filter((room) => room !== "lib");
  assert.deepEqual([...height.keys()].sort(), [...new Set(there)].sort());
});

test("no room imports one that stands beside or above it", () => {
  const up = new Set();
  for (const file of sources()) {
    const from = roomOf(file);
    for (const to of imports(file, document(`${CORE}/${file}`))) {
      if (to !== from && height.get(to) >= height.get(from)) up.add(`${from} -> ${to}`);
    }
  }
  assert.deepEqual([...up].sort(), Object.keys(EXCEPTIONS).sort());
});

test("every source that is named without the core's folder is there", () => {
  const table = rowsUnder(document("ARCHITECTURE.md"), "## Where each promise is kept").map(([, kept]) => kept).join();
  const paths = [...table.matchAll(/`((?!src\/|crates\/)[\w./-]+)`/g)].map(([, name]) => name);
  assert.ok(paths.length > 10);
  assert.deepEqual(paths.filter((name) => !existsSync(path.join(root, CORE, name))), []);
});

test("the crates depend on each other as the table says", () => {
  const rows = rowsUnder(document("ARCHITECTURE.md"), "## Crates");
  assert.ok(rows.length >= 4);
  for (const [folder, , on] of rows) {
    const manifest = code(folder) === "src/" ? "Cargo.toml" : path.join(code(folder), "Cargo.toml");
    const [, package_ = ""] = document(manifest).split(/^\[package\]$/m);
    const [sections] = package_.split(/^\[(?:workspace|lints|profile)/m);
    const needed = sections.split(/^(?=\[)/m).filter((section) => /^\[.*dependencies\]/.test(section) && !section.includes("dev-dependencies"));
    const own = [...needed.join("").matchAll(/^edgegate-(\w+)/gm)].map(([, name]) => name);
    const said = [...on.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    assert.deepEqual([...new Set(own)].sort(), said.sort(), `${code(folder)}: the table says ${said}`);
  }
});

test("an import is seen in whatever form it is written", () => {
  const seen = (file, source) => [...imports(file, source)].sort();
  assert.deepEqual(seen("gate/mod.rs", "use crate::{http::{query, Target}, refusal::Reason};\n"), ["http", "refusal"]);
  assert.deepEqual(seen("gate/mod.rs", "fn f(x: &crate::ports::Body) { super::log::line() }\n"), ["log", "ports"]);
  assert.deepEqual(seen("gate/a.rs", "use super::b;\nuse super::super::log;\n"), ["log"]);
  assert.deepEqual(seen("gate/a.rs", "// crate::log\n/// [`crate::log`]\n#[cfg(test)]\nmod tests {\n    use crate::log;\n}\nuse crate::http;\n"), ["http"]);
});

/** The rooms of each row of the picture, from the top down. */
function floors(markdown) {
  const [, block] = /^<!-- the rooms of the core -->\n```text\n([^]*?)^```$/m.exec(markdown) ?? assert.fail("there is no picture");
  return block.trimEnd().split("\n").map((line) => line.split(/ {2,}/)[0].trim().split(/[ ,]+/));
}

function sources() {
  return readdirSync(path.join(root, CORE), { recursive: true }).filter((file) => file.endsWith(".rs") && file !== "lib.rs");
}

function roomOf(file) {
  return file.split(path.sep)[0].replace(/\.rs$/, "");
}

/** The rooms that a source names outside of its comments and its tests. */
function imports(file, source) {
  const text = source
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/^#\[cfg\((?:test|all\(test\b.*)\)\]\n(?:#\[.*\]\n)*mod \w+ \{[^]*?^\}$/gm, "");
  const found = new Set();
  const named = (tree) => tree.split(/,(?![^{]*\})/).forEach((one) => found.add(/^\s*(\w*)/.exec(one)[1]));
  for (const [, tree] of text.matchAll(/\bcrate::\{((?:[^{}]|\{[^}]*\})*)\}/g)) named(tree);
  for (const [, name] of text.matchAll(/\bcrate::(\w+)/g)) found.add(name);
  const depth = file.split(path.sep).filter((part) => part !== "mod.rs").length;
  for (const [, climb, name] of text.matchAll(/((?:\bsuper::)+)(\w+)/g)) {
    if (climb.length / "super::".length >= depth) found.add(name);
  }
  return new Set([...found].filter((name) => height.has(name)));
}
