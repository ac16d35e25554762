// Reads TOML with the place of every value, so that single values can be replaced and all lines stay where they are. It is
// lenient: the tool has checked the policy, and wrangler checks its own file.

/**
 * Answers with { tree, values, headers }:
 *   tree     the document as an object
 *   values   each value that is no table, as { path, value, start, end, from }; `from`: where its key begins
 *   headers  each `[table]` and `[[table]]`, as { path, start }
 */
export function readToml(text) {
  const [tree, values, headers] = [{}, [], []];
  let at = 0;
  let table = { node: tree, path: [] };

  while (skip(true), at < text.length) {
    if (text[at] === "[") header();
    else pair(table);
  }
  return { tree, values, headers };

  /** Passes spaces and comments, and with `lines` the ends of lines too. */
  function skip(lines) {
    for (;;) {
      const [run] = (lines ? /^[\s\ufeff]*/ : /^[ \t]*/).exec(text.slice(at, at + 4096));
      at += run.length;
      if (text[at] === "#") at = endOf("\n");
      else if (run.length < 4096) return;
    }
  }

  function endOf(mark) {
    const found = text.indexOf(mark, at);
    return found < 0 ? text.length : found;
  }

  function header() {
    const start = at;
    const isList = text.startsWith("[[", at);
    at += isList ? 2 : 1;
    const keys = key();
    at = endOf("]") + (isList ? 2 : 1);
    const above = descend({ node: tree, path: [] }, keys.slice(0, -1));
    const last = keys.at(-1);
    if (isList) {
      const list = (above.node[last] ??= []);
      list.push({});
      table = { node: list.at(-1), path: [...above.path, last, list.length - 1] };
    } else {
      table = descend(above, [last]);
    }
    headers.push({ path: table.path, start });
  }

  /** The table that these keys lead to; of a list its last one. */
  function descend({ node, path }, keys) {
    for (const name of keys) {
      node = node[name] ??= {};
      path = [...path, name];
      if (Array.isArray(node)) [node, path] = [node.at(-1), [...path, node.length - 1]];
    }
    return { node, path };
  }

  function key() {
    const keys = [];
    for (;;) {
      skip(false);
      const quote = text[at];
      if (quote === '"' || quote === "'") keys.push(string());
      else {
        const [bare] = /^[\w-]*/.exec(text.slice(at, at + 256));
        at += bare.length;
        keys.push(bare);
      }
      skip(false);
      if (text[at] !== ".") return keys;
      at++;
    }
  }

  function pair(where) {
    const from = at;
    const keys = key();
    if (text[at] !== "=") return void (at = Math.max(at, endOf("\n"))); // not TOML: left to the tool
    at++;
    const above = descend(where, keys.slice(0, -1));
    const path = [...above.path, keys.at(-1)];
    above.node[keys.at(-1)] = value(path, from);
  }

  function value(path, from) {
    skip(false);
    const start = at;
    if (text[at] === "{") return inline(path);
    const read = text[at] === "[" ? array(path) : text[at] === '"' || text[at] === "'" ? string() : word();
    values.push({ path, value: read, start, end: at, from });
    return read;
  }

  function inline(path) {
    const node = {};
    for (at++; skip(true), at < text.length && text[at] !== "}"; ) {
      if (text[at] === ",") at++;
      else pair({ node, path });
    }
    at++;
    return node;
  }

  function array(path) {
    const list = [];
    for (at++; skip(true), at < text.length && text[at] !== "]"; ) {
      if (text[at] === ",") at++;
      else list.push(value([...path, list.length], at));
    }
    at++;
    return list;
  }

  function string() {
    const quote = text[at];
    const long = quote.repeat(3);
    const isLong = text.startsWith(long, at);
    const mark = isLong ? long : quote;
    const begin = (at += mark.length);
    while (at < text.length && !text.startsWith(mark, at)) at += quote === '"' && text[at] === "\\" ? 2 : 1;
    const inside = text.slice(begin, at);
    at += mark.length;
    return quote === '"' ? unescaped(inside) : inside;
  }

  function word() {
    const [run] = /^[^\s,\]}#]*/.exec(text.slice(at, at + 256));
    at += Math.max(run.length, 1);
    return run === "true" ? true : run === "false" ? false : /^[+-]?[\d_]+$/.test(run) ? Number(run.replaceAll("_", "")) : run;
  }
}

const ESCAPES = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };
const unescaped = (text) => text.replace(/\\(?:u([\da-f]{4})|U([\da-f]{8})|(.))/gi, (_, short, long, char) => (char ? (ESCAPES[char] ?? char) : String.fromCodePoint(Number.parseInt(short ?? long, 16))));

/** The text with some of its pieces replaced: [{ start, end, text }]. */
export function edited(text, edits) {
  let result = text;
  for (const { start, end, text: by } of [...edits].sort((a, b) => b.start - a.start)) result = result.slice(0, start) + by + result.slice(end);
  return result;
}
