// `verifyIdentity` for an origin that is elsewhere: the gateway's own JWT and keys, and whatever else may come in their place.
// `identityOf` where a framework's build runs it in Node.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { IdentityError, identityOf, verifyIdentity } from "../../../package/middleware/identity.js";
import { forwarded } from "../lib/expect.mjs";
import { demoPolicy, startGateway } from "../lib/gateway.mjs";
import { startOrigin } from "../lib/origin.mjs";

// The keys' address is that of the issuer, so the gate's socket is reached by the port that it has here.
const gateway = await startGateway({ gate: { policy: demoPolicy(["[identity]\n", '[identity]\nlifetime = "2s"\n']) } });
const { gate } = gateway;
const issuer = "http://127.0.0.1:8787";
const jwks = (await gate.get("/.edgegate/jwks.json")).json;
const audience = "demo-origin";
let keys = jwks;
const server = await startOrigin((request, response) => (keys ? response.setHeader("content-type", "application/json").end(JSON.stringify(keys)) : response.writeHead(500).end()));
after(async () => (server.stop(), await gateway.stop()));

const fresh = async () => {
  const { access_token } = await gate.admin("token", { subject: "1001002", client: "demo", scope: "read write" });
  return forwarded(await gate.get("/me/a", { authorization: `Bearer ${access_token}` })).fields.get("edgegate-jwt");
};
const asked = (jwt) => new Request("https://origin.example/", { headers: jwt === undefined ? {} : { "edgegate-jwt": jwt } });

async function refusedWith(code, ...given) {
  await assert.rejects(verifyIdentity(...given), (error) => {
    assert.ok(error instanceof IdentityError, `${error.stack}`);
    assert.equal(error.code, code, error.message);
    assert.equal(error.status, code === "keys_unavailable" ? 503 : 401);
    return true;
  });
}

const own = await generateKeyPair("ES256");
const rsa = await generateKeyPair("RS256");
const published = { keys: [{ ...(await exportJWK(own.publicKey)), kid: "own", alg: "ES256", use: "sig" }, { ...(await exportJWK(rsa.publicKey)), kid: "rsa", alg: "RS256", use: "sig" }] };
const now = () => Math.floor(Date.now() / 1000);
/** A JWT of the form that the gateway gives it, with what is changed. */
const made = ({ header, claims, key = own.privateKey } = {}) =>
  new SignJWT({ iss: server.url, aud: audience, sub: "1001002", iat: now(), exp: now() + 60, ...claims }).setProtectedHeader({ alg: "ES256", typ: "JWT", kid: "own", ...header }).sign(key);

test("the gateway's own JWT says who it is, to fetch's requests and to Node's", async () => {
  const jwt = await fresh();
  const { claims, ...who } = await verifyIdentity(asked(jwt), { issuer, audience, jwks });
  assert.deepEqual(who, { kind: "person", subject: "1001002", client: "demo", issuer: null, scope: ["read", "write"], route: null, requestId: null });
  assert.equal(claims.iss, issuer);
  assert.equal((await verifyIdentity({ headers: { "edgegate-jwt": jwt } }, { issuer, audience, jwks })).subject, "1001002");
});

test("one for another audience, of another gateway, changed or old is refused", async () => {
  const jwt = await fresh();
  await refusedWith("audience", asked(jwt), { issuer, audience: "other", jwks });
  await refusedWith("issuer", asked(jwt), { issuer: "https://other.example", audience, jwks });
  const [head, body, signature] = jwt.split(".");
  const changed = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(body, "base64url")), sub: "root" })).toString("base64url");
  await refusedWith("signature", asked([head, changed, signature].join(".")), { issuer, audience, jwks });
  await refusedWith("signature", asked(jwt), { issuer, audience, jwks: published });
  await refusedWith("missing", asked(), { issuer, audience, jwks });
  for (const text of ["x", `${jwt}, ${jwt}`, "a.e30.c", `${Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url")}.${body}.`]) await refusedWith("malformed", asked(text), { issuer, audience, jwks });
  await sleep(8500); // its two seconds, and the tolerance
  await refusedWith("expired", asked(jwt), { issuer, audience, jwks });
});

test("what the gateway never signs is refused, though the key is right", async () => {
  const options = { issuer: server.url, audience, jwks: published };
  assert.equal((await verifyIdentity(asked(await made()), options)).subject, "1001002");
  await refusedWith("malformed", asked(await made({ header: { typ: "at+jwt" } })), options);
  await refusedWith("malformed", asked(await made({ claims: { sub: undefined } })), options);
  await refusedWith("expired", asked(await made({ claims: { iat: now() - 3600, exp: now() + 3600 } })), options);
  await refusedWith("malformed", asked(await made({ header: { alg: "HS256" }, key: new Uint8Array(32) })), options);
  await refusedWith("malformed", asked(await made({ header: { alg: "RS256", kid: "rsa" }, key: rsa.privateKey })), options);
  const two = { keys: [...published.keys, { ...published.keys[0], kid: "other" }] };
  await refusedWith("malformed", asked(await made({ header: { kid: undefined } })), { ...options, jwks: two });
});

test("keys are fetched once, and a new one when it is needed", async () => {
  keys = published;
  const options = { issuer: server.url, audience };
  server.take();
  for (let round = 0; round < 5; round++) assert.equal((await verifyIdentity(asked(await made()), options)).subject, "1001002");
  assert.deepEqual(server.take().map(({ url }) => url), ["/.edgegate/jwks.json"]);
});

test("without the gateway's keys nobody is anybody", async () => {
  keys = undefined;
  const elsewhere = server.url.replace("127.0.0.1", "localhost");
  await refusedWith("keys_unavailable", asked(await made({ claims: { iss: elsewhere } })), { issuer: elsewhere, audience });
});

test("what is left out is a mistake, not a permission", async () => {
  const jwt = await fresh();
  for (const options of [{}, { issuer }, { audience }, { issuer, audience: "" }, { issuer: "http://gate.example.org", audience }]) await assert.rejects(verifyIdentity(asked(jwt), options), TypeError);
});

test("a framework's build in Node can load identityOf, and there nobody is anybody", () => {
  const headers = { "edgegate-subject": "root", "edgegate-proof": "guessed" };
  assert.equal(identityOf(new Request("https://origin.example/", { headers })), null);
});
