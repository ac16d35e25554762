// Who verifies tokens in tokens.mjs, as data. A part is a table of its own:
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
//   whole     true where the whole job of a gate is due (tokens-forward.js says what that is)
//   logs      true where every request must have written a line to the log
//   role      "floor": does nothing; "open": verifies nothing; "gateway" and "peer": the rows that the goals are about

import { replaceOnce } from "../contenders.mjs";
import { AUDIENCE, ISSUER } from "./tokens-jwt.mjs";

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

export const PARTS = [OPAQUE, jwtPart("RS256"), jwtPart("ES256")];

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

// The others sign no identity JWT.
function opaque(demo) {
  return replaceOnce(demo, /, jwt_audience = "demo-origin"/, "");
}

function silent(policy) {
  return replaceOnce(policy, /^\[gateway\]$/m, "[gateway]\ndecision_log = false");
}

function uncached(policy) {
  return replaceOnce(policy, /^\[bearer\]$/m, '[bearer]\ncache = "0s"');
}

// "none" alone would also leave an answer public, which costs less: beside a credential that no request carries it does not.
function unverified(policy) {
  return accepting('"link:files", "none"', policy);
}

function accepting(credentials, policy) {
  return replaceOnce(policy, /(\nname = "me"\n(?:.+\n)*?accept = )\[.*\]/, `$1[${credentials}]`);
}

function foreign(demo, alg) {
  return `${accepting('"issuer:bench"', opaque(demo))}
[origins.bench-idp]
service = "IDP"

[issuers.bench]
issuer = "${ISSUER}"
audience = ["${AUDIENCE}"]
origin = "bench-idp"
jwks = "/jwks.json"
algorithms = ["${alg}"]
`;
}
