// `npm run bench -- request`: what a request through the gateway costs, next to what it costs by hand in JavaScript.
//
// The rows, as data. A row is
//
//   name      what the table prints; `--only TEXT` picks rows by it
//   worker    a file in workers/, or "edgegate": the built gateway of demo/build/
//   request   what is sent (lib/requests.mjs), or a function of the port that makes it once the Worker runs
//   status    the answer that is due (200); with another, the origin is not asked
//   bindings  (by hand only) more variables for the Worker
//   policy    (edgegate only) the demo's policy as text -> the policy of this row; left out, the demo's
//   checks    what must be seen before the row counts: "signature" (a changed link is refused), "whole job" (and what the
//             origin gets is cleaned, marked and private), "identity JWT"
//   logs      true where every request must have written a line to the log
//   role      "floor", "by hand", "gateway": the rows that the ratios and the goal are about
//
// A row that shows what a part costs is a full row with that part left out, or put in.

import { runAlone } from "./lib/harness.mjs";
import { check } from "./lib/request-checks.mjs";
import { largePolicy } from "./lib/large-policy.mjs";
import { mintedToken, signedLink, withTarget } from "./lib/requests.mjs";
import { plainSession, sessionWithClaims } from "./lib/sessions.mjs";
import { sizeLines } from "./lib/sizes.mjs";
import { spendCpu } from "./lib/spend.mjs";
import { plain, replaceOnce, start, workerOf } from "./lib/workers.mjs";

// Edgegate may cost at most this much of what the same job costs by hand.
const GOAL = 1.25;

const forged = withTarget(signedLink(), (target) => target.replace("v=2", "v=3"));

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
    name: "by hand, a forged link refused",
    worker: "whole-job.js",
    request: forged,
    status: 403,
    checks: [],
    logs: true,
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
    name: "Edgegate, 2,000 routes, 500 clients, 50 issuers",
    worker: "edgegate",
    request: signedLink(),
    checks: ["signature", "whole job"],
    logs: true,
    policy: (demo) => largePolicy(demo),
  },
  {
    name: "Edgegate, a forged link refused",
    worker: "edgegate",
    request: forged,
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
  {
    name: "Edgegate, a session",
    worker: "edgegate",
    request: plainSession,
    checks: [],
    logs: true,
  },
  {
    name: "Edgegate, a session with claims, a rule and three fields",
    worker: "edgegate",
    request: sessionWithClaims,
    checks: [],
    logs: true,
  },
];

export const bench = {
  name: "request",
  about: "CPU microseconds of the workerd process per request with a signed link: Edgegate next to Workers written by hand.",
  only: "only the contenders whose name contains TEXT",
  sizes: {
    rounds: { usual: 5, says: "rounds" },
    requests: { usual: 10_000, quick: 3000, says: "requests per contender and round" },
    warmup: { usual: 4000, quick: 2000, says: "requests before the first round" },
    connections: { usual: 16, says: "keep-alive connections" },
  },
  unit: "request",
  turn: 1000,
  tables: ({ only }) => [{ name: "contender", contenders: CONTENDERS.filter(({ name }) => name.includes(only)) }],
  start: startContender,
  check,
  spend: spendCpu,
  columns: [
    { key: "ratio_to_floor", head: "x bare", digits: 2, of: (one, { ratio, role }) => ratio(one, role("floor")) },
    { key: "ratio_to_by_hand", head: "x by hand", digits: 2, of: (one, { ratio, role }) => ratio(one, role("by hand")) },
  ],
  goals: ({ ratio, role }) => [{ name: "Edgegate / whole job by hand", at_most: GOAL, measured: ratio(role("gateway"), role("by hand")) }],
  more: sizeLines,
};

// A contender of these rows in a workerd of its own, the origin behind it. From profile.mjs it also has `inspector` and `folder`
// (lib/workers.mjs).
export async function startContender(contender) {
  const running = await start({ ...workerOf(contender), inspector: contender.inspector }, plain("origin", "origin.js"));
  const { request } = contender;
  return { ...contender, ...running, request: typeof request === "function" ? await request(running.port) : request };
}

runAlone(bench, import.meta.url);
