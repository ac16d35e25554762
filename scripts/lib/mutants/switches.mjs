// Puts many changes into one copy of the sources, each behind a switch: compiling takes much longer than the tests that notice a
// change, so it is done once. A function that is changed begins with its changed bodies, and an environment variable chooses one.

/** What the switch of a change is called in the copy, and the module that has it. */
export const MODULE = "switched";
export const [CHOSEN, REACHED] = ["EDGEGATE_CHANGE", "EDGEGATE_REACHED"];

/** The module: whether a change is chosen. Where none is, it notes in a file which changes a test comes by. */
export const moduleText = (count) => `//! Which change is made; written by \`npm run mutants\`.
use std::io::Write;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

static CHOSEN: LazyLock<usize> = LazyLock::new(|| std::env::var("${CHOSEN}").map_or(0, |number| number.parse().unwrap()));
static REACHED: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("${REACHED}").ok());
static NOTED: [AtomicBool; ${count + 1}] = [const { AtomicBool::new(false) }; ${count + 1}];

/// Whether the change of this number is made.
pub fn is(number: usize) -> bool {
    if let Some(file) = &*REACHED && !NOTED[number].swap(true, Ordering::Relaxed) {
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(file).unwrap();
        file.write_all(format!("{number}\\n").as_bytes()).unwrap();
    }
    *CHOSEN == number
}
`;

/**
 * Why a change cannot have a switch, or undefined. The body of a constant function may not ask, and two bodies that return \`impl Trait\`
 * return two types.
 */
export function unswitchable(change, source) {
  if (!change.function) return "not in a function";
  const place = bodyOf(change.function, source);
  if (/\bconst\s+(unsafe\s+)?fn\b/.test(place.signature)) return "in a constant function";
  return change.function.return_type.includes("impl ") ? "in a function that returns impl Trait" : undefined;
}

/** The source with its changes, [{ number, change }], and the lines that each takes: { text, lines: [{ number, from, to }] }. */
export function withSwitches(source, changes) {
  const at = offsets(source);
  const inserted = changes.map(({ number, change }) => {
    const { begin, end } = bodyOf(change.function, source);
    const [from, to] = [at(change.span.start), at(change.span.end)];
    const body = `${source.slice(begin, from)}${change.replacement} ${source.slice(to, end)}`;
    return { number, begin, text: `\nif crate::${MODULE}::is(${number}) { return {\n${body}\n}; }\n` };
  });
  inserted.sort((one, other) => one.begin - other.begin);
  const lines = [];
  let [text, line, done] = ["", 1, 0];
  const add = (piece) => ((text += piece), (line += piece.split("\n").length - 1));
  for (const { number, begin, text: change } of inserted) {
    add(source.slice(done, begin));
    const from = line;
    add(change);
    lines.push({ number, from: from + 1, to: line - 1 });
    done = begin;
  }
  add(source.slice(done));
  return { text, lines };
}

/** Where the body of a function begins, behind its brace, and ends, before the other one; and what is in front of it. */
function bodyOf({ span }, source) {
  const at = offsets(source);
  const [start, end] = [at(span.start), at(span.end)];
  let depth = 0;
  let signature = "";
  for (const [token] of source.slice(start, end).matchAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\])*"|[\s\S]/g)) {
    if (token === "{" && depth === 0) {
      const begin = start + signature.length + 1;
      const bare = signature.replace(/\/\/[^\n]*/g, "");
      return { begin, end: source.lastIndexOf("}", end - 1), signature: bare };
    }
    if ("([".includes(token)) depth++;
    if (")]".includes(token)) depth--;
    signature += token;
  }
  throw new Error(`no body in ${source.slice(start, end).slice(0, 200)}`);
}

/** From line and column, counted from 1 in characters, to a place in the text. */
function offsets(source) {
  const begins = [0];
  for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) begins.push(at + 1);
  return ({ line, column }) => {
    let at = begins[line - 1];
    for (let left = column - 1; left > 0; left--) at += source.codePointAt(at) > 0xffff ? 2 : 1;
    return at;
  };
}
