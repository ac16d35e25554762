// Somebody else who issues tokens: an HTTP server on loopback, keys and tokens made by jose, and the policy that
// accepts them. Each issuer of a policy is `https://<name>.example/`, and opens the route /<name>/*.

import assert from "node:assert/strict";
import { createHash, KeyObject, randomUUID, sign } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { refused } from "./expect.mjs";
import { startOrigin } from "./origin.mjs";
import { now } from "./sign.mjs";

export const AUDIENCE = "https://api.example.org";
/** As whom the tokens let through; to be looked for in the log. */
export const SUBJECT = "person-4711-0815-2342";
export const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"];

/** A key with which an issuer or a client signs. `jwk`: its public half, as a JWKS has it. */
export async function keyFor(alg, kid = alg) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), ...(kid && { kid }) } };
}

/**
 * The server. `answers`: what stands at each path, JSON or a function (response, request, body); may be changed.
 * `count(path)`: how often it was asked for since the last call; without a path, for anything.
 */
export async function startIssuer(answers = {}) {
  const server = await startOrigin((request, response, body) => {
    const answer = answers[request.url];
    if (typeof answer === "function") return answer(response, request, body);
    response.statusCode = answer === undefined ? 404 : 200;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer ?? {}));
  });
  const asked = [];
  const count = (path) => {
    asked.push(...server.take().map(({ url }) => url));
    const those = asked.filter((url) => path === undefined || url === path);
    for (const url of those) asked.splice(asked.indexOf(url), 1);
    return those.length;
  };
  return { ...server, answers, count };
}

const toml = (table) => {
  const keys = Object.entries(table).filter(([, value]) => value !== undefined);
  return keys.map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`).join("");
};

export const origin = (name, url) => `[origins.${name}]\n${toml({ url })}`;
export const route = (name, accept, more = "") => `[[routes]]\n${toml({ name, path: `/${name}/*`, methods: ["GET", "POST"], accept })}${more}\nforward = { origin = "demo" }\n`;

/** `[issuers.<name>]` and its route. `table`: its keys, where they are not the usual ones; undefined leaves one out. */
export function trusted(name, table = {}, more) {
  const usual = { issuer: iss(name), audience: [AUDIENCE], origin: "idp", jwks: "/jwks.json", algorithms: ["ES256"] };
  return `[issuers.${name}]\n${toml({ ...usual, ...table })}${route(name, [`issuer:${name}`], more)}`;
}

export const iss = (name) => `https://${name}.example/`;

/** A JWT of the issuer. `claims`, `header`: what is other than usual; undefined leaves out. */
export function token(name, key, claims = {}, header = {}) {
  return new SignJWT(claimsOf(name, claims)).setProtectedHeader(headerOf(key, header)).sign(key.privateKey);
}

export const claimsOf = (name, claims) => ({ iss: iss(name), aud: AUDIENCE, sub: SUBJECT, iat: now(), exp: now() + 600, ...claims });
export const headerOf = ({ alg, kid }, header) => ({ alg, kid, typ: "at+jwt", ...header });

/** A compact JWS over anything: header and payload are JSON or text, `signature` bytes or what makes them. */
export function forged(header, payload, signature) {
  const part = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
  return sealed(`${part(header)}.${part(payload)}`, signature);
}

/** The same over what is already encoded, however wrong. */
export function sealed(input, signature) {
  const bytes = typeof signature === "function" ? signature(Buffer.from(input)) : signature;
  return `${input}.${Buffer.from(bytes).toString("base64url")}`;
}

/** Signs as the key's algorithm does, without a look at what it signs. `options`: of node:crypto, other than usual. */
export const by = ({ alg, privateKey }, { digest = `sha${alg.slice(2)}`, ...options } = {}) => (bytes) => {
  const key = privateKey instanceof KeyObject ? privateKey : KeyObject.from(privateKey);
  const usual = { RS: {}, PS: { padding: 6, saltLength: 32 }, ES: { dsaEncoding: "ieee-p1363" }, Ed: {} }[alg.slice(0, 2)];
  return sign(alg === "EdDSA" ? null : digest, bytes, { key, ...usual, ...options });
};

/** A proof of RFC 9449 for a request. `claims`, `header`: what is other than usual; undefined leaves out. */
export function proof(key, { method = "GET", url, token }, claims = {}, header = {}) {
  const { kid, ...jwk } = key.jwk;
  const ath = token && createHash("sha256").update(token).digest("base64url");
  const payload = { jti: randomUUID(), htm: method, htu: url, iat: now(), ath, ...claims };
  return new SignJWT(payload).setProtectedHeader({ typ: "dpop+jwt", alg: key.alg, jwk, ...header }).sign(key.privateKey);
}

/** Refused with 401 and the error of RFC 6750 section 3.1, for the reason in the log. */
export async function invalid(answer, reason) {
  const line = await refused(answer, 401, reason);
  assert.match(answer.header("www-authenticate"), /\bBearer realm="edgegate", error="invalid_token", error_description="/);
  assert.equal(answer.json.title, "The access token is not valid.");
  return line;
}
