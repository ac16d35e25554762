// JWTs of an issuer that exists only for tokens.mjs: its keys, tokens that are good, and tokens that must be refused.

import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

export const ISSUER = "https://login.example.org/";
export const AUDIENCE = "https://api.example.org";
export const SUBJECT = "1001002";

const KINDS = { ES256: ["ec", { namedCurve: "P-256" }], RS256: ["rsa", { modulusLength: 2048 }] };

export function newIssuer(alg) {
  const kid = `bench-${alg.toLowerCase()}`;
  const { publicKey, privateKey } = generateKeyPairSync(...KINDS[alg]);
  const jwks = { keys: [{ ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" }] };
  return { alg, jwks, mint: (claims) => mint(privateKey, { alg, typ: "JWT", kid }, { ...usual(), ...claims }) };
}

// Many good tokens of one length, no two alike.
export function manyTokens(issuer, count) {
  return Array.from({ length: count }, () => issuer.mint());
}

// By what is wrong with them.
export function badTokens(issuer) {
  const [header, payload, signature] = issuer.mint().split(".");
  const now = Math.floor(Date.now() / 1000);
  return {
    "a changed signature": [header, payload, (signature[0] === "A" ? "B" : "A") + signature.slice(1)].join("."),
    "another subject than was signed": [header, encode({ ...usual(), sub: "1001003" }), signature].join("."),
    "a signature by another key": newIssuer(issuer.alg).mint(),
    "alg none": `${encode({ alg: "none", typ: "JWT" })}.${payload}.`,
    "an end in the past": issuer.mint({ iat: now - 7200, exp: now - 3600 }),
    "another issuer": issuer.mint({ iss: "https://login.example.com/" }),
    "another audience": issuer.mint({ aud: "https://api.example.com" }),
  };
}

// What an access token holds (RFC 9068, 2.2).
function usual() {
  const now = Math.floor(Date.now() / 1000);
  const jti = randomBytes(16).toString("base64url");
  return { iss: ISSUER, aud: AUDIENCE, sub: SUBJECT, client_id: "bench", scope: "read", iat: now - 60, exp: now + 86400, jti };
}

function mint(key, header, claims) {
  const signed = `${encode(header)}.${encode(claims)}`;
  const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
