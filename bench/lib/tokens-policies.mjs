// The demo's policy, changed for rows of tokens.mjs.

import { AUDIENCE, ISSUER } from "./tokens-jwt.mjs";
import { replaceOnce } from "./workers.mjs";

// The others sign no identity JWT.
export function opaque(demo) {
  return replaceOnce(demo, /, jwt_audience = "demo-origin"/, "");
}

// JWTs of the issuer of tokens-jwt.mjs.
export function foreign(demo, alg) {
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

export function silent(policy) {
  return replaceOnce(policy, /^\[gateway\]$/m, "[gateway]\ndecision_log = false");
}

export function uncached(policy) {
  return replaceOnce(policy, /^\[bearer\]$/m, '[bearer]\ncache = "0s"');
}

// "none" alone would also leave an answer public, which costs less: beside a credential that no request carries it does not.
export function unverified(policy) {
  return accepting('"link:files", "none"', policy);
}

function accepting(credentials, policy) {
  return replaceOnce(policy, /(\nname = "me"\n(?:.+\n)*?accept = )\[.*\]/, `$1[${credentials}]`);
}
