// SECURITY.md claims nothing that no test shows: each row of its tables ends with tests, and each of them is there.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { root } from "../e2e/lib/gateway.mjs";
import { document } from "./lib/demo.mjs";

const text = document("SECURITY.md");
const rows = tables(text);

test("SECURITY.md: every section that claims something is a table whose last column is its tests", () => {
  const sections = text.split(/^## /m).slice(1).filter((section) => !/^(Reporting|The attacker)\n/.test(section));
  assert.ok(sections.length >= 7, `${sections.length} sections`);
  for (const section of sections) {
    const [heading] = section.split("\n");
    assert.match(section, /^\|.*\| tests \|$/m, `${heading} has no column of tests`);
    assert.doesNotMatch(section, /^[-*] /m, `${heading}: a claim in a list has no test beside it`);
  }
});

test("SECURITY.md: every row has as many cells as its heading, and says what shows it", () => {
  assert.ok(rows.length >= 80, `${rows.length} rows`);
  for (const { heading, cells } of rows) {
    assert.equal(cells.length, heading.length, cells[0]);
    assert.equal(heading.at(-1), "tests", cells[0]);
    const { named, untested } = evidence(cells.at(-1));
    assert.ok(named.length > 0 || untested, `no test: ${cells[0]}`);
  }
});

test("SECURITY.md: every test that it names is there", () => {
  const missing = rows.flatMap(({ cells }) => evidence(cells.at(-1)).named.filter((one) => !isThere(one)).map(words));
  assert.deepEqual(missing, []);
});

test("SECURITY.md: every source that it names is there", () => {
  const paths = [...text.matchAll(/`((?:src|scripts|docs)\/[\w./-]+)`/g)].map(([, name]) => name);
  assert.ok(paths.length >= 60, `${paths.length} paths`);
  assert.deepEqual(paths.filter((name) => !existsSync(path.join(root, name))), []);
});

test("a test that is not there, or that never runs, is missed", () => {
  const { named } = evidence("`tests/once.rs::no_such_test` `::finish`; `tests/e2e/links.test.mjs` \"no such title\", \"each changed byte\"; `fixtures/refusals.json` (`no_reason`, `link_expired`)");
  assert.deepEqual(named.map(isThere), [false, false, false, true, false, true]);
  assert.ok(!isThere({ file: "tests/no-such-file.rs", name: "x" }));
});

/** The rows of all tables: the cells of their heading and their own. */
function tables(markdown) {
  const found = [];
  let heading;
  for (const line of markdown.split("\n")) {
    if (!line.startsWith("|")) heading = undefined;
    else if (!heading) heading = cellsOf(line);
    else if (!/^\|[-| ]+\|$/.test(line)) found.push({ heading, cells: cellsOf(line) });
  }
  return found;
}

function cellsOf(line) {
  return line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim());
}

/**
 * What a cell names: `FILE.rs::test`, with `::test` for more of that file; `FILE.mjs` "part of a title", with more
 * titles behind it; `fixtures/refusals.json` (`reason`, ...), each a case that tests/refusals.rs runs.
 */
function evidence(cell) {
  const named = [];
  let file;
  for (const [, code, title] of cell.matchAll(/`([^`]+)`|"([^"]+)"/g)) {
    if (title !== undefined) named.push({ file, title });
    else if (/^fixtures\/policy\/(wrong|advice)\/[\w-]+\.toml$/.test(code)) named.push({ file: code });
    else if (/^[\w./-]+\.(rs::\w+|mjs|json)$/.test(code)) {
      const [first, name] = code.split("::");
      file = first;
      if (name) named.push({ file, name });
    } else if (/^::\w+$/.test(code)) named.push({ file, name: code.slice(2) });
    else if (file === "fixtures/refusals.json") named.push({ file, reason: code });
  }
  return { named, untested: /\bnot tested here: \w/.test(cell) };
}

function isThere({ file, name, title, reason }) {
  if (!file || !existsSync(path.join(root, file))) return false;
  const source = document(file);
  if (reason) return JSON.parse(source).some((one) => one.reason === reason);
  if (name) return new RegExp(`#\\[(test|wasm_bindgen_test)\\]\\n(\\s*(//|#\\[(?!ignore)).*\\n)*\\s*(async )?fn ${name}\\(`).test(source);
  // One quote opens the title and the same ends it; a title made from a template is named by what does not change.
  if (title) return [...source.matchAll(/\b(?:test|attack)\((["'`])(.*?)\1,/gs)].some(([, , known]) => known.includes(title));
  return /^fixtures\/policy\//.test(file);
}

const words = ({ file, name, title, reason }) => `${file} ${name ?? title ?? reason ?? ""}`.trim();
