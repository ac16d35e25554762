// The rows of the table, as data. A row is
//
//   name      what the table prints; `--only TEXT` picks rows by it
//   worker    a file in workers/, or "edgegate": the built gateway of demo/build/
//   request   what is sent (request.mjs)
//   policy    (edgegate only) the demo's policy as text -> the policy of this row, handed over in EDGEGATE_POLICY_TOML;
//             left out, the gateway uses the policy it was built with
//   checks    what the preflight must see before the row counts: "signature" (a changed link is refused),
//             "whole job" (and what the origin gets is cleaned, marked and private)
//   logs      true where every request must have written a line to the log
//   role      "floor", "by hand", "gateway": the rows that the ratios and the goal are about
//
// A row that shows what a part costs is the gateway with one line of its policy changed, for example
//   { name: "edgegate, no decision log", worker: "edgegate", request: signedLink(), checks: ["signature"],
//     policy: (demo) => replaceOnce(demo, /^decision_log = .*$/m, 'decision_log = "off"') },

import { signedLink } from "./request.mjs";

export const CONTENDERS = [
  {
    name: "bare passthrough (JS)",
    worker: "passthrough.js",
    request: signedLink(),
    checks: [],
    role: "floor",
  },
  {
    name: "signature check only, by hand (JS)",
    worker: "check-only.js",
    request: signedLink(),
    checks: ["signature"],
  },
  {
    name: "whole job by hand (JS)",
    worker: "whole-job.js",
    request: signedLink(),
    checks: ["signature", "whole job"],
    logs: true,
    role: "by hand",
  },
  {
    name: "Edgegate",
    worker: "edgegate",
    request: signedLink(),
    checks: ["signature", "whole job"],
    logs: true,
    role: "gateway",
  },
];

// For policy rows: a change that finds nothing to change would measure the wrong thing in silence.
export function replaceOnce(text, pattern, replacement) {
  if (!pattern.test(text)) throw new Error(`the demo's policy has nothing that matches ${pattern}`);
  return text.replace(pattern, replacement);
}
