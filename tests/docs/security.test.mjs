// SECURITY.md claims nothing that no test shows: each row of its tables ends with tests, and each of them is there.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { root } from "../e2e/lib/gateway.mjs";
import { document } from "./lib/demo.mjs";
import { evidence, isThere, tables, words } from "./lib/evidence.mjs";

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

test("SECURITY.md: a paragraph says what is at stake before the claims about it", () => {
  const sections = text.split(/^#{2,3} /m).slice(1).filter((section) => section.includes("\n| "));
  assert.ok(sections.length >= 16, `${sections.length} tables`);
  for (const section of sections) {
    const [heading, , paragraph] = section.split("\n");
    assert.match(paragraph, /^[A-Z][^|]{40}/, `${heading} begins with its table`);
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
  const paths = [...text.matchAll(/`((?:src|crates|scripts|docs)\/[\w./-]+)`/g)].map(([, name]) => name);
  assert.ok(paths.length >= 60, `${paths.length} paths`);
  assert.deepEqual(paths.filter((name) => !existsSync(path.join(root, name))), []);
});

test("a test that is not there, or that never runs, is missed", () => {
  const { named } = evidence("`tests/native/ledger/once.rs::no_such_test` `::finish`; `tests/e2e/links/links.test.mjs` \"no such title\", \"each changed byte\"; `fixtures/refusals.json` (`no_reason`, `link_expired`)");
  assert.deepEqual(named.map(isThere), [false, false, false, true, false, true]);
  assert.ok(!isThere({ file: "tests/no-such-file.rs", name: "x" }));
});
