// Hono's middlewares for the JWTs of another issuer, with all that they can check. The variable WAY says which:
//
//   jwt       hono/jwt with the public key as a JWK
//   jwk       hono/jwk with a static list of JWKs
//   imported  hono/jwt with a CryptoKey that is imported once; the others import theirs for each request
//   none      none: everybody gets through

import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { jwk } from "hono/jwk";
import { jwt } from "hono/jwt";
import { forward } from "./tokens-forward.js";

const { ALGORITHM: alg, AUDIENCE: aud, ISSUER: iss, JWKS } = env;
const { keys } = JWKS;
const verification = { iss, aud };

const ALGORITHMS = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  ES256: { name: "ECDSA", namedCurve: "P-256" },
};

const WAYS = {
  jwt: () => jwt({ secret: keys[0], alg, verification }),
  jwk: () => jwk({ keys, alg: [alg], verification }),
  imported() {
    let check;
    return async (context, next) => {
      check ??= jwt({ secret: await importKey(), alg, verification });
      return check(context, next);
    };
  },
};

function importKey() {
  return crypto.subtle.importKey("jwk", keys[0], ALGORITHMS[alg], false, ["verify"]);
}

const app = new Hono();
if (env.WAY !== "none") app.use("/me/*", WAYS[env.WAY]());
app.all("/me/*", (context) => forward(context.req.raw, context.env, context.get("jwtPayload")?.sub));

export default app;
