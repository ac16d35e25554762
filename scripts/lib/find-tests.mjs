// What `npm test -- NAME` means: a part, else files and folders of that name, else tests whose title has it.

/**
 * `node`: files of node --test as { part, file, titles }; `rust`: those of rust-tests.mjs. Answers with { matched, also }:
 * what is run, { part } alone for a whole part, or { part, file, title?, ... } for a file or the tests in it with that title;
 * and the folders that are named as the part is. Nothing matched is an empty list.
 */
export function findTests(name, { parts, node, rust }) {
  const files = [...node, ...rust.map((one) => ({ ...one, part: one.isWasm ? "wasm" : "native", titles: one.tests }))];
  const named = files.filter(({ file }) => isNamed(file, name));
  if (parts.includes(name)) return { matched: [{ part: name }], also: named.filter((one) => one.part !== name).map(({ file }) => file) };
  if (named.length > 0) return { matched: named.map(wholly), also: [] };
  const partly = files.filter(({ file }) => isPartlyNamed(file, name));
  if (partly.length > 0) return { matched: partly.map(wholly), also: [] };
  const titled = files.flatMap((one) => one.titles.filter((title) => isTitled(title, name)).map((title) => ({ ...one, title })));
  return { matched: titled, also: [] };
}

/** Known names that are spelled nearly like this one, the nearest first. */
export function similar(name, { parts, node, rust }) {
  const paths = [...node, ...rust].map(({ file }) => ownSegments(file));
  const known = new Set([...parts, ...paths.flat(), ...paths.map((path) => path.slice(-2).join("/"))]);
  const wanted = plain(name);
  const near = [...known].map((word) => [distance(plain(word), wanted), word]).filter(([edits]) => edits <= Math.max(2, wanted.length / 3));
  return near.sort(([a], [b]) => a - b).slice(0, 5).map(([, word]) => word);
}

/** Whether a file or folder of the path, or several in succession, have this name. `.test.mjs` and `.rs` may be left out. */
function isNamed(file, name) {
  const wanted = segments(name);
  const all = segments(file);
  return wanted.length > 0 && all.some((_, at) => wanted.every((segment, index) => plain(all[at + index] ?? "") === plain(segment)));
}

/** Whether the words of the name are pieces of successive words of the path: `link_properties` finds links/properties. */
function isPartlyNamed(file, name) {
  const [all, wanted] = [ownSegments(file), [name]].map((texts) => texts.flatMap((text) => plain(text).split(" ")).filter(Boolean));
  return wanted.length > 0 && all.some((_, at) => wanted.every((word, index) => all[at + index]?.includes(word)));
}

const segments = (file) => file.replace(/(\.test)?\.(mjs|rs)$/, "").split("/").filter((segment) => segment && segment !== ".");

/** The folders and the file without those that say nothing. */
const ownSegments = (file) => segments(file).filter((segment) => !["tests", "src", "crates", "mod", "lib", "main"].includes(segment));

/** Titles of the tests in a file of node --test; `${…}` stands for what a loop fills in. */
export const titlesIn = (source) => [...source.matchAll(/\b(?:test|attack)(?:\.\w+)?\(\s*(["'`])(.*?)\1,/gs)].map(([, , title]) => title);

/** A title may be asked for by a piece of it, or as it is printed; in Rust `_` stands for a space. */
function isTitled(title, name) {
  const pieces = title.split(/\$\{[^}]*\}/);
  if (pieces.some((piece) => plain(piece).includes(plain(name)))) return true;
  return pieces.length > 1 && new RegExp(`^${pieces.map((piece) => escaped(plain(piece))).join(".+")}$`, "s").test(plain(name));
}

/** The option of node --test that chooses the same titles. */
export const pattern = (name) => `/${name.trim().split(/[\s_/-]+/).map(escaped).join("[ _/-]")}/i`;

const wholly = ({ titles: _, ...one }) => one;
const plain = (text) => text.toLowerCase().replaceAll(/[_/-]/g, " ");
const escaped = (text) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** Levenshtein's: how many characters have to be added, dropped or changed. */
function distance(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, char] of [...one].entries()) {
    const next = [at + 1];
    for (const [column, wanted] of [...other].entries()) {
      next.push(Math.min(next[column] + 1, row[column + 1] + 1, row[column] + (char === wanted ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1);
}
