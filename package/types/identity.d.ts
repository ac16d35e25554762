import type { Identity, WithHeaders } from "./identity-type.js";

export type { Identity } from "./identity-type.js";

export interface Expected {
  /** `[gateway] issuer`, as it stands in the policy. */
  issuer: string;
  /** `jwt_audience` of the route. */
  audience: string;
  /** The keys of `/.edgegate/jwks.json`, where they cannot be fetched. */
  jwks?: { keys: object[] };
}

/** As whom a gateway elsewhere let the request through. Rejects with an `IdentityError`. */
export function verifyIdentity(
  request: { headers: { get(name: string): string | null } | Record<string, string | string[] | undefined> },
  expected: Expected,
): Promise<Identity & { kind: "person"; subject: string }>;

/** The same as that of "edgegate", for code that a framework's build also runs in Node, where the gateway itself cannot be loaded. */
export function identityOf(request: WithHeaders): Identity | null;

export class IdentityError extends Error {
  code: "missing" | "malformed" | "signature" | "expired" | "issuer" | "audience" | "keys_unavailable";
  /** 401, or 503 where the gateway's keys cannot be had. */
  status: 401 | 503;
}
