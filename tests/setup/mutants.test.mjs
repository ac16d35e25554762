// `npm run mutants`: how changes get into the copy of the sources.
import assert from "node:assert/strict";
import { test } from "node:test";
import { unswitchable, withSwitches } from "../../scripts/lib/mutants/switches.mjs";

const SOURCE = `/// A brace { in a comment, and "…" before it.
pub fn older(a: u64, Pair { b, .. }: Pair) -> bool {
    a > b
}

const fn most() -> usize { 4 * 2 }

fn all(n: u8) -> impl Iterator<Item = u8> { 0..n + 1 }
`;

/** What cargo-mutants lists for a piece of the source, which stands in it once. */
function change(piece, replacement, [from, to], returns = "") {
  const at = (offset) => {
    const before = SOURCE.slice(0, offset).split("\n");
    return { line: before.length, column: before.at(-1).length + 1 };
  };
  const start = SOURCE.indexOf(piece);
  const span = { start: at(start), end: at(start + piece.length) };
  return { replacement, span, function: { return_type: returns, span: { start: at(SOURCE.indexOf(from)), end: at(SOURCE.indexOf(to) + to.length) } } };
}

const OLDER = ["/// A brace", "a > b\n}"];

test("a changed function begins with its changed bodies, and is as it was behind them", () => {
  const equal = { number: 1, change: change("a > b", "a == b", OLDER) };
  const always = { number: 2, change: change("a > b", "true", OLDER) };
  const { text, lines } = withSwitches(SOURCE, [equal, always]);
  assert.ok(text.includes("is(1) { return {\n\n    a == b \n\n}; }"), text);
  assert.ok(text.includes("is(2) { return {\n\n    true \n\n}; }"), text);
  assert.equal(text.replace(/\nif crate::switched[^]*?\n}; }\n/g, ""), SOURCE);
  for (const { number, from, to } of lines) {
    const own = text.split("\n").slice(from - 1, to);
    assert.match(own[0], new RegExp(`is\\(${number}\\)`));
    assert.equal(own.at(-1), "}; }");
  }
});

test("a function that cannot have two bodies is left out", () => {
  assert.equal(unswitchable(change("a > b", "a == b", OLDER), SOURCE), undefined);
  assert.match(unswitchable(change("*", "+", ["const fn", "4 * 2 }"]), SOURCE), /constant function/);
  assert.match(unswitchable(change("+ 1", "- 1", ["fn all", "n + 1 }"], "-> impl Iterator<Item = u8>"), SOURCE), /impl Trait/);
  assert.match(unswitchable({ ...change("*", "+", ["const fn", "4 * 2 }"]), function: null }, SOURCE), /not in a function/);
});
