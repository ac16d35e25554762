// JWTs of an issuer that are wrong in one thing: claims in turn, the header, the key, the form. Each is refused as a token
// that is not valid, and only the log says why.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, test } from "node:test";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { AUDIENCE, by, claimsOf, forged, headerOf, invalid, iss, keyFor, origin, sealed, startIssuer, SUBJECT, token, trusted } from "../lib/issuer.mjs";
import { bearer } from "../lib/oauth.mjs";
import { now } from "../lib/sign.mjs";

const [es, other, rsa, nameless] = await Promise.all([keyFor("ES256", "es"), keyFor("ES256", "other"), keyFor("RS256", "rsa"), keyFor("ES256", "")]);
const odd = await Promise.all(["../../etc/passwd", "' OR '1'='1", "%2e%2e", "a\\\"b", "kid\u0000"].map((kid) => keyFor("ES256", kid)));
const idp = await startIssuer({
  "/jwks.json": { keys: [es.jwk, other.jwk, rsa.jwk] },
  "/one.json": { keys: [es.jwk] },
  "/nameless.json": { keys: [nameless.jwk, rsa.jwk] },
  "/odd.json": { keys: odd.map(({ jwk }) => jwk) },
});
const policy = demoPolicy(
  origin("idp", idp.url),
  trusted("corp", { algorithms: ["ES256", "RS256"] }),
  trusted("one", { jwks: "/one.json", skew: "0s" }),
  trusted("nameless", { jwks: "/nameless.json" }),
  trusted("odd", { jwks: "/odd.json" }),
);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => (idp.stop(), gateway.stop()));

const SKEW = 60;
const LEEWAY = 5; // seconds that a test may take
const show = (jwt, name = "corp") => gate.get(`/${name}/a`, bearer(jwt));
const claim = async (claims, name = "corp", key = es) => show(await token(name, key, claims), name);

/** Claims that are wrong at this moment, and the reason. */
const wrong = () => [
  ...[undefined, null, 7, "", [iss("corp")], "https://corp.example", "https://CORP.example/", `${iss("corp")} `, "https://evil.example/"].map((iss) => [{ iss }, "jwt_issuer"]),
  ...[undefined, null, 7, "", "other", `${AUDIENCE}/`, AUDIENCE.toUpperCase(), `${AUDIENCE} other`, [], ["other"], [[AUDIENCE]], { a: AUDIENCE }].map((aud) => [{ aud }, "jwt_audience"]),
  ...[undefined, null, "", `${now() + 600}`, true, [], -1, -1e300].map((exp) => [{ exp }, "jwt_malformed"]),
  ...[0, 1, 0.5, now() - 3600, now() - SKEW - 1, now() - SKEW - 0.5].map((exp) => [{ exp }, "jwt_expired"]),
  ...[now() + SKEW + LEEWAY, now() + 3600, 1e14, Number.MAX_SAFE_INTEGER].flatMap((ahead) => [{ nbf: ahead }, { iat: ahead }].map((claims) => [claims, "jwt_not_yet_valid"])),
  ...[null, "", "now", false, {}, -1].flatMap((time) => [{ nbf: time }, { iat: time }].map((claims) => [claims, "jwt_malformed"])),
  ...[undefined, null, "", 7, [SUBJECT], { a: 1 }, "a b", " a", "a\t", "a\r\nEdgegate-Subject: b", "jösé", "\u200ba", "a".repeat(256)].map((sub) => [{ sub }, "jwt_subject"]),
  ...[null, "", 7, [], {}, { jwk: es.jwk }, { kid: "es" }, { "x5t#S256": "A".repeat(43) }, { jkt: "A" }, { jkt: 7 }, { jkt: `${"A".repeat(43)}=` }].map((cnf) => [{ cnf }, "token_binding"]),
  // Tokens for another purpose: id_tokens, refresh tokens, logout tokens, events.
  ...[{ nonce: "n", at_hash: "MTIz" }, { nonce: "n" }, { at_hash: "MTIz" }, { c_hash: "MTIz" }, { s_hash: "MTIz" }, { events: {} }].map((claims) => [claims, "jwt_malformed"]),
  ...["id", "ID", "id_token", "refresh", "refresh_token", 7, []].map((token_use) => [{ token_use }, "jwt_malformed"]),
  ...["ID", "Refresh", "Offline", "Logout", "id+jwt"].map((typ) => [{ typ }, "jwt_malformed"]),
];

test("claims by which an issuer marks an access token are no hindrance", async () => {
  for (const claims of [{ token_use: "access" }, { typ: "Bearer" }, { typ: "at+jwt" }, { token_type: "Bearer" }]) forwarded(await claim(claims));
});

test("each claim that is wrong: invalid_token, and the reason in the log", async () => {
  await gate.take();
  for (const [claims, reason] of wrong()) {
    const line = await invalid(await claim(claims), reason).catch((error) => assert.fail(`${JSON.stringify(claims)}: ${error.message}`));
    assert.equal(line.kv + line.ledger, 0);
  }
  assert.deepEqual((await gate.take()).forwarded.map(({ url }) => url).filter((url) => !url.startsWith(idp.url)), []);
});

test("what is as far off as clocks may be still counts, and not a second more", async () => {
  const at = (seconds) => now() + seconds;
  for (const claims of [{ exp: at(LEEWAY - SKEW) }, { nbf: at(SKEW) }, { iat: at(SKEW) }, { exp: at(3.5) }, { exp: 1e14 }, { sub: "~".repeat(255) }]) forwarded(await claim(claims));
  for (const claims of [{ exp: at(LEEWAY) }, { nbf: at(0) }]) forwarded(await claim({ ...claims, iat: undefined }, "one"));
  await invalid(await claim({ exp: at(0) }, "one"), "jwt_expired");
  for (const claims of [{ nbf: at(LEEWAY) }, { iat: at(LEEWAY) }]) await invalid(await claim(claims, "one"), "jwt_not_yet_valid");
});

test("a token that was accepted is over when its time is", async () => {
  const jwt = await token("one", es, { exp: now() + 2 });
  forwarded(await show(jwt, "one"));
  await new Promise((resolve) => setTimeout(resolve, 2100));
  await invalid(await show(jwt, "one"), "jwt_expired");
});

/** What is wrong of the header, and the reason. All are signed by the issuer's own key. */
const HEADERS = [
  ...["logout+jwt", "dpop+jwt", "application/dpop+jwt", "id_token", "at+jwt ", "application/application/jwt", "jose", "", null, 7, ["JWT"]].map((typ) => [{ typ }, "jwt_malformed"]),
  ...[["exp"], ["b64"], [], "b64", null, ["alg"]].map((crit) => [{ crit, b64: false }, "jwt_algorithm"]),
  ...[undefined, null, "", "ES384", "es256", "ES256 ", "ES256K", "HS256", "none", "None", "NONE", "nOnE", "RSA-OAEP", 7, ["ES256"]].map((alg) => [{ alg }, "jwt_algorithm"]),
  ...["PS256", "EdDSA"].map((alg) => [{ alg }, "jwt_algorithm"]), // the issuer's policy has neither
  [{ alg: "RS256" }, "jwt_key_unknown"], // the key of that id is none for RSA
  ...["ES", "es ", "", "e", "es\u0000", "../es", "/dev/null", "../../../../dev/null", "' OR '1'='1", "es' UNION SELECT 'x", "es; rm -rf", "x".repeat(2000)].map((kid) => [{ kid }, "jwt_key_unknown"]),
  ...[7, null, ["es"], {}].map((kid) => [{ kid }, "jwt_malformed"]),
  [{ kid: "other" }, "jwt_signature"],
  [{ kid: undefined }, "jwt_key_unknown"], // two keys would fit
];

test("each header that is wrong: invalid_token, and the reason in the log", async () => {
  for (const [header, reason] of HEADERS) {
    const jwt = forged(headerOf(es, header), claimsOf("corp", {}), by(es));
    await invalid(await show(jwt), reason).catch((error) => assert.fail(`${JSON.stringify(header)}: ${error.message}`));
  }
});

test("a key id is a text (RFC 7515 section 4.1.4): another value does not pass for none", async () => {
  for (const kid of [7, null, ["es"], {}, true]) {
    await invalid(await show(forged(headerOf(es, { kid }), claimsOf("one", {}), by(es)), "one"), "jwt_malformed");
  }
});

test("without a key id the only key that fits is taken", async () => {
  for (const [name, key] of [["one", es], ["nameless", nameless]]) forwarded(await show(await token(name, key, {}, { kid: undefined }), name));
  await invalid(await show(await token("nameless", nameless, {}, { kid: "es" }), "nameless"), "jwt_key_unknown");
  await invalid(await show(await token("one", other, {}, { kid: undefined }), "one"), "jwt_signature");
});

test("a key id is compared and nothing else", async () => {
  for (const key of odd) forwarded(await show(await token("odd", key), "odd"));
});

test("where a member stands twice, the last counts or none (RFC 7519 section 4)", async () => {
  const twice = (json, name, first) => `{${JSON.stringify(name)}:${JSON.stringify(first)},${JSON.stringify(json).slice(1)}`;
  const claims = (changes) => claimsOf("corp", changes);
  const bad = [
    [headerOf(es, {}), twice(claims({ aud: "other" }), "aud", AUDIENCE)],
    [headerOf(es, {}), twice(claims({ iss: iss("evil") }), "iss", iss("corp"))],
    [headerOf(es, {}), twice(claims({ exp: now() - 600 }), "exp", now() + 600)],
    [headerOf(es, {}), twice(claims({ sub: "a b" }), "sub", SUBJECT)],
    [twice(headerOf(es, { alg: "none" }), "alg", "ES256"), claims({})],
    [twice(headerOf(es, { kid: "other" }), "kid", "es"), claims({})],
    [twice(headerOf(es, { typ: "dpop+jwt" }), "typ", "at+jwt"), claims({})],
  ];
  for (const [header, payload] of bad) assert.equal((await show(forged(header, payload, by(es)))).status, 401, JSON.stringify([header, payload]));
  const answer = await show(forged(headerOf(es, {}), twice(claims({}), "sub", "admin"), by(es)));
  if (answer.status !== 401) assert.equal(forwarded(answer).fields.get("edgegate-subject"), SUBJECT);
});

const good = await token("corp", es);
const [head, payload, signature] = good.split(".");
const part = (value) => Buffer.from(value).toString("base64url");
const signed = (input) => sealed(input, by(es));

/** What is no JWT at all. */
const MALFORMED = [
  ...["x", "..", `${head}.${payload}`, `${head}.${payload}.`, `.${payload}.${signature}`, `${head}..${signature}`, `${good}.`, `.${good}`, `${head}.${payload}.${signature}.`],
  ...[`${good}.${head}.${payload}`, `${head}.${payload}.${signature}.${signature}`, [1, 2, 3, 4, 5].map(() => head).join(".")], // as JWE is
  ...[`${good}=`, `${good}==`, `${good.slice(0, -1)}+`, `${good.slice(0, -1)}/`, `${good}AAA`, `${head}.${payload}.${signature}AA~`],
  ...["[]", "null", "7", '"x"', "{", "{}}", "\ufeff{}", '{"a":1,}', "[".repeat(5000), `{"alg":"ES256"`].map((text) => signed(`${part(text)}.${payload}`)),
  ...["[]", "null", "7", `"${SUBJECT}"`, "{", "{}}", "\ufeff{}", '{"a":NaN}', `${'{"a":'.repeat(1000)}1${"}".repeat(1000)}`].map((text) => signed(`${head}.${part(text)}`)),
  ...[Buffer.from('{"sub":"\xff"}', "latin1"), '{"sub":"\\ud800"}'].map((bytes) => signed(`${head}.${part(bytes)}`)),
  signed(`${part(JSON.stringify(headerOf(es, { b64: false, crit: ["b64"] })))}.plain`),
];

test("what is no JWT", async () => {
  for (const text of MALFORMED) await invalid(await show(text), "jwt_malformed").catch((error) => assert.fail(`${text.slice(0, 200)}: ${error.message}`));
  for (const text of [`${head}=.${payload}.${signature}`, `${head}.${payload}==.${signature}`, `${head}.${payload}.${signature.slice(0, 4)}=${signature.slice(4)}`]) {
    await refused(await show(text), 400, "authorization_malformed");
  }
});

test("a token in another spelling of base64 is another token", async () => {
  const last = signature.at(-1);
  const bits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const twin = bits[bits.indexOf(last) ^ 1]; // the same bytes to a reader that drops the last bits
  await invalid(await show(`${head}.${payload}.${signature.slice(0, -1)}${twin}`), "jwt_malformed");
});

test("a token of a size that no real one has", async () => {
  forwarded(await claim({ groups: "x".repeat(12_000) }));
  await refused(await claim({ groups: "x".repeat(40_000) }), 431, "headers_too_large");
  for (const text of ["x".repeat(30_000), `${head}.${"A".repeat(20_000)}.${signature}`, ".".repeat(30_000)]) await invalid(await show(text), "jwt_malformed");
  await invalid(await show(`${head}.${payload}.${"A".repeat(20_000)}`), "jwt_signature");
});

const SPOILED = {
  "one byte of the payload": () => sealed(`${head}.${part(JSON.stringify(claimsOf("corp", { sub: "admin" })))}`, Buffer.from(signature, "base64url")),
  "zeros (CVE-2022-21449)": () => sealed(`${head}.${payload}`, Buffer.alloc(64)),
  "r and s of the group's order": () => sealed(`${head}.${payload}`, Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551".repeat(2), "hex")),
  "r = 0": () => sealed(`${head}.${payload}`, Buffer.concat([Buffer.alloc(32), Buffer.from(signature, "base64url").subarray(32)])),
  "DER (RFC 7518 section 3.4 has the two numbers alone)": () => sealed(`${head}.${payload}`, by(es, { dsaEncoding: "der" })),
  "a byte more": () => sealed(`${head}.${payload}`, (bytes) => Buffer.concat([by(es)(bytes), Buffer.alloc(1)])),
  "a byte less": () => sealed(`${head}.${payload}`, (bytes) => by(es)(bytes).subarray(0, 63)),
  "one byte": () => sealed(`${head}.${payload}`, Buffer.alloc(1)),
  "of another key": () => sealed(`${head}.${payload}`, by(other)),
  "of a stranger's key": () => sealed(`${head}.${payload}`, by({ alg: "ES256", ...generateKeyPairSync("ec", { namedCurve: "P-256" }) })),
  "of RSASSA-PSS under RS256": () => forged(headerOf(rsa, {}), claimsOf("corp", {}), by({ ...rsa, alg: "PS256" })),
  "of SHA-1 under RS256": () => forged(headerOf(rsa, {}), claimsOf("corp", {}), by(rsa, { digest: "sha1" })),
  "over something else": () => sealed(`${head}.${payload}`, by(es)(Buffer.from("x"))),
};

for (const [what, make] of Object.entries(SPOILED)) {
  test(`a signature that is none: ${what}`, async () => {
    await invalid(await show(make()), "jwt_signature");
  });
}

test("after all that what is good still is, and keys were asked for once, but where a key id was not known", async () => {
  forwarded(await show(good));
  forwarded(await claim({}, "corp", rsa));
  // At most once in 2 s for key ids that are not known.
  for (const path of ["/jwks.json", "/one.json", "/nameless.json", "/odd.json"]) {
    const asked = idp.count(path);
    assert.ok(asked >= 1 && asked <= 40, `${path}: ${asked}`);
  }
  assert.equal(idp.count(), 0);
});

theLogHoldsNoCredential(gateway, { subjects: [SUBJECT] });
