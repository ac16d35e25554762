// What comments, tests and fixtures cite of docs/protocols.md is there: the part, and the vector behind it.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const root = path.join(import.meta.dirname, "../..");
const read = (name) => readFileSync(path.join(root, name), "utf8");

test("every citation leads to a part of the page, and to a vector in it", () => {
  const known = parts();
  const found = files().flatMap((name) => citations(read(name)).map((cited) => ({ name, cited })));
  assert.ok(found.length > 50);
  for (const { name, cited } of found) {
    assert.ok(cited, `${name} cites the page, but no part of it`);
    let vectors;
    for (const one of cited.split(/,? /)) {
      if (known.has(one)) vectors = known.get(one);
      else assert.ok(vectors?.includes(one), `${name}: there is no ${one} (${cited})`);
    }
  }
});

test("every vector of the fixtures is on the page", () => {
  const listed = [...parts().values()].flat();
  const fixtures = ["luminate.json", "luminate-redirects.json", "vectors/signed_redirects.json"];
  const names = fixtures.flatMap((name) => [...read(`fixtures/${name}`).matchAll(/"name": "([LRS]\d+)\b/g)]).map(([, name]) => name);
  assert.ok(names.length > 25);
  for (const name of names) assert.ok(listed.includes(name), `no row for ${name}`);
});

/** By the name of each part ("A" for all of part A) the vectors in its table. */
function parts() {
  const sections = read("docs/protocols.md").split(/^(?=#{2,4} )/m);
  const headed = sections.map((section) => [/^#+ (?:Part )?([A-C](?:\d(?:\.\d)?)?)\b/.exec(section)?.[1], section]);
  return new Map(headed.filter(([name]) => name).map(([name, section]) => [name, vectorsOf(section)]));
}

function vectorsOf(section) {
  const rows = section.split("\n").filter((line) => /^\| [A-Z]\d+[ ,]/.test(line));
  return rows.flatMap((row) => row.split("|")[1].trim().split(", "));
}

/** Of each mention that is neither a path nor a link what is cited: `A2, R1`; undefined if nothing is. */
function citations(text) {
  const flowing = text.replace(/\n\s*(?:\/\/[/!]?|\*|#)?\s*/g, " ");
  const name = String.raw`[A-Z]\d+(?:\.\d)?`;
  const mention = new RegExp(String.raw`(?<!docs/|\]\()protocols\.md\x60?(?!#)(?: (?:part ([A-C])\b|(${name}(?:,? ${name})*)))?`, "g");
  return [...flowing.matchAll(mention)].map(([, part, names]) => part ?? names);
}

/** Where it may be cited. */
function files() {
  const folders = ["src", "crates", "tests", "fixtures", "docs", "fuzz", "demo", "bench", "scripts"];
  const below = folders.flatMap((folder) => readdirSync(path.join(root, folder), { recursive: true }).map((name) => `${folder}/${name}`));
  const all = [...readdirSync(root).filter((name) => name.endsWith(".md")), ...below];
  return all.filter((name) => /\.(rs|mjs|js|json|md|toml|py|txt)$/.test(name) && !/\/(build|target|node_modules|\.\w+)\//.test(name));
}
