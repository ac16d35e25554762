// Which source file takes names from which: Rust's `use` and paths, read as text, tests and comments aside.

import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

/** The source files of a crate by the path of their module: "" is the root, "gate::answered" a file below. */
export function modulesOf(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(".rs") && !/^tests(\.rs|\/)/.test(file));
  const name = (file) => file.replace(/\.rs$/, "").split(path.sep).filter((part) => !["mod", "lib", "main"].includes(part)).join("::");
  return new Map(files.map((file) => [name(file), { file: path.join(folder, file), source: plain(readFileSync(path.join(folder, file), "utf8")) }]));
}

/** The files that each file takes a name from, of the same crate. */
export function importsOf(modules) {
  const graph = new Map();
  for (const [name, { file, source }] of modules) {
    const taken = new Set();
    for (const wanted of pathsIn(source, name)) {
      const found = resolve(modules, wanted);
      if (found !== undefined && found !== name) taken.add(modules.get(found).file);
    }
    graph.set(file, taken);
  }
  return graph;
}

/** Groups of files that take names from each other, directly or by way of others (Tarjan's strongly connected components). */
export function circles(graph) {
  const [index, low, stack, found] = [new Map(), new Map(), [], []];
  const visit = (file) => {
    index.set(file, index.size), low.set(file, index.get(file)), stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(file, Math.min(low.get(file), low.get(next)));
    }
    if (low.get(file) !== index.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1) found.push(group.sort());
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return found.sort();
}

/** Without comments and tests. */
function plain(source) {
  return source.replace(/\/\/.*$/gm, "").replace(/^( *)#\[cfg\((?:test|all\(test\b.*)\)\].*\n(?: *#\[.*\]\n)* *mod \w+ \{[^]*?^\1\}$/gm, "");
}

/** Every path that a source names, from the root of the crate; braces are spelled out. */
function* pathsIn(source, name) {
  const parts = name === "" ? [] : name.split("::");
  for (const [, start, rest] of source.matchAll(/\b(crate|(?:super::)*super|self)::((?:\w+::)*(?:\w+|\{[^;]*?\}(?=\s*;)|\{[^{};]*\}))/g)) {
    const climbed = start === "crate" ? [] : parts.slice(0, parts.length - (start.match(/super/g) ?? []).length);
    for (const tail of spelled(rest)) yield [...climbed, ...tail.split("::")].filter((part) => part !== "self").join("::");
  }
}

function spelled(tree) {
  const at = tree.indexOf("{");
  if (at < 0) return [tree.trim().replace(/ as \w+$/, "")];
  const inner = tree.slice(at + 1, tree.lastIndexOf("}"));
  return inner.split(/,(?![^{]*\})/).filter((one) => one.trim()).flatMap((one) => spelled(one.trim())).map((tail) => tree.slice(0, at) + tail);
}

/** The module that a path names, or that has what it names; a name that is handed on is followed. */
function resolve(modules, wanted, depth = 0) {
  const parts = wanted.split("::");
  for (let length = parts.length; length >= 0; length--) {
    const module = parts.slice(0, length).join("::");
    if (!modules.has(module)) continue;
    const named = parts[length];
    const handed = named && depth < 4 && [...pathsHandedOn(modules.get(module).source, module)].find((one) => one.endsWith(`::${named}`));
    return handed && handed !== wanted ? (resolve(modules, handed, depth + 1) ?? module) : module;
  }
  return undefined;
}

/** What a module hands on by `pub use`, as paths from the root of the crate. */
function* pathsHandedOn(source, module) {
  for (const [, tree] of source.matchAll(/^\s*pub(?:\([^)]*\))? use ([^;]+);/gm)) {
    for (const one of spelled(tree.replace(/\s+/g, " "))) {
      const isOfRoot = one.startsWith("crate::");
      const own = one.replace(/^(crate|self)::/, "");
      yield isOfRoot || module === "" ? own : `${module}::${own}`;
    }
  }
}

export const sourcesExist = (folder) => existsSync(folder);
