// The identity JWT: signed with the first of two published keys, for one origin, for at most a minute.

import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { now } from "../lib/sign.mjs";

const short = demoPolicy(["[identity]\n", '[identity]\nlifetime = "4s"\n'], ['keys = ["id-1", "id-2"]', 'keys = ["id-2", "id-1"]'], `
[[routes]]
name = "other"
path = "/other/*"
accept = ["bearer", "none"]
forward = { origin = "demo", jwt_audience = "https://other.example" }`);
const gateway = await startGateway({ gate: {}, short: { policy: short }, none: { policy: demoPolicy(['[identity]\nkeys = ["id-1", "id-2"]', ""], [', jwt_audience = "demo-origin"', ""]) } });
after(() => gateway.stop());

const mint = async (gate, more) => ({ authorization: `Bearer ${(await gate.admin("token", { subject: "1001002", client: "demo", scope: "read write", ...more })).access_token}` });
const jwtOf = (answer) => forwarded(answer).fields.get("edgegate-jwt");

/** Checks a token as an origin would, with the published keys alone. */
async function check(gate, jwt, audience) {
  const [head, claims, signature] = jwt.split(".");
  const parse = (part) => JSON.parse(Buffer.from(part, "base64url"));
  const { alg, kid, typ } = parse(head);
  assert.deepEqual([alg, typ], ["ES256", "JWT"]);
  const { keys } = (await gate.get("/.edgegate/jwks.json")).json;
  const jwk = keys.find((key) => key.kid === kid);
  assert.ok(jwk, `the key ${kid} is published`);
  const key = createPublicKey({ key: jwk, format: "jwk" });
  const holds = (text) => verify("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
  assert.ok(holds(`${head}.${claims}`), "the signature holds");
  assert.ok(!holds(`${head}.${Buffer.from(JSON.stringify({ ...parse(claims), sub: "root" })).toString("base64url")}`));
  const said = parse(claims);
  assert.deepEqual([said.iss, said.aud], ["http://127.0.0.1:8787", audience]);
  assert.ok(said.exp - said.iat <= 60 && said.iat <= now() && now() < said.exp);
  return { ...said, kid };
}

test("it holds under the published keys, and says who, for whom and until when", async () => {
  const { gate } = gateway;
  const said = await check(gate, jwtOf(await gate.get("/me/a", await mint(gate))), "demo-origin");
  assert.equal(said.sub, "1001002");
  assert.equal(said.kid, "id-1");
  assert.equal(said.exp - said.iat, 60);
  const other = await check(gate, jwtOf(await gate.get("/me/a", await mint(gate, { subject: "1001003" }))), "demo-origin");
  assert.equal(other.sub, "1001003");
});

test("two keys are published, their public halves only", async () => {
  const answer = await gateway.gate.get("/.edgegate/jwks.json");
  status(answer, 200);
  assert.equal(answer.header("content-type"), "application/json");
  assert.equal(answer.header("cache-control"), "public, max-age=300");
  const { keys } = answer.json;
  assert.deepEqual(keys.map(({ kid }) => kid), ["id-1", "id-2"]);
  for (const key of keys) {
    assert.deepEqual(Object.keys(key).sort(), ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    assert.deepEqual([key.kty, key.crv, key.alg, key.use], ["EC", "P-256", "ES256", "sig"]);
  }
});

test("it is signed once for a subject and a route, used again for half its life, then signed anew", async () => {
  const { short } = gateway;
  const mine = await mint(short);
  const first = jwtOf(await short.get("/me/a", mine));
  assert.equal(jwtOf(await short.get("/me/b?c", await mint(short))), first, "another token of the same subject, client and scope");
  assert.notEqual(jwtOf(await short.get("/me/a", await mint(short, { subject: "1001003" }))), first);
  assert.notEqual(jwtOf(await short.get("/me/a", await mint(short, { scope: "read" }))), first);
  const elsewhere = jwtOf(await short.get("/other/a", mine));
  assert.equal((await check(short, elsewhere, "https://other.example")).kid, "id-2", "the first key of the policy signs");
  const { iat, exp } = await check(short, first, "demo-origin");
  assert.equal(exp - iat, 4);
  await sleep((iat + 2) * 1000 - Date.now() + 50);
  const next = jwtOf(await short.get("/me/a", mine));
  assert.notEqual(next, first);
  assert.ok((await check(short, next, "demo-origin")).iat >= iat + 2);
});

test("nobody gets none, and a client's own does not pass for one", async () => {
  const forged = { "edgegate-jwt": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0." };
  assert.equal(jwtOf(await gateway.short.get("/other/a", forged)), undefined);
  const { gate } = gateway;
  assert.notEqual(jwtOf(await gate.get("/me/a", { ...forged, ...(await mint(gate)) })), forged["edgegate-jwt"]);
});

test("a policy without identity keys publishes none and sets none", async () => {
  const { none } = gateway;
  await refused(await none.get("/.edgegate/jwks.json"), 404, "no_route");
  assert.equal(jwtOf(await none.get("/me/a", await mint(none))), undefined);
});

theLogHoldsNoCredential(gateway);
