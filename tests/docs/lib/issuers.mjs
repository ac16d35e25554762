// Two issuers of tokens for the watched gates: one with keys, one that is asked.

import { randomUUID } from "node:crypto";
import { AUDIENCE, keyFor, origin, startIssuer, SUBJECT, token, trusted } from "../../e2e/lib/issuer.mjs";

export const asked = { id: "gate", secret: "demo-idp-secret-0123456789abcdef" };
const key = await keyFor("ES256");
const active = new Set();
const idp = await startIssuer({
  "/jwks.json": { keys: [key.jwk] },
  "/introspect": (response, request, body) => {
    const isActive = active.has(new URLSearchParams(body.toString()).get("token"));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(isActive ? { active: true, sub: SUBJECT, aud: AUDIENCE } : { active: false }));
  },
});

export const stopIssuers = () => idp.stop();

/** What of a policy trusts them: `corp` by its keys, `asked` by its word. */
export const ISSUERS = [
  origin("idp", idp.url),
  trusted("corp"),
  trusted("asked", { introspection: "/introspect", jwks: undefined, algorithms: undefined, client_id: asked.id, secret: "IDP_SECRET" }),
];

export const jwt = (claims, header) => token("corp", key, claims, header);

/** A token that only its issuer can read. */
export function opaque() {
  const text = `opaque-${randomUUID()}`;
  active.add(text);
  return text;
}
