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
//   whole     true where the whole job of a gate is due (tokens-forward.js says what that is)
//   logs      true where every request must have written a line to the log
//   role      "floor": checks nothing; "gateway" and "peer": the rows that the goals are about

import { replaceOnce } from "../contenders.mjs";
import { AUDIENCE, ISSUER } from "./tokens-jwt.mjs";

const FLOOR = { name: "bare passthrough (JS)", worker: "passthrough.js", role: "floor" };
const EDGEGATE = { worker: "edgegate", whole: true, logs: true };
const SILENT = { worker: "edgegate", whole: true };
const WHOLE = { whole: true, logs: true, role: "peer" };

const OPAQUE = {
  name: "opaque tokens",
  contenders: [
    FLOOR,
    { name: "Edgegate", ...EDGEGATE, policy: opaque, role: "gateway" },
    { name: "Edgegate, without the decision log", ...SILENT, policy: (demo) => silent(opaque(demo)) },
    { name: "Edgegate, KV asked each time", ...EDGEGATE, policy: (demo) => uncached(opaque(demo)) },
    { name: "workers-oauth-provider", ...provider({}), role: "peer" },
    { name: "workers-oauth-provider, KV in memory", ...provider({ KV: "memory" }), role: "peer" },
    { name: "workers-oauth-provider, whole job", ...provider({ JOB: "whole" }), ...WHOLE },
    { name: "workers-oauth-provider, whole job, KV in memory", ...provider({ JOB: "whole", KV: "memory" }), ...WHOLE },
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
      { name: "Edgegate, one token all the time", ...EDGEGATE, policy, tokens: 1 },
      { name: "Hono, jwt", ...hono({ WAY: "jwt" }), role: "peer" },
      { name: "Hono, jwk", ...hono({ WAY: "jwk" }), role: "peer" },
      { name: "Hono, jwt, key imported once", ...hono({ WAY: "imported" }), role: "peer" },
      { name: "Hono, jwt, whole job", ...hono({ WAY: "jwt", JOB: "whole" }), ...WHOLE },
      { name: "Hono, jwk, whole job", ...hono({ WAY: "jwk", JOB: "whole" }), ...WHOLE },
    ],
  };
}

function provider(bindings) {
  return { worker: "tokens-oauth-provider.js", bindings };
}

function hono(bindings) {
  return { worker: "tokens-hono.js", bindings };
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

function foreign(demo, alg) {
  const route = replaceOnce(opaque(demo), /(\nname = "me"\n(?:.+\n)*?accept = )\[.*\]/, '$1["issuer:bench"]');
  return `${route}
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
