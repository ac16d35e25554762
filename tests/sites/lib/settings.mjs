// What docs/origins.md tells an operator to set: the tests set the very lines of that page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { inRoot } from "../../../scripts/lib/paths.mjs";

const page = readFileSync(inRoot("docs/origins.md"), "utf8");

/** The block below a heading, with the address that the site has here. `kind`: what stands behind the fence. */
export function linesOf(heading, kind) {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const found = new RegExp(`^\`\`\`${kind}\\n([^]*?)^\`\`\`$`, "m").exec(section)?.[1];
  assert.ok(found, `docs/origins.md has no block of ${kind} below ${heading}`);
  return found.replaceAll("origin.example.net", "127.0.0.1");
}

/** The same without the lines that have this text. */
export const without = (lines, text) => lines.split("\n").filter((line) => !line.includes(text)).join("\n");
