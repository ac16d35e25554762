// Tables of a document whose rows name the tests that show what they claim.

import { existsSync } from "node:fs";
import path from "node:path";
import { root } from "../../e2e/lib/gateway.mjs";
import { document } from "./demo.mjs";

/** The rows of all tables: the cells of their heading and their own. */
export function tables(markdown) {
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
 * titles behind it; `fixtures/refusals.json` (`reason`, ...), each a case that tests/native/refusals/reasons.rs runs;
 * `fixtures/faults.json` (`fault`, ...), each a row of `npm run faults`.
 */
export function evidence(cell) {
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
    else if (file === "fixtures/faults.json") named.push({ file, fault: code });
  }
  return { named, untested: /\bnot tested here: \w/.test(cell) };
}

export function isThere({ file, name, title, reason, fault }) {
  if (!file || !existsSync(path.join(root, file))) return false;
  const source = document(file);
  if (fault) return fault in JSON.parse(source).faults;
  if (reason) return JSON.parse(source).some((one) => one.reason === reason);
  if (name) return new RegExp(`#\\[(test|wasm_bindgen_test)\\]\\n(\\s*(//|#\\[(?!ignore)).*\\n)*\\s*(async )?fn ${name}\\(`).test(source);
  // One quote opens the title and the same ends it; a title made from a template is named by what does not change.
  if (title) return [...source.matchAll(/\b(?:test|attack)\((["'`])(.*?)\1,/gs)].some(([, , known]) => known.includes(title));
  return /^fixtures\/policy\//.test(file);
}

export const words = ({ file, name, title, reason, fault }) => `${file} ${name ?? title ?? reason ?? fault ?? ""}`.trim();
