// What origins need that check `Edgegate-Jwt`: the lines of docs/identity.md, the gateway's keys at the issuer's address with one
// of the test's own among them, and JWTs that are wrong in one thing.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { inRoot } from "../../../scripts/lib/paths.mjs";
import { startOrigin } from "../../e2e/lib/origin.mjs";

export const ISSUER = "https://gate.example.org";
export const AUDIENCE = "https://origin.example.net";

/** Where a redirect from the keys' address leads. */
export const MOVED = "/moved.json";
const PATH = "/.edgegate/jwks.json";
const page = readFileSync(inRoot("docs/identity.md"), "utf8");

/** The one block of this kind on the page, with the issuer that there is here. */
export function linesOf(fence, issuer) {
  const found = [...page.matchAll(new RegExp(`^\`\`\`${fence}\\n([^]*?)^\`\`\`$`, "gm"))];
  assert.equal(found.length, 1, `docs/identity.md has ${found.length} blocks of ${fence}`);
  const [[, lines]] = found;
  assert.ok(lines.includes(ISSUER) && (fence === "toml" || lines.includes(AUDIENCE)), `${fence}: neither issuer nor audience is to be set`);
  return lines.replaceAll(ISSUER, issuer);
}

const [own, next, stranger] = await Promise.all([1, 2, 3].map(() => generateKeyPair("ES256", { extractable: true })));
const published = async (kid, { publicKey }) => ({ ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" });

/** The issuer's address. `answer`: what it says of the keys, a text or a function; `moved`: what is at MOVED. Elsewhere is an origin that shows what it received. */
export async function startKeys() {
  const keys = { answer: undefined, moved: undefined };
  const server = await startOrigin((request, response) => {
    if (request.url === MOVED) return response.end(keys.moved);
    if (request.url !== PATH) return response.end(request.headers["edgegate-jwt"]);
    if (typeof keys.answer === "function") return keys.answer(response);
    response.setHeader("content-type", "application/json");
    response.end(keys.answer);
  });
  const first = await published("own", own);
  const second = await published("next", next);
  return Object.assign(keys, {
    url: server.url,
    /** How often they were fetched since the last call. */
    fetches: () => server.take().filter(({ url }) => url === PATH).length,
    stop: server.stop,
    /** The gateway's keys and the test's own; `isChanged`: and the one that comes after that. */
    of: (gateway, { isChanged = false } = {}) => JSON.stringify({ keys: [...gateway.keys, first, ...(isChanged ? [second] : [])] }),
  });
}

const now = () => Math.floor(Date.now() / 1000);
const claimsOf = (issuer) => ({ iss: issuer, aud: AUDIENCE, sub: "1001002", iat: now(), exp: now() + 60, scope: "read write" });
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A JWT of the form that the gateway gives it, by the test's own key, with what is changed; undefined takes a claim away. */
export const made = (issuer, { claims, header, key = own.privateKey } = {}) =>
  new SignJWT({ ...claimsOf(issuer), ...claims }).setProtectedHeader({ alg: "ES256", typ: "JWT", kid: "own", ...header }).sign(key);

/** One by the key that a change brings. */
export const madeByNext = (issuer) => made(issuer, { header: { kid: "next" }, key: next.privateKey });

/** JWTs that an origin refuses, by what is wrong. `genuine`: one that the gateway signed. */
export async function wrong(issuer, genuine) {
  const [head, body, signature] = genuine.split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url"));
  const hours = (count) => now() + count * 3600;
  const spki = await exportSPKI(own.publicKey);
  const { x, y } = await exportJWK(own.publicKey);
  const hmac = (secret) => {
    const text = `${encoded({ alg: "HS256", typ: "JWT", kid: "own" })}.${encoded(claimsOf(issuer))}`;
    return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
  };
  return {
    "another audience": await made(issuer, { claims: { aud: "https://other.example.net" } }),
    "no audience": await made(issuer, { claims: { aud: undefined } }),
    "another issuer": await made(issuer, { claims: { iss: "https://gate.example.com" } }),
    "no issuer": await made(issuer, { claims: { iss: undefined } }),
    expired: await made(issuer, { claims: { iat: now() - 70, exp: now() - 10 } }),
    "no end": await made(issuer, { claims: { exp: undefined } }),
    "no beginning": await made(issuer, { claims: { iat: undefined } }),
    "from tomorrow": await made(issuer, { claims: { iat: hours(24), nbf: hours(24), exp: hours(25) } }),
    "no subject": await made(issuer, { claims: { sub: undefined } }),
    "another subject under the gateway's signature": [head, encoded({ ...claims, sub: "root" }), signature].join("."),
    "a changed signature": [head, body, (signature[0] === "A" ? "B" : "A") + signature.slice(1)].join("."),
    "half a signature": [head, body, signature.slice(0, 43)].join("."),
    "no signature": [head, body, ""].join("."),
    "a signature of zeros": [head, body, Buffer.alloc(64).toString("base64url")].join("."),
    "alg none": `${encoded({ alg: "none", typ: "JWT" })}.${body}.`,
    "alg none and a key": `${encoded({ alg: "none", typ: "JWT", kid: "own" })}.${body}.`,
    "HS256 with the public key as PEM": hmac(spki),
    "HS256 with the public key as PEM without its last line end": hmac(spki.trim()),
    "HS256 with the public key's coordinates": hmac(Buffer.from(`${x}${y}`, "base64url")),
    "HS256 with the public key as JWK": hmac(JSON.stringify(await published("own", own))),
    "an unknown key": await made(issuer, { header: { kid: "other" }, key: stranger.privateKey }),
    "another key under a known name": await made(issuer, { key: stranger.privateKey }),
    "no name of a key": await made(issuer, { header: { kid: undefined } }),
    "a key that it brings along": await made(issuer, { header: { kid: undefined, jwk: await exportJWK(stranger.publicKey) }, key: stranger.privateKey }),
    "two at once": `${genuine}, ${genuine}`,
    "two in one": `${genuine}.${genuine}`,
    "no JWT": "x",
    "no JSON": "a.e30.c",
    "no object": `${encoded([])}.${encoded([])}.${signature}`,
    "a list as a key's name": `${encoded({ alg: "ES256", kid: ["own"] })}.${body}.${signature}`,
    nothing: "",
  };
}
