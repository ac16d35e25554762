// Advisories about Hono's JWT and JWK middleware, and what other libraries had of the same kind, as requests that must
// not get through here: the token never chooses by what it is verified, and only Bearer is Bearer. Hono's are
// CVE-2026-22817 (GHSA-f67f-6cw9-8mq4), CVE-2026-22818 (GHSA-3vhc-576x-3qv4) and CVE-2026-47673 (GHSA-f577-qrjj-4474).

import assert from "node:assert/strict";
import { createHash, createHmac, createPublicKey, randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { calculateJwkThumbprint, SignJWT } from "jose";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { by, claimsOf, forged, headerOf, invalid, keyFor, origin, startIssuer, SUBJECT, token, trusted } from "../lib/issuer.mjs";
import { basic, bearer, client } from "../lib/oauth.mjs";

const [rsa, es] = await Promise.all([keyFor("RS256", "rsa"), keyFor("ES256", "es")]);
const evil = await keyFor("RS256", "rsa");
const pinned = { ...rsa.jwk, alg: "RS256" };
const oct = { kty: "oct", kid: "oct", k: Buffer.from("0123456789abcdef0123456789abcdef").toString("base64url") };
const idp = await startIssuer({
  "/jwks.json": { keys: [rsa.jwk, es.jwk, oct, { ...oct, kid: "hs", alg: "HS256" }] }, // none says its algorithm but one
  "/pinned.json": { keys: [pinned] },
  "/evil.json": { keys: [evil.jwk] },
});
const policy = demoPolicy(
  ...[origin("idp", idp.url), trusted("corp", { algorithms: ["RS256", "ES256"] }), trusted("rs", { algorithms: ["RS256"] })],
  trusted("pinned", { algorithms: ["RS256", "PS256"], jwks: "/pinned.json" }),
);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => (idp.stop(), gateway.stop()));

const show = (text, name = "corp", scheme = "Bearer") => gate.get(`/${name}/a`, bearer(text, scheme));
const hmac = (secret, digest = "sha256") => (bytes) => createHmac(digest, secret).update(bytes).digest();
const exported = ({ jwk }, type, format) => createPublicKey({ key: jwk, format: "jwk" }).export({ type, format });
const pem = exported(rsa, "spki", "pem");

/** What a confused verifier takes the public key for, once it is a secret. */
const SECRETS = {
  "the PEM (SPKI)": pem,
  "the PEM without its last line feed": pem.trimEnd(),
  "the PEM (PKCS #1)": exported(rsa, "pkcs1", "pem"),
  "the DER": exported(rsa, "spki", "der"),
  "the JWK": JSON.stringify(rsa.jwk),
  "the JWK's members": JSON.stringify({ e: rsa.jwk.e, kty: "RSA", n: rsa.jwk.n }),
  "the JWK's n": rsa.jwk.n,
  "the bytes of n": Buffer.from(rsa.jwk.n, "base64url"),
  "the key id": "rsa",
  "nothing": "",
  "undefined": "undefined",
  "[object Object]": "[object Object]",
  "[object CryptoKey]": "[object CryptoKey]",
};

for (const [what, secret] of Object.entries(SECRETS)) {
  test(`CVE-2026-22817, algorithm confusion: HS256, HS384 and HS512 by ${what}`, async () => {
    for (const [alg, digest] of [["HS256", "sha256"], ["HS384", "sha384"], ["HS512", "sha512"]]) {
      for (const kid of ["rsa", "es", undefined]) {
        await invalid(await show(forged(headerOf(rsa, { alg, kid }), claimsOf("corp", {}), hmac(secret, digest))), "jwt_algorithm");
      }
    }
    await invalid(await show(forged(headerOf(rsa, {}), claimsOf("corp", {}), hmac(secret))), "jwt_signature");
  });
}

test("CVE-2026-22818, a JWK without `alg`: the header does not choose among what the key could do", async () => {
  const algorithms = ["PS256", "PS384", "RS384", "RS512", "HS256", "ES256K", "ES512", "RSA-OAEP", "A128KW", "dir"];
  for (const alg of algorithms) await invalid(await show(forged(headerOf(rsa, { alg }), claimsOf("corp", {}), by({ ...rsa, alg: "PS256" }))), "jwt_algorithm");
  for (const alg of ["ES256", "PS256"]) await invalid(await show(forged(headerOf(rsa, { alg }), claimsOf("rs", {}), by(rsa)), "rs"), "jwt_algorithm");
  await invalid(await show(forged(headerOf(rsa, { alg: "ES256" }), claimsOf("corp", {}), by(rsa))), "jwt_key_unknown");
  await invalid(await show(forged(headerOf(es, { alg: "RS256" }), claimsOf("corp", {}), by(es))), "jwt_key_unknown");
});

test("CVE-2026-22818, a JWK with `alg`: the header does not choose another", async () => {
  forwarded(await show(await token("pinned", rsa), "pinned"));
  await invalid(await show(forged(headerOf(rsa, { alg: "PS256" }), claimsOf("pinned", {}), by({ ...rsa, alg: "PS256" })), "pinned"), "jwt_key_unknown");
});

test("CVE-2026-22818, a symmetric key among the issuer's keys verifies nothing", async () => {
  const secret = Buffer.from(oct.k, "base64url");
  for (const kid of ["oct", "hs"]) {
    const jwt = await new SignJWT(claimsOf("corp", {})).setProtectedHeader({ alg: "HS256", kid, typ: "at+jwt" }).sign(secret);
    await invalid(await show(jwt), "jwt_algorithm");
    for (const alg of ["RS256", "ES256"]) await invalid(await show(forged(headerOf(rsa, { alg, kid }), claimsOf("corp", {}), hmac(secret))), "jwt_key_unknown");
  }
});

test("CVE-2015-9235, no algorithm in any spelling, with and without a signature", async () => {
  for (const alg of ["none", "None", "NONE", "nOnE", "none ", "", null, undefined, [], ["none"], { alg: "none" }, 0]) {
    for (const kid of ["rsa", undefined]) {
      const jwt = forged(headerOf(rsa, { alg, kid }), claimsOf("corp", {}), by(rsa));
      await invalid(await show(jwt), "jwt_algorithm");
      await invalid(await show(jwt.replace(/[^.]*$/, "")), "jwt_malformed");
      await invalid(await show(jwt.replace(/\.[^.]*$/, "")), "jwt_malformed");
    }
  }
});

test("CVE-2018-0114, a key in the token's own header is not used, and no address in it is asked for", async () => {
  idp.count();
  const url = `${idp.url}/evil.json`;
  const der = exported(evil, "spki", "der").toString("base64");
  const own = [
    ...[{ jwk: evil.jwk }, { jwk: { ...evil.jwk, alg: "RS256", use: "sig" } }, { jku: url }, { x5u: url }, { x5c: [der] }],
    ...[{ jwk: evil.jwk, jku: url, x5u: url, x5c: [der] }, { iss: url }, { "x5t#S256": createHash("sha256").update(der).digest("base64url") }, { url }],
  ];
  const thumbprint = await calculateJwkThumbprint(evil.jwk);
  for (const header of own) {
    await invalid(await show(forged(headerOf(rsa, header), claimsOf("corp", {}), by(evil))), "jwt_signature");
    for (const kid of [thumbprint, url, `${idp.url}/jwks.json#rsa`, randomUUID()]) {
      await invalid(await show(forged(headerOf(rsa, { ...header, kid }), claimsOf("corp", {}), by(evil))), "jwt_key_unknown");
    }
    forwarded(await show(forged(headerOf(rsa, header), claimsOf("corp", {}), by(rsa))));
  }
  // A key id that is not known may be a new key's: the issuer's own keys are asked for, and nothing else.
  idp.count("/jwks.json");
  assert.equal(idp.count(), 0);
});

const good = await token("corp", rsa);
const scheme = (value) => gate.get("/corp/a", { authorization: value });
/** Authorization values that hold a good token, and are no Bearer of RFC 6750. */
const SCHEMES = [
  ...["Basic", "Token", "JWT", "Digest", "MAC", "Bearers", "Bearer2", "earer", "X-Bearer", "OAuth", "access_token", "AWS4-HMAC-SHA256", "bearer-token"].map((name) => [`${name} ${good}`, 401, "scheme_not_accepted"]),
  ...["Negotiate", "NTLM"].map((name) => [`${name} ${good}`, 401, "scheme_needs_connection"]),
  ...["Bearer:", "Bearer=", '"Bearer"', "Béarer", "Bearer\u00a0x"].map((name) => [`${name} ${good}`, 400, "authorization_malformed"]),
  ...[good, `Bearer${good}`, `Bearer\t${good}`, `Bearer ${good} x`, `Bearer x ${good}`, `Bearer Bearer ${good}`, `Bearer token=${good}`, `Bearer "${good}"`].map((value) => [value, 400, "authorization_malformed"]),
  ...[`Bearer ${good}, Bearer ${good}`, `Basic eDp5, Bearer ${good}`, `Bearer ${good},`].map((value) => [value, 400, "authorization_duplicate"]),
];

test("CVE-2026-47673, any scheme: a good token by another one than Bearer opens nothing", async () => {
  gateway.seen.add(good);
  await gate.take();
  for (const [value, status, reason] of SCHEMES) {
    await refused(await scheme(Buffer.from(value).toString("latin1")), status, reason).catch((error) => assert.fail(`${value.replace(good, "…")}: ${error.message}`));
  }
  await refused(await gate.get("/corp/a", basic({ id: client.id, secret: good })), 401, "scheme_not_accepted");
  for (const header of ["proxy-authorization", "x-authorization", "x-forwarded-authorization", "x-access-token", "cookie"]) {
    await refused(await gate.get("/corp/a", { [header]: header === "cookie" ? `access_token=${good}` : `Bearer ${good}` }), 401, "credential_missing");
  }
  assert.deepEqual((await gate.take()).forwarded, []);
  for (const name of ["Bearer", "bearer", "BEARER"]) forwarded(await scheme(`${name} ${good}`));
  await invalid(await scheme(`DPoP ${good}`), "token_binding");
});

theLogHoldsNoCredential(gateway, { subjects: [SUBJECT] });
