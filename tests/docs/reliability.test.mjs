// docs/reliability.md claims nothing that no test shows, and its figures are those of runs in which nothing was wrong.

import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "../faults/lib/kinds.mjs";
import { document, rowsUnder } from "./lib/demo.mjs";
import { evidence, isThere, tables, words } from "./lib/evidence.mjs";

const text = document("docs/reliability.md");
const { faults } = JSON.parse(document("fixtures/faults.json"));

test("docs/reliability.md: every row that ends with tests names some, and each of them is there", () => {
  const rows = tables(text).filter(({ heading }) => heading.at(-1) === "tests");
  assert.ok(rows.length >= 20, `${rows.length} rows`);
  for (const { cells } of rows) assert.ok(evidence(cells.at(-1)).named.length > 0, `no test: ${cells[0]}`);
  const missing = rows.flatMap(({ cells }) => evidence(cells.at(-1)).named.filter((one) => !isThere(one)).map(words));
  assert.deepEqual(missing, []);
});

test("docs/reliability.md: the matrix has every fault, as the last whole run left it", () => {
  const rows = rowsUnder(text, "## Every fault with every kind of credential");
  assert.deepEqual(rows.map(([name, about]) => [name, about]), Object.entries(faults).map(([name, { about }]) => [name, about]));
});

test("docs/reliability.md: it names every kind of credential that the matrix has, and no other", () => {
  const [, list] = /The kinds of\ncredential are these:\n\n([^]*?)\n\n/.exec(text);
  const named = [...list.matchAll(/`([^`]+)`/g)].map(([, name]) => name.replace(/\s+/g, " "));
  assert.deepEqual(named.sort(), Object.keys(kinds).sort());
});

test("docs/reliability.md: the figures of the load are there, with nothing wrong", () => {
  const rows = new Map(rowsUnder(text, "## Under load"));
  assert.equal(rows.get("wrong decisions, missing or doubled lines"), "0");
  assert.match(rows.get("requests"), / in \d+ min/);
});
