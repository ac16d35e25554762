// What is no id_token for this sign-in (OpenID Connect Core 3.1.3.7), one thing wrong at a time; and answers that are none. All
// of it ends on a page, without a session, and the origin is not asked.

import assert from "node:assert/strict";
import { KeyObject } from "node:crypto";
import { after, test } from "node:test";
import { exportSPKI, SignJWT } from "jose";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { ALICE, answers, DISCOVERY, halfHash, startHostile, unsigned } from "../lib/hostile-provider.mjs";
import { forged } from "../lib/issuer.mjs";
import { policyWith, said, secrets } from "../lib/provider.mjs";
import { now } from "../lib/sign.mjs";
import { Visitor } from "../lib/visitor.mjs";

const hostile = await startHostile();
const userinfo = await startHostile();
const discovery = Object.fromEntries(await Promise.all(["issuer", "endpoint", "missing", "large", "nothing", "redirect", "text", "array"].map(async (name) => [name, await startHostile()])));
const gateway = await startGateway({
  gate: { policy: policyWith(hostile.url), secrets },
  userinfo: { policy: policyWith(userinfo.url, { userinfo: true }), secrets },
  ...Object.fromEntries(Object.entries(discovery).map(([name, one]) => [name, { policy: policyWith(one.url), secrets }])),
});
const { gate } = gateway;
after(() => ([hostile, userinfo, ...Object.values(discovery)].forEach((one) => one.stop()), gateway.stop()));

const isSignedIn = (browser) => browser.jar.some(({ name }) => /^(?:__Host-)?edgegate$/.test(name));

/** Goes there with one thing bent, and is not let in: gives the reason of the log. */
async function kept(bend, from = hostile, at = gate) {
  Object.assign(from.bend, bend);
  const browser = new Visitor(at);
  const page = await browser.go("/inside/");
  from.straighten();
  assert.ok([401, 403, 503].includes(page.status), `${page.status} ${page.text.slice(0, 200)}`);
  assert.ok(!isSignedIn(browser), "there is a session");
  return (await refused(page, page.status, (await gate.decision(page.requestId)).reason)).reason;
}

test("nothing bent: who comes is let in", async () => {
  const browser = new Visitor(gate);
  status(await browser.go("/inside/?a=b"), 200);
  const { fields } = forwarded(await browser.ask("/inside/"));
  assert.deepEqual([fields.get("edgegate-subject"), said(fields, "x-user-email"), said(fields, "x-user-groups")], [ALICE.sub, ALICE.email, "members"]);
});

const claims = (changes) => ({ claims: (usual) => ({ ...usual, ...(typeof changes === "function" ? changes(usual) : changes) }) });
const spki = await exportSPKI(hostile.key.publicKey);
const hmac = (secret) => (usual, header) => new SignJWT(usual).setProtectedHeader({ ...header, alg: "HS256" }).sign(new TextEncoder().encode(secret));

/** What is bent, and the reason. */
const WRONG = {
  "the nonce of another sign-in": [claims({ nonce: "another-nonce-0123456789" }), "id_token_invalid"],
  "no nonce": [claims({ nonce: undefined }), "id_token_invalid"],
  "a nonce that is a list": [claims(({ nonce }) => ({ nonce: [nonce] })), "id_token_invalid"],
  "another audience": [claims({ aud: "another-client" }), "jwt_audience"],
  "no audience": [claims({ aud: undefined }), "jwt_audience"],
  "another party among the audience, without azp": [claims({ aud: ["edgegate", "another-client"] }), "jwt_audience"],
  "another party in azp": [claims({ azp: "another-client" }), "id_token_invalid"],
  "another party in azp and among the audience": [claims({ aud: ["edgegate", "another-client"], azp: "another-client" }), "jwt_audience"],
  "another issuer": [claims({ iss: "https://evil.example" }), "jwt_issuer"],
  "the issuer with a slash": [claims(({ iss }) => ({ iss: `${iss}/` })), "jwt_issuer"],
  "no issuer": [claims({ iss: undefined }), "jwt_issuer"],
  "expired": [claims({ iat: now() - 900, exp: now() - 600 }), "jwt_expired"],
  "without exp": [claims({ exp: undefined }), "jwt_malformed"],
  "issued in an hour": [claims({ iat: now() + 3600, exp: now() + 7200 }), "jwt_not_yet_valid"],
  "not yet valid": [claims({ nbf: now() + 3600, exp: now() + 7200 }), "jwt_not_yet_valid"],
  "without iat": [claims({ iat: undefined }), undefined],
  "without sub": [claims({ sub: undefined }), undefined],
  "with an empty sub": [claims({ sub: "" }), undefined],
  "with a sub that is a number": [claims({ sub: { a: 1 } }), undefined],
  "an at_hash of another access token": [claims({ at_hash: halfHash("another") }), "id_token_invalid"],
  "alg none": [{ idToken: (usual) => unsigned(usual) }, "jwt_malformed"],
  "alg none, with a signature": [{ idToken: (usual, header) => forged({ ...header, alg: "none" }, usual, "signed") }, "jwt_algorithm"],
  "no alg": [{ idToken: (usual, { alg, ...header }) => forged(header, usual, "signed") }, undefined],
  "alg confusion: an HMAC with the public key": [{ idToken: hmac(spki) }, "jwt_algorithm"],
  "alg confusion: an HMAC with the client's secret": [{ idToken: hmac("demo-provider-secret-0123456789abcdef") }, "jwt_algorithm"],
  "another algorithm of the same key": [{ idToken: (usual, header) => new SignJWT(usual).setProtectedHeader({ ...header, alg: "RS512" }).sign(KeyObject.from(hostile.key.privateKey)) }, "jwt_algorithm"],
  "the key of somebody else under the same name": [{ idToken: (usual, header) => new SignJWT(usual).setProtectedHeader(header).sign(hostile.other.privateKey) }, "jwt_signature"],
  "a key that it brings along": [{ idToken: (usual, header) => new SignJWT(usual).setProtectedHeader({ ...header, jwk: hostile.other.jwk }).sign(hostile.other.privateKey) }, undefined],
  "a changed payload under a good signature": [{ idToken: async (usual, header) => {
    const [head, , signature] = (await new SignJWT(usual).setProtectedHeader(header).sign(hostile.key.privateKey)).split(".");
    return `${head}.${Buffer.from(JSON.stringify({ ...usual, sub: "root" })).toString("base64url")}.${signature}`;
  } }, "jwt_signature"],
  "no signature": [{ idToken: async (usual, header) => (await new SignJWT(usual).setProtectedHeader(header).sign(hostile.key.privateKey)).replace(/\.[^.]*$/, ".") }, undefined],
  "no id_token": [{ idToken: () => undefined }, "id_token_invalid"],
  "an id_token that is none": [{ idToken: () => "a.b.c" }, undefined],
  "more claims than a session keeps": [claims({ groups: Array.from({ length: 5000 }, (_, n) => `group-${n}`) }), undefined],
};
for (const [what, [bend, reason]] of Object.entries(WRONG)) {
  test(`${what}: nobody is let in`, async () => {
    const found = await kept(bend);
    if (reason) assert.equal(found, reason);
  });
}

const ANSWERS = {
  "5 MB": answers.large, "nothing": answers.nothing, "an error": answers.error, "a list": answers.json([]), "text": answers.text("no JSON"),
  "an error with status 200": answers.json({ error: "invalid_grant" }), "a redirect": answers.redirect("https://evil.example/"), "an empty object": answers.json({}),
  "duplicate members": answers.text('{"id_token":"a.b.c","id_token":"d.e.f","access_token":"x"}'),
};
for (const [what, answer] of Object.entries(ANSWERS)) {
  test(`the token endpoint answers with ${what}: nobody is let in, and it is said soon`, async () => {
    const begun = performance.now();
    await kept({ "/token": answer });
    assert.ok(performance.now() - begun < 9000);
  });
}

test("a provider that says nothing at all is waited for for a few seconds", { timeout: 20_000 }, async () => {
  assert.equal(await kept({ "/token": answers.silence }), "provider_unavailable");
});

const DOCUMENTS = {
  issuer: (one) => ({ discovery: (document) => ({ ...document, issuer: `${one.url}/another` }) }),
  endpoint: () => ({ discovery: (document) => ({ ...document, token_endpoint: "http://192.0.2.1/token" }) }),
  missing: () => ({ discovery: ({ authorization_endpoint, ...document }) => document }),
  large: () => ({ [DISCOVERY]: answers.large }),
  nothing: () => ({ [DISCOVERY]: answers.nothing }),
  redirect: () => ({ [DISCOVERY]: answers.redirect("https://evil.example/") }),
  text: () => ({ [DISCOVERY]: answers.text("no JSON") }),
  array: () => ({ [DISCOVERY]: answers.json([]) }),
};
for (const [name, bend] of Object.entries(DOCUMENTS)) {
  test(`discovery is not one (${name}): nobody is sent anywhere`, async () => {
    const one = discovery[name];
    Object.assign(one.bend, bend(one));
    const page = await new Visitor(gateway[name]).go("/inside/");
    await refused(page, 503, "provider_unavailable");
  });
}

test("userinfo of somebody else, of nobody, of 5 MB: nobody is let in", async () => {
  for (const bend of [{ userinfo: (usual) => ({ ...usual, sub: "root" }) }, { userinfo: ({ sub, ...usual }) => usual }, { "/userinfo": answers.large }, { "/userinfo": answers.error }]) {
    await kept(bend, userinfo, gateway.userinfo);
  }
  const browser = new Visitor(gateway.userinfo);
  userinfo.bend.userinfo = (usual) => ({ ...usual, email: "root@example.org", groups: ["root"] });
  await browser.go("/inside/");
  userinfo.straighten();
  const { fields } = forwarded(await browser.ask("/inside/"));
  assert.deepEqual([said(fields, "x-user-email"), said(fields, "x-user-groups")], [ALICE.email, "members"], "the id_token comes first: it is signed");
});

test("an e-mail address that is not verified is none", async () => {
  for (const email_verified of [false, undefined, "false", 1, null]) {
    hostile.bend.claims = (usual) => ({ ...usual, email_verified });
    const browser = new Visitor(gate);
    await browser.go("/inside/");
    hostile.straighten();
    assert.equal(said(forwarded(await browser.ask("/inside/")).fields, "x-user-email"), undefined, String(email_verified));
  }
});

test("an address and the word that it is verified are of one source", async () => {
  for (const own of [{ email_verified: undefined }, { email_verified: false }]) {
    userinfo.bend.claims = (usual) => ({ ...usual, email: "victim@example.org", ...own });
    userinfo.bend.userinfo = (usual) => ({ ...usual, email: "mallory@evil.example", email_verified: true });
    const browser = new Visitor(gateway.userinfo);
    await browser.go("/inside/");
    userinfo.straighten();
    assert.equal(said(forwarded(await browser.ask("/inside/")).fields, "x-user-email"), undefined);
  }
});

test("an access token is no id_token, whoever signed it", async () => {
  await kept({ header: (usual) => ({ ...usual, typ: "at+jwt" }) });
});

test("claims with bytes that could end a header field do not", async () => {
  hostile.bend.claims = (usual) => ({ ...usual, name: "Eve\r\nX-Admin: yes", groups: ["a,b", "staff\nX-Other: 1"] });
  const browser = new Visitor(gate);
  const page = await browser.go("/inside/");
  hostile.straighten();
  const answer = await browser.ask("/inside/");
  if (answer.echo) for (const name of ["x-admin", "x-other"]) assert.ok(!answer.echo.fields.has(name));
  else assert.ok(answer.status >= 400 && page.status >= 400);
});

theLogHoldsNoCredential(gateway, { subjects: [ALICE.sub, ALICE.email] });
