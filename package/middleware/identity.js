// Who it is, without the gateway itself. For an origin elsewhere (Node, Deno, Bun, a Worker of its own): verifies the `Edgegate-Jwt`
// that a gateway put into a request. And `identityOf` for a framework in the gateway's Worker, whose build runs its code in Node too.

import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify } from "jose";

export { identityOf } from "./identity-of.js";

/** Why a request has no identity that can be trusted. `status` fits an answer: 401, or 503 where the gateway's keys cannot be had. */
export class IdentityError extends Error {
  constructor(code, message, cause) {
    super(message, { cause });
    this.name = "IdentityError";
    this.code = code;
    this.status = code === "keys_unavailable" ? 503 : 401;
  }
}

/**
 * As whom the gateway let a request through. `request`: a Request, or anything with headers as fetch or Node has them. `issuer`
 * and `audience`: `[gateway] issuer` and the route's `jwt_audience`. `jwks`: the gateway's keys, where they cannot be fetched.
 */
export async function verifyIdentity(request, { issuer, audience, jwks }) {
  demandText("issuer", issuer);
  demandText("audience", audience);
  const keys = jwks ? local(jwks) : remote(issuer);
  const jwt = header(request.headers, "edgegate-jwt");
  if (!jwt) throw new IdentityError("missing", "the request has no Edgegate-Jwt: it did not come through the gateway, or its route has no jwt_audience");
  try {
    const { payload } = await jwtVerify(jwt, keys, { issuer, audience, ...FORM });
    return identity(payload);
  } catch (error) {
    throw new IdentityError(codeOf(error), `Edgegate-Jwt: ${error.message}`, error);
  }
}

/** The gateway signs for a minute at most. Clocks may differ by a few seconds. */
const FORM = { algorithms: ["ES256"], typ: "JWT", requiredClaims: ["sub", "iat", "exp"], maxTokenAge: 60, clockTolerance: 5 };

function identity(claims) {
  const { sub: subject, client_id: client = null, token_issuer: issuer = null, scope } = claims;
  return { kind: "person", subject, client, issuer, scope: scope ? scope.split(" ") : [], claims, route: null, requestId: null };
}

/** Without one of them jose would not compare it. */
function demandText(name, value) {
  if (typeof value !== "string" || value === "") throw new TypeError(`verifyIdentity: ${name} is missing`);
}

function header(headers, name) {
  return typeof headers?.get === "function" ? headers.get(name) : headers?.[name];
}

/** Fetched once, then kept ten minutes; a key that is new is looked for at most every half minute. */
function remote(issuer) {
  if (!remotes.has(issuer)) {
    const url = new URL(`${issuer}/.edgegate/jwks.json`);
    const isLocal = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
    if (url.protocol !== "https:" && !isLocal) throw new TypeError("verifyIdentity: the issuer is not https, so anybody on the way could answer with keys of their own");
    remotes.set(issuer, createRemoteJWKSet(url, { timeoutDuration: 3000, cooldownDuration: 30_000, cacheMaxAge: 600_000 }));
  }
  return remotes.get(issuer);
}

function local(jwks) {
  if (!locals.has(jwks)) locals.set(jwks, createLocalJWKSet(jwks));
  return locals.get(jwks);
}

const remotes = new Map();
const locals = new WeakMap();

function codeOf(error) {
  if (error instanceof errors.JWTExpired) return "expired";
  if (error instanceof errors.JWTClaimValidationFailed) return { iss: "issuer", aud: "audience", exp: "expired", iat: "expired" }[error.claim] ?? "malformed";
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) return "signature";
  // Without a `kid` any of two keys would do.
  if (error instanceof errors.JWKSMultipleMatchingKeys) return "malformed";
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid || error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return "malformed";
  return "keys_unavailable";
}
