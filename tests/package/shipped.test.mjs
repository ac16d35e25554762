// What is in the package: nothing that is not meant to be, no path of the machine that made it, and every licence.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { brotliDecompressSync } from "node:zlib";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { LICENSES } from "../../scripts/lib/shipped.mjs";
import { packageFolder } from "./lib/package.mjs";

const inPackage = (...parts) => path.join(packageFolder, ...parts);
const all = readdirSync(packageFolder, { recursive: true }).filter((name) => statSync(inPackage(name)).isFile());
const text = (name) => readFileSync(inPackage(name), "utf8");
const bill = JSON.parse(text("sbom.cdx.json"));

test("the folders are those that the package is made of", () => {
  const folders = [...new Set(all.filter((name) => name.includes(path.sep)).map((name) => name.split(path.sep)[0]))].sort();
  assert.deepEqual(folders, ["bin", "commands", "man", "middleware", "templates", "tool", "types", "worker"]);
  const alone = all.filter((name) => !name.includes(path.sep)).sort();
  assert.deepEqual(alone, ["LICENSE-APACHE", "LICENSE-MIT", "NOTICE", "README.md", "package.json", "sbom.cdx.json"]);
});

test("what package.json names is there", () => {
  const { bin, exports, man } = JSON.parse(text("package.json"));
  const named = [...Object.values(bin), man, ...Object.values(exports).flatMap((one) => (typeof one === "string" ? [one] : Object.values(one)))];
  for (const file of named) assert.ok(all.includes(path.normalize(file)), file);
});

test("no path of this machine is in it", () => {
  const tool = brotliDecompressSync(readFileSync(inPackage("tool/index_bg.wasm.br")));
  for (const [name, bytes] of [...all.map((file) => [file, readFileSync(inPackage(file))]), ["the tool's wasm", tool]]) {
    for (const word of [inRoot(), homedir(), "/.cargo/"].filter((one) => one.length > 5)) assert.ok(!bytes.includes(word), `${name} has ${word}`);
  }
});

test("every crate that is compiled into it has its licence in NOTICE", () => {
  const notice = text("NOTICE");
  const crates = bill.components.filter(({ purl }) => purl.startsWith("pkg:cargo/"));
  assert.ok(crates.length > 30);
  for (const { name, version, licenses, hashes } of crates) {
    assert.ok(notice.includes(`  ${name} ${version}: `), name);
    assert.match(notice, new RegExp(`^-{78}\\n.*\\b${name} ${version.replaceAll(".", "\\.").replaceAll("+", "\\+")}`, "m"), name);
    assert.ok(licenses[0].expression && /^[0-9a-f]{64}$/.test(hashes[0].content), name);
  }
});

test("the bill of materials is CycloneDX: each component once, and whole", () => {
  assert.deepEqual([bill.bomFormat, bill.specVersion, bill.version], ["CycloneDX", "1.6", 1]);
  const refs = bill.components.map((one) => one["bom-ref"]);
  assert.equal(new Set(refs).size, refs.length);
  assert.deepEqual(bill.dependencies[0].dependsOn, refs);
  const { name, version, dependencies } = JSON.parse(text("package.json"));
  assert.deepEqual([bill.metadata.component.name, bill.metadata.component.version], [name, version]);
  for (const [name, version] of Object.entries(dependencies)) assert.ok(refs.includes(`pkg:npm/${name}@${version}`), name);
});

test("cargo-deny holds crates to the licences that may be shipped", () => {
  const [, allowed] = /^allow = \[([^\]]*)\]/m.exec(readFileSync(inRoot("deny.toml"), "utf8"));
  assert.deepEqual(allowed.split(",").map((one) => one.trim().replaceAll('"', "")), LICENSES);
});

test("one version everywhere", () => {
  const version = /^version = "([^"]+)"/m.exec(readFileSync(inRoot("Cargo.toml"), "utf8"))[1];
  const of = (file) => JSON.parse(readFileSync(inRoot(file), "utf8"));
  assert.deepEqual([of("package.json").version, of("package/package.json").version, of("package/create/package.json").version, of("package/create/package.json").dependencies.edgegate], Array(4).fill(version));
});
