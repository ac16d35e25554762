// Tokens that somebody else issued: JWTs made by jose go through, and the origin learns who, not how.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { ALGORITHMS, invalid, iss, keyFor, origin, route, startIssuer, SUBJECT, token, trusted } from "../lib/issuer.mjs";
import { bearer } from "../lib/oauth.mjs";

const keys = Object.fromEntries(await Promise.all(ALGORITHMS.map(async (alg) => [alg, await keyFor(alg)])));
const jwks = { keys: ALGORITHMS.map((alg) => keys[alg].jwk) };
const idp = await startIssuer({ "/jwks.json": jwks, "/partner.json": jwks });
const policy = demoPolicy(
  origin("idp", idp.url),
  trusted("corp", { algorithms: ALGORITHMS }),
  trusted("partner", { jwks: "/partner.json", subject: "oid", audience: ["first", "second"] }),
  route("both", ["issuer:corp", "issuer:partner"]),
  route("own", ["bearer", "issuer:corp"]),
  route("scoped", ["issuer:corp"], 'bearer = { scope = ["read", "write"] }'),
  route("places", ["issuer:corp"], "bearer = { query = true, form = true }"),
);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => (idp.stop(), gateway.stop()));

const { ES256 } = keys;
const ask = async (path, claims, { by = "corp", key = ES256, header } = {}) => gate.get(path, bearer(await token(by, key, claims, header)));
const identity = ({ fields }) => ["subject", "client", "scope"].map((name) => fields.get(`edgegate-${name}`));

for (const alg of ALGORITHMS) {
  test(`a JWT by ${alg} goes through; the origin gets subject, client and scope, and never the token`, async () => {
    const jwt = await token("corp", keys[alg], { client_id: "shop", scope: "read write" });
    const forgery = { "edgegate-subject": "admin", "edgegate-client": "admin", "edgegate-scope": "admin" };
    const echo = forwarded(await gate.get("/corp/a?x=1", { ...bearer(jwt), ...forgery }));
    assert.deepEqual(identity(echo), [SUBJECT, "shop", "read write"]);
    assert.equal(echo.path, "/corp/a?x=1");
    assert.ok(!echo.fields.has("authorization"));
    for (const part of [jwt, ...jwt.split(".")]) assert.ok(!JSON.stringify([...echo.fields]).includes(part));
  });
}

test("the keys were asked for once, and the log says by whom the token is", async () => {
  assert.equal(idp.count("/jwks.json"), 1);
  const answer = await ask("/corp/a");
  const { reason, credential, key_id, route } = await gateway.decision(answer.echo.fields.get("edgegate-request-id"));
  assert.deepEqual([reason, credential, key_id, route], ["ok", "jwt", "corp", "corp"]);
  assert.equal(idp.count("/jwks.json"), 0);
});

const SAID = [
  ["a scope as text", { scope: "a b" }, ["", "a b"]],
  ["a scope as list", { scope: ["a", "b"] }, ["", "a b"]],
  ["scp as list", { scp: ["a", "b"] }, ["", "a b"]],
  ["scp as text", { scp: "a b" }, ["", "a b"]],
  ["scope before scp", { scope: "a", scp: ["b"] }, ["", "a"]],
  ["no scope", {}, ["", ""]],
  ["what is no scope is left out", { scope: 'a "b" é c\td e' }, ["", "a e"]],
  ["a scope of another type", { scope: { a: 1 } }, ["", ""]],
  ["client_id", { client_id: "shop" }, ["shop", ""]],
  ["azp", { azp: "shop" }, ["shop", ""]],
  ["client_id before azp", { client_id: "shop", azp: "other" }, ["shop", ""]],
  ["a client that is no name is nobody", { client_id: "a b" }, ["", ""]],
];

test("scope and client, as issuers spell them", async () => {
  for (const [what, claims, expected] of SAID) {
    const [subject, ...rest] = identity(forwarded(await ask("/corp/a", claims)));
    assert.deepEqual([subject, ...rest.map((value) => value ?? "")], [SUBJECT, ...expected], what);
  }
});

test("the subject is the claim that the policy names, the audience one of the policy's", async () => {
  for (const aud of ["first", "second", ["x", "second"]]) {
    const echo = forwarded(await ask("/partner/a", { sub: "other", oid: SUBJECT, aud }, { by: "partner" }));
    assert.equal(identity(echo)[0], SUBJECT);
  }
  await invalid(await ask("/partner/a", { aud: "first" }, { by: "partner" }), "jwt_subject");
});

test("the header of an access token: every type that may be one", async () => {
  for (const typ of [undefined, "JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt"]) forwarded(await ask("/corp/a", {}, { header: { typ } }));
  for (const header of [{ cty: "JWT" }, { x5t: "AA" }, { unknown: { a: [1] } }]) forwarded(await ask("/corp/a", {}, { header }));
});

test("a route with two issuers takes both, and nobody else's", async () => {
  forwarded(await ask("/both/a"));
  forwarded(await ask("/both/a", { oid: SUBJECT, aud: "first" }, { by: "partner" }));
  await invalid(await ask("/both/a", {}, { by: "stranger" }), "jwt_issuer");
  await invalid(await ask("/partner/a"), "jwt_issuer");
});

test("what one route has accepted another checks for itself", async () => {
  const jwt = await token("corp", ES256, { aud: ["https://api.example.org", "first"], oid: SUBJECT });
  forwarded(await gate.get("/corp/a", bearer(jwt)));
  await invalid(await gate.get("/partner/a", bearer(jwt)), "jwt_issuer");
  await invalid(await gate.get("/me/a", bearer(jwt)), "token_forged");
  await refused(await gate.get("/scoped/a", bearer(jwt)), 403, "token_scope");
  forwarded(await gate.get("/corp/a", bearer(jwt)));
});

test("a route takes its own tokens beside an issuer's, where it says so", async () => {
  const { access_token } = await gate.admin("token", { subject: "1001002", client: "demo", scope: "read" });
  assert.deepEqual(identity(forwarded(await gate.get("/own/a", bearer(access_token)))), ["1001002", "demo", "read"]);
  assert.equal(identity(forwarded(await ask("/own/a")))[0], SUBJECT);
  await invalid(await gate.get("/corp/a", bearer(access_token)), "jwt_issuer"); // known as its own, and sent nowhere
  await invalid(await gate.get("/own/a", bearer(`${access_token}x`)), "jwt_malformed");
});

test("too little scope is 403 insufficient_scope, and says what it takes", async () => {
  for (const claims of [{}, { scope: "read" }, { scope: "readwrite" }, { scope: "READ WRITE" }, { scp: ["write"] }]) {
    const answer = await ask("/scoped/a", claims);
    await refused(answer, 403, "token_scope");
    assert.match(answer.header("www-authenticate"), /error="insufficient_scope".*scope="read write"/);
  }
  for (const claims of [{ scope: "write read" }, { scp: ["read", "write", "more"] }]) forwarded(await ask("/scoped/a", claims));
});

test("in query and form a JWT is cut out as any token is", async () => {
  const jwt = await token("corp", ES256);
  gateway.seen.add(jwt);
  assert.equal(forwarded(await gate.get(`/places/a?a=1&access_token=${jwt}&b=%zz`)).path, "/places/a?a=1&b=%zz");
  assert.equal(forwarded(await gate.form("/places/a", `a=1&access_token=${jwt}`)).body_length, 3);
  await refused(await gate.get(`/corp/a?access_token=${jwt}`), 400, "bearer_place_not_allowed");
  await refused(await gate.get(`/places/a?access_token=${jwt}`, bearer(jwt)), 400, "bearer_multiple");
});

test("who comes without a token is told where tokens are had (RFC 9728)", async () => {
  const answer = await gate.get("/both/a");
  await refused(answer, 401, "credential_missing");
  const [, address] = /^Bearer realm="edgegate", resource_metadata="http:\/\/127\.0\.0\.1:8787([^"]+)"$/.exec(answer.header("www-authenticate"));
  const { json } = await gate.get(address);
  assert.equal(json.resource, "http://127.0.0.1:8787/both");
  assert.deepEqual(json.authorization_servers, [iss("corp"), iss("partner")]);
});

theLogHoldsNoCredential(gateway, { subjects: ["1001002", SUBJECT] });
