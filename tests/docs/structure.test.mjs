// The picture in ARCHITECTURE.md is the structure: the crates depend on each other as it says, and no room of the core
// imports one that stands above it.

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { root } from "../e2e/lib/gateway.mjs";
import { code, document, rowsUnder } from "./lib/demo.mjs";
import { circles, importsOf, modulesOf } from "./lib/imports.mjs";
import { functions } from "./lib/parameters.mjs";

const CORE = "crates/core/src";

/** Imports that lead up, each with its place. One that is added fails, and so does one that is gone and still listed here. */
const EXCEPTIONS = {};

/** Percent of all functions, `self` counted. The platform's own calls, a port's and the simulator's are among them. */
const MANY_PARAMETERS = 1.7;

/** Circles within one folder: a type with parts that know it, or a module with files of its own. */
const WITHIN = [
  "crates/core/src/credential/grant: code mod tokens",
  "crates/core/src/credential/session: cookies mod",
  "crates/core/src/http/multipart: header mod parameter reader",
  "crates/core/src/redirect/document: mod path",
  "crates/core/src/tags: comment context mod page script write",
];

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

test("no files of different folders take names from each other in a circle, and within a folder only these do", () => {
  const found = ["crates/core/src", "crates/policy/src", "crates/cli/src", "src"].flatMap((folder) => circles(importsOf(modulesOf(path.join(root, folder)))));
  const named = found.map((files) => files.map((file) => path.relative(root, file)));
  const folders = (files) => new Set(files.map((file) => path.dirname(file)));
  assert.deepEqual(named.filter((files) => folders(files).size > 1), []);
  assert.deepEqual(named.map((files) => `${path.dirname(files[0])}: ${files.map((file) => path.basename(file, ".rs")).join(" ")}`), WITHIN);
});

test("a circle is seen, whatever form the imports have", () => {
  const modules = new Map(Object.entries({
    "": "mod a;\npub use a::Thing;",
    a: "use crate::b::{self, Other};",
    b: "pub use c::Deep;\nmod c;\npub struct Other;",
    "b::c": "use crate::Thing;\npub struct Deep;",
    d: "fn f(x: super::b::Deep) {}",
  }).map(([name, source]) => [name, { file: name || "lib", source }]));
  const graph = importsOf(modules);
  assert.deepEqual([...graph.get("d")], ["b::c"]);
  assert.deepEqual(circles(graph), []);
  modules.set("b", { file: "b", source: "pub use c::Deep;\nmod c;\nuse super::d::f;\npub struct Other(c::Deep);\nuse self::c::Deep;" });
  modules.set("b::c", { file: "b::c", source: "use crate::Thing;\nuse super::Other;" });
  assert.deepEqual(circles(importsOf(modules)), [["a", "b", "b::c", "d"]]);
});

test("an import is seen in whatever form it is written", () => {
  const seen = (file, source) => [...imports(file, source)].sort();
  assert.deepEqual(seen("gate/mod.rs", "use crate::{http::{query, Target}, refusal::Reason};\n"), ["http", "refusal"]);
  assert.deepEqual(seen("gate/mod.rs", "fn f(x: &crate::ports::Body) { super::log::line() }\n"), ["log", "ports"]);
  assert.deepEqual(seen("gate/a.rs", "use super::b;\nuse super::super::log;\n"), ["log"]);
  assert.deepEqual(seen("gate/a.rs", "// crate::log\n/// [`crate::log`]\n#[cfg(test)]\nmod tests {\n    use crate::log;\n}\nuse crate::http;\n"), ["http"]);
});

test("few functions have five parameters or more", () => {
  const folders = ["src", ...readdirSync(path.join(root, "crates")).map((name) => `crates/${name}/src`)];
  const files = folders.flatMap((folder) => rust(folder).map((file) => `${folder}/${file}`)).filter((file) => file !== "src/tests.rs");
  const all = files.flatMap((file) => functions(document(file)).map((one) => ({ ...one, file })));
  assert.ok(all.length > 1500, `${all.length} functions`);
  const many = all.filter(({ parameters }) => parameters >= 5);
  const percent = (100 * many.length) / all.length;
  const list = many.map(({ file, name, parameters }) => `${file} ${name} ${parameters}`).join("\n");
  assert.ok(percent <= MANY_PARAMETERS, `${percent.toFixed(2)} % of ${all.length}: what belongs together is one type\n${list}`);
});

test("parameters are counted in whatever form they are written", () => {
  const counted = (source) => functions(source).map(({ name, parameters }) => `${name} ${parameters}`);
  assert.deepEqual(counted("fn none() {}\nfn one(&self) {}\nfn two(self, x: u8,) {}"), ["none 0", "one 1", "two 2"]);
  assert.deepEqual(counted("fn f<'a, T: Fn(u8, u8) -> bool, const N: usize>(a: &'a T, b: [u8; N]) -> Map<u8, u8> {}"), ["f 2"]);
  assert.deepEqual(counted("fn f(a: impl Fn(&str, u8) -> Option<u8>, b: Map<K, Vec<(u8, u8)>>, c: &mut dyn FnMut(u8)) {}"), ["f 3"]);
  assert.deepEqual(counted("fn f((a, b): (u8, u8), Point { x, y }: Point, [c, d]: [u8; 2]) {}"), ["f 3"]);
  assert.deepEqual(counted("fn f(a: fn(u8, u8) -> u8) { g(|x, y| x, 1, 2) }\nfn h<P>(\n    a: u8, // one, two\n    b: u8,\n) {}"), ["f 1", "h 2"]);
  assert.deepEqual(counted("// fn a(b: u8)\nconst S: &str = \"fn c(d: u8)\";\nconst Q: char = '\"';\nfn e(f: &'static str) {}"), ["e 1"]);
  assert.deepEqual(counted("#[cfg(test)]\nmod tests {\n    fn f(a: u8) {}\n}\nfn g() {}"), ["g 0"]);
});

/** The rooms of each row of the picture, from the top down. */
function floors(markdown) {
  const [, block] = /^<!-- the rooms of the core -->\n```text\n([^]*?)^```$/m.exec(markdown) ?? assert.fail("there is no picture");
  return block.trimEnd().split("\n").map((line) => line.split(/ {2,}/)[0].trim().split(/[ ,]+/));
}

function sources() {
  return rust(CORE).filter((file) => file !== "lib.rs");
}

function rust(folder) {
  return readdirSync(path.join(root, folder), { recursive: true }).filter((file) => file.endsWith(".rs"));
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
