// What `edgegate dev` says of a reason is what docs/refusals.md says. BLESS=1 writes it anew.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { inRoot } from "../../scripts/lib/paths.mjs";

const FILE = inRoot("package/templates/reasons.json");

test("every reason of docs/refusals.md has its sentence in the package", () => {
  const rows = [...readFileSync(inRoot("docs/refusals.md"), "utf8").matchAll(/^\| `(\w+)` \| [^|]* \| ((?:\\\||[^|])*) \| ((?:\\\||[^|])*) \|$/gm)];
  assert.ok(rows.length > 130, `${rows.length} rows`);
  const reasons = Object.fromEntries(rows.map(([, reason, why, todo]) => [reason, { why: plain(why), todo: plain(todo) }]));
  const text = `${JSON.stringify(reasons, null, 1)}\n`;
  if (process.env.BLESS === "1") writeFileSync(FILE, text);
  assert.equal(readFileSync(FILE, "utf8"), text);
});

/** Without links, and with the commands of the package. */
function plain(markdown) {
  return markdown
    .replace(/ \(\[(?:why|more)\]\([^)]*\)\)/g, "")
    .replace(/\[((?:[^[\]]|\[[^\]]*\])*)\]\([^)]*\)/g, "$1")
    .replace(/npm run -s edgegate -- /g, "npx edgegate ")
    .replace(/npm run (deploy|build)\b/g, "npx edgegate $1");
}
