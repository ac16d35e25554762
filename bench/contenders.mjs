// The rows of the table, as data. A row is
//
//   name      what the table prints; `--only TEXT` picks rows by it
//   worker    a file in workers/, or "edgegate": the built gateway of demo/build/
//   request   what is sent (request.mjs), or a function of the port that makes it once the Worker runs
//   status    the answer that is due (200); with another, the origin is not asked
//   bindings  (by hand only) more variables for the Worker
//   policy    (edgegate only) the demo's policy as text -> the policy of this row, handed over in EDGEGATE_POLICY_TOML;
//             left out, the gateway uses the policy it was built with
//   checks    what the preflight must see before the row counts: "signature" (a changed link is refused),
//             "whole job" (and what the origin gets is cleaned, marked and private)
//   logs      true where every request must have written a line to the log
//   role      "floor", "by hand", "gateway": the rows that the ratios and the goal are about
//
// A row that shows what a part costs is a full row with that part left out, or put in.

import { mintedToken, signedLink, withTarget } from "./request.mjs";

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
  {
    name: "by hand, without the log line",
    worker: "whole-job.js",
    bindings: { LOG: "off" },
    request: signedLink(),
    checks: ["signature", "whole job"],
  },
  {
    name: "by hand, request not rebuilt",
    worker: "whole-job.js",
    bindings: { REBUILD: "off" },
    request: signedLink(),
    checks: ["signature"],
    logs: true,
  },
  {
    name: "Edgegate, without the decision log",
    worker: "edgegate",
    request: signedLink(),
    checks: ["signature", "whole job"],
    policy: (demo) => replaceOnce(demo, /^\[gateway\]$/m, "[gateway]\ndecision_log = false"),
  },
  {
    name: "Edgegate, a forged link refused",
    worker: "edgegate",
    request: withTarget(signedLink(), (target) => target.replace("v=2", "v=3")),
    status: 403,
    checks: [],
    logs: true,
  },
  {
    name: "Edgegate, Bearer token",
    worker: "edgegate",
    request: mintedToken,
    checks: [],
    logs: true,
    policy: (demo) => replaceOnce(demo, /, jwt_audience = "demo-origin"/, ""),
  },
  {
    name: "Edgegate, Bearer token and identity JWT",
    worker: "edgegate",
    request: mintedToken,
    checks: ["identity JWT"],
    logs: true,
  },
];

// For policy rows: a change that finds nothing to change would measure the wrong thing in silence.
export function replaceOnce(text, pattern, replacement) {
  if (!pattern.test(text)) throw new Error(`the demo's policy has nothing that matches ${pattern}`);
  return text.replace(pattern, replacement);
}
