// `npm test -- NAME`: what a name means, and what is said when it means nothing.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { findTests, pattern, similar, titlesIn } from "../../scripts/lib/find-tests.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { rustTests } from "../../scripts/lib/rust-tests.mjs";

const node = [
  { part: "e2e", file: "tests/e2e/links/single-use.test.mjs", titles: ["does not work again", "${what}: none works twice, none is lost"] },
  { part: "e2e", file: "tests/e2e/oauth/faults.test.mjs", titles: ["KV is down"] },
  { part: "faults", file: "tests/faults/verdict.test.mjs", titles: ["what is as it should be"] },
];
const rust = [
  { file: "tests/native/links/properties.rs", module: "links::properties", target: ["--test", "native"], tests: ["a_changed_byte_is_refused"], isWasm: false },
  { file: "src/tests.rs", module: "tests", target: ["--lib"], tests: ["an_answer_keeps_two_cookies_apart"], isWasm: true },
];
const all = { parts: ["native", "e2e", "faults", "wasm"], node, rust };
const found = (name) => findTests(name, all).matched.map(({ part, file, title }) => [part, file, title].filter(Boolean).join(" "));

test("a part is all of it, and what else has its name is said", () => {
  assert.deepEqual(found("e2e"), ["e2e"]);
  assert.deepEqual(findTests("faults", all), { matched: [{ part: "faults" }], also: ["tests/e2e/oauth/faults.test.mjs"] });
});

test("a file or a folder, by its name or the end of its path", () => {
  for (const name of ["single-use", "single_use", "e2e/links", "links/single-use", "single-use.test.mjs", "tests/e2e/links/single-use.test.mjs", "./tests/e2e/links"]) {
    assert.deepEqual(found(name), ["e2e tests/e2e/links/single-use.test.mjs"], name);
  }
  for (const name of ["properties", "links/properties", "tests/native/links/properties.rs"]) {
    assert.deepEqual(found(name), ["native tests/native/links/properties.rs"], name);
  }
  for (const name of ["link_properties", "links-prop", "propert"]) assert.deepEqual(found(name), ["native tests/native/links/properties.rs"], `${name}: pieces of it`);
});

test("a test by its title, as it is printed or a piece of it", () => {
  for (const name of ["None works twice", "nonces: none works twice, none is lost"]) {
    assert.deepEqual(found(name), ["e2e tests/e2e/links/single-use.test.mjs ${what}: none works twice, none is lost"], name);
  }
  for (const name of ["changed_byte", "a changed byte"]) assert.deepEqual(found(name), ["native tests/native/links/properties.rs a_changed_byte_is_refused"], name);
  assert.deepEqual(found("two cookies"), ["wasm src/tests.rs an_answer_keeps_two_cookies_apart"]);
  assert.equal(pattern("works (twice)"), "/works[ _/-]\\(twice\\)/i");
  assert.deepEqual(titlesIn('test("one", f);\n  test(\n    `two ${x}`, f);\nattack(\'three\', f); // latest("four", f)'), ["one", "two ${x}", "three"]);
});

test("what nothing is called is not found, and what is nearest is named", () => {
  assert.deepEqual(found("nosuchtest"), []);
  assert.deepEqual(found("tests/nosuchtest"), []);
  assert.equal(similar("link_propertis", all)[0], "links/properties");
  assert.deepEqual(similar("nosuchtest", all), []);
});

test("every test in Rust is found, whichever program has it", async () => {
  const known = await rustTests(process.env);
  const files = ["crates", "src", "tests"].flatMap((folder) => readdirSync(inRoot(folder), { recursive: true }).map((name) => path.join(folder, name)));
  const testing = files.filter((file) => file.endsWith(".rs") && /^\s*#\[(test|wasm_bindgen_test)\]$/m.test(readFileSync(inRoot(file), "utf8")));
  assert.ok(testing.length > 100);
  assert.deepEqual(testing.filter((file) => !known.some((one) => one.file === file)), []);
  const core = known.filter(({ file }) => file.startsWith("crates/core/src/"));
  for (const { file, module, target } of core) {
    assert.equal(module, file.slice("crates/core/src/".length).replace(/(\/mod)?\.rs$/, "").replaceAll("/", "::"));
    assert.deepEqual(target, ["--package", "edgegate-core", "--lib"]);
  }
  assert.ok(core.length > 20);
});

test("npm test ends with 1 where a name matches nothing, and says what there is", () => {
  const { status, stderr, stdout } = spawnSync(process.execPath, ["scripts/test.mjs", "link_propertis"], { cwd: inRoot("."), encoding: "utf8" });
  assert.equal(status, 1);
  assert.match(stderr, /no part, file, folder or test is called "link_propertis"\nDid you mean [^\n]*\blinks\/properties\b/);
  assert.match(stderr, /^ +e2e .*\blinks\/single-use\b/ms);
  assert.doesNotMatch(stdout, /npm packages/, "nothing is installed or built for it");
});
