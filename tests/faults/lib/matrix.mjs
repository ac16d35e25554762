// The matrix as fixtures/faults.json has it: which faults there are, what each sets, and which outcomes a cell may have.

import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../../e2e/lib/gateway.mjs";
import { observe } from "./cell.mjs";
import { kinds } from "./kinds.mjs";
import { inLanes } from "./lanes.mjs";
import { reasonOf, verdict } from "./verdict.mjs";

const fixture = JSON.parse(readFileSync(path.join(root, "fixtures/faults.json"), "utf8"));
export const { limits, outcomes, faults } = fixture;
export { kinds };

/** The outcomes that a cell may have. A fault without `cells` is a client that leaves: what may be then is the same for all. */
export function allowed(fault, kind) {
  const { cells = {} } = faults[fault];
  return Object.entries(cells).filter(([, those]) => those === "*" || those.includes(kind)).map(([name]) => outcomes[name]);
}

/** All cells, or those of the faults and kinds that are named. */
export function cellsOf({ only = Object.keys(faults), with: those = Object.keys(kinds) } = {}) {
  return only.flatMap((fault) => those.map((kind) => ({ fault, kind })));
}

/** Runs cells; calls `done({ fault, kind, reason, wrong, ms })` after each. */
export function run(lanes, cells, done) {
  return inLanes(lanes, cells, async (lane, { fault, kind }) => {
    const begun = performance.now();
    try {
      const observed = await observe(lane, kinds[kind], faults[fault]);
      const wrong = verdict(observed, kinds[kind], allowed(fault, kind), limits);
      done({ fault, kind, reason: reasonOf(observed.good), wrong, ms: performance.now() - begun });
    } catch (error) {
      await lane.gate.faults();
      done({ fault, kind, reason: "none", wrong: [`the cell could not be run: ${error.message}`], ms: performance.now() - begun });
    }
  });
}
