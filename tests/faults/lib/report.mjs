// What a run found, as the table that stands in docs/reliability.md.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root } from "../../e2e/lib/gateway.mjs";
import { faults } from "./matrix.mjs";

const DOCUMENT = path.join(root, "docs/reliability.md");
const [FROM, TO] = ["<!-- npm run faults -- --write -->", "<!-- end -->"];

/** A row for each fault, in the fixture's order: what it is, and how its cells ended. */
export function summary(results) {
  const rows = Object.keys(faults).flatMap((fault) => {
    const own = results.filter((one) => one.fault === fault);
    return own.length > 0 ? [`| ${fault} | ${faults[fault].about} | ${ends(own)} |`] : [];
  });
  return ["| fault | what it is | how requests ended |", "|---|---|---|", ...rows].join("\n");
}

/** "15 ok, 4 `ledger_unavailable`", the most frequent first. */
function ends(results) {
  const counted = new Map();
  for (const { reason } of results) counted.set(reason, (counted.get(reason) ?? 0) + 1);
  const sorted = [...counted].sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
  return sorted.map(([reason, count]) => `${count} ${reason.includes(" ") || reason === "ok" ? reason : `\`${reason}\``}`).join(", ");
}

export function writeSummary(results) {
  replaceBetween(FROM, TO, summary(results));
  console.log("  ok docs/reliability.md has the table");
}

/** Puts text between two marks of the document. */
export function replaceBetween(from, to, text) {
  const document = readFileSync(DOCUMENT, "utf8");
  const start = document.indexOf(from) + from.length;
  const end = document.indexOf(to, start);
  if (start < from.length || end < 0) throw new Error(`docs/reliability.md has no ${from}`);
  writeFileSync(DOCUMENT, `${document.slice(0, start)}\n${text}\n${document.slice(end)}`);
}
