// Proofs of possession (RFC 9449): what a token that is bound to a key opens, and what it does not. Each case is run with
// a token that the gate issued and with a JWT of an issuer.

import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { calculateJwkThumbprint, SignJWT } from "jose";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { ALGORITHMS, by, forged, invalid, keyFor, origin, proof, route, startIssuer, SUBJECT, token, trusted } from "../lib/issuer.mjs";
import { ask, bearer, codeFor, exchange, failed, granted, introspect, ISSUER, pkce, publicClient, REDIRECT } from "../lib/oauth.mjs";
import { refresh, signIn, startOAuth, tokensFor } from "../lib/oauth.mjs";
import { now } from "../lib/sign.mjs";

const [signer, mine, theirs] = [await keyFor("ES256", "idp"), await keyFor("ES256", ""), await keyFor("ES256", "")];
const idp = await startIssuer({ "/jwks.json": { keys: [signer.jwk] } });
const own = [route("own", ["bearer"], "bearer = { query = true, form = true }"), route("other", ["bearer"])];
const policy = demoPolicy(origin("idp", idp.url), trusted("corp", {}, "bearer = { query = true, form = true }"), ...own);
const gateway = await startOAuth({ gate: { policy } });
const { gate, seen } = gateway;
after(() => (idp.stop(), gateway.stop()));

const cookie = await signIn(gate);
const TOKEN = `${ISSUER}/oauth/token/`;
const thumbprint = ({ jwk: { kid, ...jwk } }) => calculateJwkThumbprint(jwk);
/** Tokens of the gate bound to a key: by a proof at the token endpoint. */
async function grant(key) {
  const dpop = await proof(key, { method: "POST", url: TOKEN });
  seen.add(dpop);
  const answer = await exchange(gate, await codeFor(gate, cookie), {}, { dpop });
  return granted(answer);
}
const jwtFor = async (key, cnf) => token("corp", signer, { cnf: cnf ?? { jkt: await thumbprint(key) } });

/** The two kinds of bound token; `of` makes one for a key. */
const KINDS = {
  own: { of: async (key) => (await grant(key)).access_token, free: (await tokensFor(gate, cookie)).access_token, subject: "1001002" },
  corp: { of: jwtFor, free: await token("corp", signer), subject: SUBJECT },
};

/** A request with a token by the scheme DPoP. `dpop`: the proof, or several; `scheme` null: no Authorization. */
function show(name, text, dpop, { scheme = "DPoP", method = "GET", path = `/${name}/a` } = {}) {
  for (const credential of [text, dpop].flat()) if (credential?.length > 16) seen.add(credential);
  return gate.request(method, path, { headers: { ...(scheme && bearer(text, scheme)), dpop } });
}
const url = (name) => `${ISSUER}/${name}/a`;

/** Refused as RFC 9449 section 7.1 has it. */
async function unproven(answer, reason) {
  await invalid(answer, reason);
  const error = reason === "token_binding" ? "invalid_token" : "invalid_dpop_proof";
  assert.match(answer.header("www-authenticate"), new RegExp(`DPoP error="${error}", error_description="[^"]+", algs="${ALGORITHMS.join(" ")}"`));
}

const other = randomUUID();
const athOf = (text) => createHash("sha256").update(text).digest("base64url");
const small = generateKeyPairSync("rsa", { modulusLength: 1024 });
const past = (seconds) => now() - seconds;
/** Proofs that are none at this moment: claims, header, reason. They are signed by the token's key. */
const wrong = () => [
  ...["get", "POST", "", undefined, null, ["GET"], "GET "].map((htm) => [{ htm }, {}, "dpop_mismatch"]),
  ...["", undefined, null, 7, "/", "x", `${ISSUER}/`, `${ISSUER}/elsewhere/a`].map((htu) => [{ htu }, {}, "dpop_mismatch"]),
  ...[(u) => `${u}/`, (u) => u.toUpperCase(), (u) => u.replace("http:", "https:"), (u) => u.replace(":8787", ""), (u) => u.replace("127.0.0.1", "evil.example"), (u) => u.replace("//", "//x@"), (u) => `${u}/../a`, (u) => ` ${u}`].map((bend) => [{ htu: bend }, {}, "dpop_mismatch"]),
  ...["", undefined, null, other, "A".repeat(43)].map((ath) => [{ ath }, {}, "dpop_mismatch"]),
  ...[past(62), past(3600), 0, now() + 70, now() + 3600, 1e14, 18446744073709551615n].map((iat) => [{ iat }, {}, "dpop_stale"]),
  ...[undefined, null, "", `${now()}`, -1, {}].map((iat) => [{ iat }, {}, "dpop_malformed"]),
  ...[undefined, null, "", 7, [other], "x".repeat(513)].map((jti) => [{ jti }, {}, "dpop_malformed"]),
  ...[undefined, null, "", "JWT", "at+jwt", "dpop", ["dpop+jwt"]].map((typ) => [{}, { typ }, "dpop_malformed"]),
  ...[undefined, null, "", "none", "None", "NONE", "HS256", "RS256", "PS256", "EdDSA", "ES384", ["ES256"]].map((alg) => [{}, { alg }, "dpop_malformed"]),
  ...[["exp"], ["b64"], []].map((crit) => [{}, { crit }, "dpop_malformed"]),
  ...[undefined, null, "x", [], {}, { kty: "oct", k: "A".repeat(43) }, { ...mine.jwk, d: "A".repeat(43) }, { ...mine.jwk, y: undefined }, { ...mine.jwk, crv: "P-384" }, { ...mine.jwk, use: "enc" }, { ...mine.jwk, y: mine.jwk.x }, theirs.jwk, small.publicKey.export({ format: "jwk" })].map((jwk) => [{}, { jwk }, "dpop_malformed"]),
  [{}, { jwk: undefined, kid: "idp" }, "dpop_malformed"],
  [{}, { jwk: undefined, jku: `${idp.url}/evil.json` }, "dpop_malformed"],
];
const big = (_, value) => (typeof value === "bigint" ? JSON.rawJSON(`${value}`) : value);

for (const [name, { of, free, subject }] of Object.entries(KINDS)) {
  const bound = await of(mine);
  const target = { url: url(name), token: bound };
  const prove = (claims, header, key = mine, more = {}) => proof(key, { ...target, ...more }, claims, header);

  test(`${name}: a bound token with its proof goes through; the origin gets neither`, async () => {
    for (const scheme of ["DPoP", "dpop", "DPOP"]) {
      const dpop = await prove();
      const { fields } = forwarded(await show(name, bound, dpop, { scheme }));
      assert.equal(fields.get("edgegate-subject"), subject);
      for (const field of ["authorization", "dpop"]) assert.ok(!fields.has(field));
      for (const text of [bound, dpop]) assert.ok(![...fields.values()].join().includes(text));
    }
  });

  test(`${name}: the proof is for the address without its query, and the method that it is`, async () => {
    const addresses = [`${url(name)}?a=b`, `${url(name)}#c`, url(name).replace("http:", "HTTP:")];
    for (const htu of addresses) forwarded(await show(name, bound, await prove({ htu }), { path: `/${name}/a?x=1` }));
    forwarded(await show(name, bound, await prove({}, {}, mine, { method: "POST" }), { method: "POST" }));
    for (const iat of [past(50), now() + 50]) forwarded(await show(name, bound, await prove({ iat })));
    forwarded(await show(name, bound, await prove({ jti: name, nonce: "unknown", exp: 0 })));
  });

  test(`${name}: keys of every algorithm`, async () => {
    for (const alg of ALGORITHMS) {
      const key = await keyFor(alg, "");
      const text = await of(key);
      forwarded(await show(name, text, await proof(key, { url: url(name), token: text })));
    }
  });

  test(`${name}: without its proof, or as a Bearer token, it opens nothing`, async () => {
    await unproven(await show(name, bound, undefined), "dpop_malformed");
    await unproven(await show(name, bound, ""), "dpop_malformed");
    await unproven(await show(name, bound, undefined, { scheme: "Bearer" }), "token_binding");
    await unproven(await show(name, bound, await prove(), { scheme: "Bearer" }), "token_binding");
    const query = `/${name}/a?access_token=${bound}`;
    await unproven(await show(name, bound, await prove(), { scheme: null, path: query }), "token_binding");
    await refused(await show(name, bound, await prove(), { path: query }), 400, "bearer_multiple");
    const form = await gate.form(`/${name}/a`, `access_token=${bound}`, { dpop: await prove({}, {}, mine, { method: "POST" }) });
    await unproven(form, "token_binding");
  });

  test(`${name}: the proof of another key opens nothing`, async () => {
    await unproven(await show(name, bound, await prove({}, {}, theirs)), "dpop_key");
    const rsa = await keyFor("RS256", "");
    await unproven(await show(name, bound, await prove({}, {}, rsa)), "dpop_key");
  });

  test(`${name}: a token that is not bound does not come by the scheme DPoP`, async () => {
    await unproven(await show(name, free, await proof(mine, { url: url(name), token: free })), "token_binding");
    await unproven(await show(name, free, undefined), "token_binding");
    forwarded(await show(name, free, undefined, { scheme: "Bearer" }));
    forwarded(await show(name, free, "rubbish", { scheme: "Bearer" }));
  });

  test(`${name}: a proof that is wrong in one thing opens nothing`, async () => {
    await gate.take();
    for (const [claims, header, reason] of wrong()) {
      const { htu } = claims;
      const payload = { jti: randomUUID(), htm: "GET", htu: url(name), iat: now(), ath: athOf(bound), ...claims, ...(typeof htu === "function" && { htu: htu(url(name)) }) };
      const text = forged({ typ: "dpop+jwt", alg: "ES256", jwk: mine.jwk, ...header }, JSON.stringify(payload, big), by(mine));
      await unproven(await show(name, bound, text), reason).catch((error) => assert.fail(`${JSON.stringify([payload, header], big)}: ${error.message}`));
    }
    const { forwarded: through, ledger } = await gate.take();
    assert.deepEqual(through.filter((one) => !one.url.startsWith(idp.url)), []);
    assert.equal(ledger, 0, "what is no proof is not remembered");
  });

  test(`${name}: what is no JWT is no proof, nor are two`, async () => {
    const [one, two] = [await prove(), await prove()];
    const [head, payload, signature] = one.split(".");
    const secret = Buffer.from("0123456789abcdef0123456789abcdef");
    const hs256 = await new SignJWT({ jti: randomUUID(), htm: "GET", htu: url(name), iat: now(), ath: athOf(bound) }).setProtectedHeader({ typ: "dpop+jwt", alg: "HS256", jwk: mine.jwk }).sign(secret);
    const broken = [
      ...["rubbish", "..", "a.b.c", `${head}.${payload}`, `${head}.${payload}.`, `${one}.x`, `${one}=`, ` ${one.slice(1)}`, `${one}A`, `Bearer ${one}`],
      ...[[one, two], [one, one], `${one}, ${two}`, "x".repeat(5000), hs256, `${head}.${payload}.${"A".repeat(86)}`, `${head}.${two.split(".")[1]}.${signature}`],
      await prove({ pad: "x".repeat(4000) }),
    ];
    for (const text of broken) await unproven(await show(name, bound, text), "dpop_malformed").catch((error) => assert.fail(`${text}: ${error.message}`));
    forwarded(await show(name, bound, one));
  });

  test(`${name}: a proof works once, of 20 at once exactly one`, async () => {
    const dpop = await prove();
    forwarded(await show(name, bound, dpop));
    await unproven(await show(name, bound, dpop), "dpop_replayed");
    const jti = randomUUID();
    forwarded(await show(name, bound, await prove({ jti })));
    await unproven(await show(name, bound, await prove({ jti, iat: past(1) })), "dpop_replayed");
    const fresh = await prove();
    const answers = await Promise.all(Array.from({ length: 20 }, () => show(name, bound, fresh)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(19).fill(401)]);
    for (const answer of answers.filter(({ status }) => status === 401)) await unproven(answer, "dpop_replayed");
  });

  test(`${name}: a number of another key's proof is not used up`, async () => {
    const [jti, text] = [randomUUID(), await of(theirs)];
    forwarded(await show(name, bound, await prove({ jti })));
    forwarded(await show(name, text, await proof(theirs, { url: url(name), token: text }, { jti })));
  });
}

test("a proof for one address, or one token, opens no other", async () => {
  const { own, corp } = KINDS;
  const [a, b] = [await own.of(mine), await corp.of(mine)];
  await unproven(await show("own", a, await proof(mine, { url: url("own"), token: b })), "dpop_mismatch");
  await unproven(await show("own", a, await proof(mine, { url: url("corp"), token: a })), "dpop_mismatch");
  await unproven(await show("other", a, await proof(mine, { url: url("own"), token: a })), "dpop_mismatch");
  forwarded(await show("other", a, await proof(mine, { url: url("other"), token: a })));
});

// --- the gate's own token endpoint ----------------------------------------------------------------------

test("tokens that were asked for with a proof are bound, and say so", async () => {
  const { access_token, token_type } = await grant(mine);
  assert.equal(token_type, "DPoP");
  const { cnf, token_type: type } = await introspect(gate, access_token);
  assert.deepEqual([cnf, type], [{ jkt: await thumbprint(mine) }, "DPoP"]);
});

test("the token endpoint takes no proof that is wrong, and keeps the code", async () => {
  const code = await codeFor(gate, cookie);
  const bad = { claims: [{ htm: "GET" }, { htu: `${ISSUER}/oauth/` }, { iat: past(62) }, { jti: undefined }], header: [{ typ: "JWT" }, { jwk: theirs.jwk }] };
  for (const [what, all] of Object.entries(bad)) {
    for (const one of all) {
      const dpop = await proof(mine, { method: "POST", url: TOKEN }, what === "claims" ? one : {}, what === "header" ? one : {});
      seen.add(dpop);
      failed(await exchange(gate, code, {}, { dpop }), 400, "invalid_dpop_proof");
    }
  }
  granted(await exchange(gate, code));
});

test("dpop_jkt of the authorization request binds the code (RFC 9449 section 10)", async () => {
  const code = await codeFor(gate, cookie, { dpop_jkt: await thumbprint(mine) });
  const dpop = await Promise.all([mine, theirs].map((key) => proof(key, { method: "POST", url: TOKEN })));
  for (const text of dpop) seen.add(text);
  assert.equal((await exchange(gate, code, {}, { dpop: dpop[1] })).status, 400);
  assert.equal((await exchange(gate, code)).status, 400);
  granted(await exchange(gate, code, {}, { dpop: dpop[0] }));
});

test("a public client's refresh token is bound to its key (RFC 9449 section 5)", async () => {
  const { code_verifier, asked } = pkce();
  const code = await codeFor(gate, cookie, { client_id: publicClient.id, ...asked });
  const prove = async (key) => {
    const dpop = await proof(key, { method: "POST", url: TOKEN });
    seen.add(dpop);
    return { who: publicClient, dpop };
  };
  const first = granted(await ask(gate, { grant_type: "authorization_code", code, redirect_uri: REDIRECT, code_verifier }, await prove(mine)));
  assert.equal(first.token_type, "DPoP");
  assert.equal((await refresh(gate, first.refresh_token, {}, await prove(theirs))).status, 400);
  assert.equal((await refresh(gate, first.refresh_token, {}, { who: publicClient })).status, 400);
  assert.equal(granted(await refresh(gate, first.refresh_token, {}, await prove(mine))).token_type, "DPoP");
});

// Last: such a claim is withdrawn a while later, which other tests would count.
for (const [name, { of }] of Object.entries(KINDS)) {
  test(`${name}: the Ledger is down: 503, not "not used yet"`, async () => {
    const token = await of(mine);
    await gate.faults({ ledger: "throw" });
    const answer = await show(name, token, await proof(mine, { url: url(name), token }));
    await gate.faults();
    await refused(answer, 503, "ledger_unavailable");
  });
}

theLogHoldsNoCredential(gateway, { subjects: ["1001002", SUBJECT] });
