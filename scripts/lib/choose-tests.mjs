// Chooses what `npm test` runs: pairs of a part and what of it is wanted, as `run` of parts.mjs takes it; undefined is all of it.
import { readFileSync } from "node:fs";
import path from "node:path";
import { findTests, pattern, similar, titlesIn } from "./find-tests.mjs";
import { testFiles } from "./node-tests.mjs";
import { parts } from "./parts.mjs";
import { inRoot } from "./paths.mjs";
import { Failure } from "./run.mjs";
import { rustTests } from "./rust-tests.mjs";

const SHOWN = 30; // matches of a name that are listed

/** Whole parts, by their names. */
export function chooseParts(wanted, help) {
  const unknown = wanted.find((name) => !(name in parts));
  if (unknown !== undefined || wanted.length === 0) {
    throw new Failure(unknown ? `npm test does not know ${unknown}` : "--only wants the names of parts", { todo: `\n${help}` });
  }
  return Object.keys(parts).filter((name) => wanted.includes(name)).map((name) => [name]);
}

/** What the names match; each match is said. A name that matches nothing is a failure that says what there is. */
export async function chooseNamed(names) {
  const all = await known();
  const found = [];
  for (const name of names) {
    const { matched, also } = findTests(name, all);
    if (matched.length === 0) throw await nothingMatches(name, all);
    console.log(`"${name}" matches:`);
    for (const one of matched.slice(0, SHOWN)) console.log(`  ${one.part.padEnd(9)}${one.file ?? `the whole part: ${parts[one.part].what}`}${one.title ? `: ${one.title}` : ""}`);
    if (matched.length > SHOWN) console.log(`  and ${matched.length - SHOWN} more`);
    if (also.length > 0) console.log(`Its name is also in these, which are run by their paths:\n${also.map((file) => `           ${file}`).join("\n")}`);
    found.push(...matched.map((one) => ({ ...one, name })));
  }
  return Object.keys(parts).filter((part) => found.some((one) => one.part === part)).map((part) => [part, onlyOf(found.filter((one) => one.part === part), parts[part])]);
}

function onlyOf(found, { folder }) {
  if (found.some(({ file }) => !file)) return undefined;
  return folder ? filesOf(found) : programsOf(found);
}

/** Whole files together, and for each name the files that have a test with such a title. */
function filesOf(found) {
  const distinct = (all) => [...new Set(all.map(({ file }) => file))];
  const whole = distinct(found.filter(({ title }) => !title));
  const titled = groups(found.filter(({ title, file }) => title && !whole.includes(file)), ({ name }) => name);
  return [...(whole.length > 0 ? [{ files: whole }] : []), ...titled.map((some) => ({ files: distinct(some), pattern: pattern(some[0].name) }))];
}

/** For each of cargo's programs the modules and tests in it; none where a file that was asked for is the whole program. */
function programsOf(found) {
  const filter = ({ module, title }) => [module, title].filter(Boolean).join("::") + (title ? "" : "::");
  return groups(found, ({ target }) => target.join(" ")).map((some) => ({
    target: some[0].target,
    filters: some.some(({ module, title }) => !module && !title) ? [] : [...new Set(some.map(filter))],
  }));
}

/** Those with the same key together (Node 20 has no Map.groupBy). */
function groups(all, keyOf) {
  const found = new Map();
  for (const one of all) found.set(keyOf(one), [...(found.get(keyOf(one)) ?? []), one]);
  return [...found.values()];
}

async function known() {
  const node = Object.entries(parts).flatMap(([part, { folder }]) =>
    folder ? testFiles(folder).map((file) => ({ part, file, titles: titlesIn(readFileSync(inRoot(file), "utf8")) })) : []);
  return { parts: Object.keys(parts), node, rust: await rustTests(process.env) };
}

async function nothingMatches(name, all) {
  const near = similar(name, all);
  const meant = near.length > 0 ? `Did you mean ${near.join(", ")}?\n` : "";
  return new Failure(`no part, file, folder or test is called "${name}"`, { todo: `${meant}\nThere is:\n${await listed()}\n\nnpm test -- --help says more.` });
}

/** Parts, and beside each what has a name of its own in it; of the sources the folders. */
export async function listed() {
  const { node, rust } = await known();
  const inFolder = (part, folder) => node.filter((one) => one.part === part).map(({ file }) => file.slice(folder.length + 1).replace(/\.test\.mjs$/, ""));
  const inRust = (isWasm) => rust.filter((one) => one.isWasm === isWasm).map(({ file }) => (file.startsWith("tests/") ? file.slice(6).replace(/(\/mod)?\.rs$/, "") : path.dirname(file)));
  const within = (name, folder) => (folder ? inFolder(name, folder) : { native: inRust(false), wasm: inRust(true) }[name] ?? []);
  return Object.entries(parts).map(([name, { folder }]) => wrapped(`  ${name.padEnd(9)}`, [...new Set(within(name, folder))].sort())).join("\n");
}

function wrapped(start, words) {
  const lines = [start];
  for (const word of words) {
    if (lines.at(-1).length + word.length > 110) lines.push(" ".repeat(start.length));
    lines.push(`${lines.pop()} ${word}`);
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}
