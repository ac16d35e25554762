// What a run found, as the table that stands in docs/reliability.md.

import { writeMarked } from "../../../scripts/lib/marked.mjs";
import { faults } from "./matrix.mjs";

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

export const writeSummary = (results) => writeMarked("docs/reliability.md", "npm run faults -- --write", summary(results));
