// `npm run bench -- tokens`: what it costs to verify a Bearer token, next to the libraries that Workers use for it. As data: a part is
// a table of its own, whose rows are compared with each other.
//
//   name         what the table prints; `--only TEXT` picks parts by it
//   alg          of the JWTs that are sent; undefined: opaque tokens, of the contender's own making
//   contenders   its rows
//
// A row is
//
//   name      what the table prints
//   worker    a file in workers/, bundled with its npm packages, or "edgegate": the built gateway of demo/build/
//   bindings  (not of Edgegate) more variables for the Worker
//   policy    (edgegate only) the demo's policy as text -> the policy of this row
//   tokens    how many different ones are sent in turn, where not as many as in the rest of the part
//   without   the row that does all the same but verify: what this one costs beyond it is the verifying
//   whole     true where the whole job of a gate is due (workers/tokens-forward.js says what that is)
//   logs      true where every request must have written a line to the log
//   role      "floor": does nothing; "open": verifies nothing; "gateway" and "peer": the rows that the goals are about

import { cpuMicroseconds } from "../scripts/lib/process.mjs";
import { requestBytes, sendMany } from "./lib/client.mjs";
import { runAlone } from "./lib/harness.mjs";
import { median } from "./lib/report.mjs";
import { expecting } from "./lib/spend.mjs";
import { check } from "./lib/tokens-checks.mjs";
import { manyTokens, newIssuer } from "./lib/tokens-jwt.mjs";
import { foreign, opaque, silent, uncached, unverified } from "./lib/tokens-policies.mjs";
import { startContender, withToken } from "./lib/tokens-start.mjs";

// Edgegate may cost at most this much of what a library costs that verifies the same token: in all, and for the verifying.
const GOAL = 0.8;

// Clients send a token again and again until it expires: a gate that remembers them is asked about as many as a busy isolate
// sees.
const TOKENS = 100;

const FLOOR = { name: "bare passthrough (JS)", worker: "passthrough.js", role: "floor" };
const OPEN = { role: "open", without: undefined };

const EDGEGATE = { worker: "edgegate", whole: true, logs: true, without: "Edgegate, nothing verified" };
const SILENT = { worker: "edgegate", whole: true };

const PROVIDER = {
  worker: "tokens-oauth-provider.js",
  without: "workers-oauth-provider, nothing verified",
  role: "peer",
};
const WHOLE_PROVIDER = { ...PROVIDER, whole: true, logs: true, without: "workers-oauth-provider, whole job, nothing verified" };

const HONO = { worker: "tokens-hono.js", without: "Hono, nothing verified", role: "peer" };
const WHOLE_HONO = { ...HONO, whole: true, logs: true, without: "Hono, whole job, nothing verified" };

// More than the gateway remembers: when one comes again, it is forgotten. The libraries remember none, so to them every
// token is new anyway.
const NEW_EVERY_TIME = 6000;

const OPAQUE = {
  name: "opaque tokens",
  contenders: [
    FLOOR,
    { name: "Edgegate", ...EDGEGATE, policy: opaque, role: "gateway" },
    { name: "Edgegate, without the decision log", ...SILENT, policy: (demo) => silent(opaque(demo)) },
    { name: "Edgegate, KV asked each time", ...EDGEGATE, policy: (demo) => uncached(opaque(demo)) },
    { name: EDGEGATE.without, ...EDGEGATE, ...OPEN, policy: (demo) => unverified(opaque(demo)) },
    { name: "workers-oauth-provider", ...PROVIDER },
    { name: "workers-oauth-provider, KV in memory", ...PROVIDER, bindings: { KV: "memory" } },
    { name: PROVIDER.without, ...PROVIDER, ...OPEN, bindings: { WAY: "none" } },
    { name: "workers-oauth-provider, whole job", ...WHOLE_PROVIDER, bindings: { JOB: "whole" } },
    {
      name: "workers-oauth-provider, whole job, KV in memory",
      ...WHOLE_PROVIDER,
      bindings: { JOB: "whole", KV: "memory" },
    },
    { name: WHOLE_PROVIDER.without, ...WHOLE_PROVIDER, ...OPEN, bindings: { JOB: "whole", WAY: "none" } },
  ],
};

const PARTS = [OPAQUE, jwtPart("RS256"), jwtPart("ES256")];

function jwtPart(alg) {
  const policy = (demo) => foreign(demo, alg);
  return {
    name: `JWT, ${alg}`,
    alg,
    contenders: [
      FLOOR,
      { name: "Edgegate", ...EDGEGATE, policy, role: "gateway" },
      { name: "Edgegate, without the decision log", ...SILENT, policy: (demo) => silent(policy(demo)) },
      { name: "Edgegate, a new token every time", ...EDGEGATE, policy, tokens: NEW_EVERY_TIME },
      { name: EDGEGATE.without, ...EDGEGATE, ...OPEN, policy: (demo) => unverified(policy(demo)) },
      { name: "Hono, jwt", ...HONO, bindings: { WAY: "jwt" } },
      { name: "Hono, jwk", ...HONO, bindings: { WAY: "jwk" } },
      { name: "Hono, jwt, key imported once", ...HONO, bindings: { WAY: "imported" } },
      { name: HONO.without, ...HONO, ...OPEN, bindings: { WAY: "none" } },
      { name: "Hono, jwt, whole job", ...WHOLE_HONO, bindings: { WAY: "jwt", JOB: "whole" } },
      { name: "Hono, jwk, whole job", ...WHOLE_HONO, bindings: { WAY: "jwk", JOB: "whole" } },
      { name: WHOLE_HONO.without, ...WHOLE_HONO, ...OPEN, bindings: { WAY: "none", JOB: "whole" } },
    ],
  };
}

export const bench = {
  name: "tokens",
  about: `CPU microseconds of the workerd process per request with a Bearer token that is verified: Edgegate next to the libraries that
do it in Workers. Opaque tokens next to @cloudflare/workers-oauth-provider, JWTs of another issuer next to Hono's middlewares.
Then how much of it is the verifying: the difference to a row that does all the rest.`,
  notes: `A KV of a developer's machine lives in the measured process and costs more than KV does to a Worker; "KV in memory" is the
library without it, which favours the library. Everything measured was checked before: a good token passes, the origin hears
whose it is, a bad one is answered 401. Rows that verify nothing let everybody through.`,
  only: 'only the parts whose name contains TEXT: "opaque tokens", "JWT, RS256", "JWT, ES256"',
  sizes: {
    rounds: { usual: 5, quick: 3, says: "rounds" },
    requests: { usual: 4000, quick: 1500, says: "requests per contender and round" },
    warmup: { usual: 3000, quick: 1500, says: "requests before the first round" },
    connections: { usual: 16, says: "keep-alive connections" },
  },
  unit: "request",
  turn: 500,
  caption: () => ["Verifying: the difference to the row of the same name that verifies nothing, median of the rounds."],
  tables: ({ only }) => PARTS.filter(({ name }) => name.includes(only)),
  open,
  start: startContender,
  check,
  spend,
  columns: [
    { key: "ratio_to_floor", head: "x bare", digits: 2, of: (one, { ratio, role }) => ratio(one, role("floor")) },
    { key: "edgegate_to_it", head: "Edgegate / it", digits: 2, of: (one, { ratio, role }) => ratio(role("gateway"), one) },
    { key: "verifying_us", head: "verifying µs", digits: 0, of: verifying },
    { key: "verifying_to_its", head: "verifying / its", digits: 2, of: (one, table) => (one.role === "peer" ? verifyingRatio(one, table) : undefined) },
  ],
  goals: (table) => [
    ...peersOf(table).map((peer) => ({ name: goalName(table, peer, "in all"), at_most: GOAL, measured: table.ratio(table.role("gateway"), peer) })),
    ...peersOf(table).map((peer) => ({ name: goalName(table, peer, "verifying alone"), at_most: GOAL, measured: verifyingRatio(peer, table) })),
  ],
};

function open({ alg, contenders }) {
  const issuer = alg && newIssuer(alg);
  const most = Math.max(TOKENS, ...contenders.map(({ tokens = 0 }) => tokens));
  return { issuer, jwts: issuer && manyTokens(issuer, most), count: TOKENS };
}

// Sends a contender its tokens in turn. Before the next request is sent, these bytes become it: all the tokens have one length.
export async function spend(contender, count, connections) {
  const { pid, port, tokens } = contender;
  const bytes = requestBytes(withToken(tokens[contender.next]));
  const place = bytes.indexOf(tokens[contender.next], 0, "latin1");
  const check = expecting(contender);
  const before = cpuMicroseconds(pid);
  await sendMany(port, bytes, count, connections, (answer) => {
    check(answer);
    contender.next = (contender.next + 1) % tokens.length;
    bytes.write(tokens[contender.next], place, "latin1");
  });
  return cpuMicroseconds(pid) - before;
}

// Round by round: what disturbed a round disturbed both.
function verifying({ name, without }, { cpu, named }) {
  const [all, rest] = [cpu(named(name)), cpu(named(without))];
  return all && rest && median(all.map((us, round) => us - rest[round]));
}

// Of the numbers in the table. A difference may be next to nothing in a single round, and no ratio to it says anything.
function verifyingRatio(peer, table) {
  const [own, its] = [table.role("gateway"), peer].map((one) => verifying(one, table));
  return its > 0 && own !== undefined ? own / its : undefined;
}

const peersOf = ({ contenders }) => contenders.filter(({ role }) => role === "peer");
const goalName = ({ name }, peer, what) => `${name}: Edgegate / ${peer.name}, ${what}`;

runAlone(bench, import.meta.url);
