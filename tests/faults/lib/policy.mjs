// The policy under which everything fails: the demo's, with nothing remembered between requests, every kind of credential
// on a route, and as many issuers as there are cells that need one whose keys nobody has fetched.

import { brokered } from "../../e2e/lib/broker.mjs";
import { demoPolicy, strictRoute } from "../../e2e/lib/gateway.mjs";
import { AUDIENCE, iss, keyFor, origin, startIssuer, SUBJECT, trusted } from "../../e2e/lib/issuer.mjs";
import { now } from "../../e2e/lib/sign.mjs";

export const ISSUERS = 96;
export const issuer = (number) => `jwt-${number % ISSUERS}`;
export const IDP_SECRET = "idp-secret-0123456789abcdef";

const tokenRoute = `
[[routes]]
name = "token"
path = "/token/*"
methods = ["GET", "POST"]
accept = ["session"]
xsrf = "token"
forward = { origin = "demo" }`;

/** `remembers`: isolates keep what they read for as long as the demo's do. */
export function policyFor(idp, { remembers = false } = {}) {
  const forgetful = ["bearer", "session", "oauth", "registry", "basic", "luminate"].map((name) => [`[${name}]\n`, `[${name}]\ncache = "0s"\n`]);
  const asked = { introspection: "/introspect", jwks: undefined, algorithms: undefined, client_id: "gate", secret: "IDP_SECRET", cache: "0s" };
  return demoPolicy(
    ...(remembers ? [] : forgetful),
    ['window = "5s"', 'window = "300s"'],
    ['service = "ORIGIN"', 'service = "ORIGIN"\ntimeout = "4s"'],
    strictRoute("bearer", "session"),
    brokered("http://127.0.0.1:9/sign-in"),
    tokenRoute,
    origin("idp", idp.url),
    trusted("asked", asked),
    ...Array.from({ length: ISSUERS }, (_, at) => trusted(issuer(at), { cache: "1m" })),
  );
}

/** Another issuer of tokens: one key, and a word about each token that it was asked to know. */
export async function startIdp() {
  const key = await keyFor("ES256");
  const known = new Set();
  const introspect = (response, _request, body) => {
    const active = known.has(new URLSearchParams(body.toString()).get("token"));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(active ? { active, sub: SUBJECT, iss: iss("asked"), aud: AUDIENCE, exp: now() + 600 } : { active }));
  };
  const server = await startIssuer({ "/jwks.json": { keys: [key.jwk] }, "/introspect": introspect });
  return { ...server, key, known };
}
