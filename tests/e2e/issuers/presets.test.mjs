// Tokens as well-known issuers make them (fixtures/issuers.json), signed by jose as the vendors sign, under a policy with the
// preset's word. The keys are at the path where the vendor has them, of a server on loopback.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { SignJWT } from "jose";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, root, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { invalid, keyFor, origin, route, startIssuer, token, trusted } from "../lib/issuer.mjs";
import { bearer } from "../lib/oauth.mjs";
import { now } from "../lib/sign.mjs";

const { shapes } = JSON.parse(readFileSync(path.join(root, "fixtures/issuers.json"), "utf8"));
const first = (preset) => shapes.find((shape) => shape.preset === preset);
const presets = [...new Set(shapes.map(({ preset }) => preset))];

const rsa = await keyFor("RS256", "key-1");
const ec = await keyFor("ES384", "key-2");
const idp = await startIssuer();
for (const { keys } of shapes) idp.answers[new URL(keys).pathname] = { keys: [rsa.jwk] };
idp.answers["/realm/.well-known/openid-configuration"] = { issuer: "https://found.example/realm", jwks_uri: "https://found.example/realm/keys" };
idp.answers["/realm/keys"] = { keys: [ec.jwk] };
idp.answers["/other/.well-known/openid-configuration"] = { issuer: "https://found.example/realm", jwks_uri: "https://found.example/realm/keys" };

const policy = demoPolicy(
  origin("idp", idp.url),
  ...presets.map((preset) => `[issuers.${preset}]\npreset = "${preset}"\norigin = "idp"\n${first(preset).policy.join("\n")}\n${route(preset, [`issuer:${preset}`])}`),
  trusted("found", { issuer: "https://found.example/realm", jwks: undefined, discovery: true, algorithms: ["ES384"], scopes: ["realm_access.roles"] }),
  trusted("other", { issuer: "https://other.example/other", jwks: undefined, discovery: true, algorithms: ["ES384"] }),
);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => (idp.stop(), gateway.stop()));

const claimsOf = ({ claims }, changes = {}) => ({ ...claims, iat: now(), nbf: now() - 5, exp: now() + 600, ...changes });
const signed = (shape, changes) => {
  const claims = Object.fromEntries(Object.entries(claimsOf(shape, changes)).filter(([, value]) => value !== null));
  return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "key-1", ...shape.header }).sign(rsa.privateKey);
};
const ACCESS = "cloudflare-access";
const carried = ({ preset }, jwt) => (preset === ACCESS ? { "Cf-Access-Jwt-Assertion": jwt } : bearer(jwt));
const get = async (shape, changes) => gate.get(`/${shape.preset}/a`, carried(shape, await signed(shape, changes)));

for (const shape of shapes) {
  test(`${shape.name}: goes through as its vendor says, and what only looks like one does not`, async () => {
    const { fields } = forwarded(await get(shape));
    const { issuer, subject, client, scope } = shape.told;
    const told = ["issuer", "subject", "client", "scope"].map((name) => fields.get(`edgegate-${name}`) ?? "");
    assert.deepEqual(told, [issuer, subject, client ?? "", scope]);
    for (const [what, changes, reason] of shape.refused) {
      const answer = await get(shape, changes);
      await (shape.preset === ACCESS ? refused(answer, 403, reason) : invalid(answer, reason)).catch((error) => assert.fail(`${what}: ${error.message}`));
    }
  });
}

test("the keys of a discovered issuer are found, by ES384, and scopes in a claim of a claim", async () => {
  const jwt = await token("found", ec, { iss: "https://found.example/realm", realm_access: { roles: ["admin", "not admin"] } });
  const { fields } = forwarded(await gate.get("/found/a", bearer(jwt)));
  assert.equal(fields.get("edgegate-scope"), "admin");
  assert.deepEqual([idp.count("/realm/.well-known/openid-configuration"), idp.count("/realm/keys")], [1, 1]);
});

test("a document that names another issuer counts for nothing: 503, and nothing is let through", async () => {
  await refused(await gate.get("/other/a", bearer(await token("other", ec, { iss: "https://other.example/other" }))), 503, "keys_unavailable");
});

test("Access: the cookie opens what the field opens, from this site alone, and neither reaches the origin", async () => {
  const shape = first(ACCESS);
  const jwt = await signed(shape);
  const cookie = { cookie: `a=1; CF_Authorization=${jwt}; b=2` };
  for (const headers of [cookie, { "Cf-Access-Jwt-Assertion": jwt, "CF-Access-Client-Id": "x" }, { ...cookie, "Cf-Access-Jwt-Assertion": jwt }]) {
    const { fields } = forwarded(await gate.get(`/${ACCESS}/a`, headers));
    assert.equal(fields.get("edgegate-subject"), shape.told.subject);
    assert.equal(fields.get("cookie"), headers.cookie && "a=1; b=2");
    assert.ok(![...fields.keys()].some((name) => name.startsWith("cf-access")));
    assert.ok(!JSON.stringify([...fields]).includes(jwt.split(".")[2]));
  }
  const post = (headers) => gate.post(`/${ACCESS}/a`, "", headers);
  for (const headers of [cookie, { "Cf-Access-Jwt-Assertion": jwt }]) {
    forwarded(await post({ ...headers, "sec-fetch-site": "same-origin" }));
    await refused(await post({ ...headers, "sec-fetch-site": "cross-site" }), 403, "cross_site");
    await refused(await post({ ...headers, origin: "https://evil.example" }), 403, "cross_site");
  }
});

test("Access: the field is verified and decides, and what is sent twice or elsewhere is refused", async () => {
  const shape = first(ACCESS);
  const jwt = await signed(shape);
  const forgery = `${jwt.slice(0, -8)}AAAAAAAA`;
  const ask = (headers) => gate.get(`/${ACCESS}/a`, headers);
  await refused(await ask({ "Cf-Access-Jwt-Assertion": forgery }), 403, "jwt_signature");
  await refused(await ask({ "Cf-Access-Jwt-Assertion": "x", cookie: `CF_Authorization=${jwt}` }), 403, "jwt_malformed");
  await refused(await ask({ cookie: `CF_Authorization=${jwt}; CF_Authorization=${forgery}` }), 400, "bearer_multiple");
  await refused(await ask(bearer(jwt)), 403, "credential_missing");
  await refused(await ask({}), 403, "credential_missing");
  const okta = first("okta");
  await refused(await ask({ "Cf-Access-Jwt-Assertion": await signed(okta) }), 403, "jwt_issuer");
  await invalid(await gate.get("/okta/a", bearer(jwt)), "jwt_issuer");
  // Where nothing reads it, it is cut all the same.
  const { fields } = forwarded(await gate.get("/okta/a", { ...bearer(await signed(okta)), cookie: `CF_Authorization=${jwt}` }));
  assert.ok(!fields.has("cookie"));
});

theLogHoldsNoCredential(gateway, { subjects: shapes.map(({ told }) => told.subject) });
