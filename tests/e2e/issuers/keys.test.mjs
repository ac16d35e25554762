// The keys of an issuer: how often it is asked for them, what is made of an answer that is none, how new ones are found.

import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { connect } from "node:net";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { HOST } from "../lib/client.mjs";
import { cutOff } from "../lib/cut.mjs";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { by, claimsOf, forged, headerOf, invalid, keyFor, origin, startIssuer, SUBJECT, token, trusted } from "../lib/issuer.mjs";
import { bearer } from "../lib/oauth.mjs";
import { now } from "../lib/sign.mjs";

const [key, next, small] = [await keyFor("ES256", "k1"), await keyFor("ES256", "k2"), generateKeyPairSync("rsa", { modulusLength: 1024 })];
const jwks = JSON.stringify({ keys: [key.jwk] });
const many = (count) => JSON.stringify({ keys: [...Array.from({ length: count - 1 }, (_, at) => ({ ...next.jwk, kid: `${at}` })), key.jwk] });
const says = (body, status = 200, headers = {}) => (response) => response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
const never = () => {};

/** What an issuer may say instead of its keys. */
const FAULTS = {
  hangs: never,
  stalls: (response) => response.writeHead(200, { "content-type": "application/json" }).write(jwks.slice(0, 20)),
  "breaks-off": (response) => response.writeHead(200, { "content-length": jwks.length }).write(jwks.slice(0, 20), () => response.destroy()),
  e500: says(jwks, 500),
  e404: says(jwks, 404),
  e203: says(jwks, 203),
  redirects: says("", 302, { location: "/elsewhere.json" }),
  "redirects-away": says("", 307, { location: "http://127.0.0.1:9/jwks.json" }),
  html: says(`<!doctype html><title>${jwks}</title>`, 200, { "content-type": "text/html" }),
  empty: says(""),
  list: says(JSON.stringify([key.jwk])),
  "no-list": says(JSON.stringify({ keys: { k1: key.jwk } })),
  nested: says(`{"keys":${"[".repeat(5000)}${"]".repeat(5000)}}`),
  "too-many": says(many(65)),
  "too-long": says(jwks.replace("{", `{"pad":"${"x".repeat(1_000_000)}",`)),
};
const faulty = Object.keys(FAULTS);
const path = (name) => `/${name}.json`;
const idp = await startIssuer({
  ...Object.fromEntries(faulty.map((name) => [path(name), FAULTS[name]])),
  "/elsewhere.json": says(jwks),
  "/cold.json": (response) => setTimeout(says(jwks), 300, response),
  "/left.json": (response) => setTimeout(says(jwks), 300, response),
  "/garbage.json": says(jwks),
  "/rotating.json": says(jwks),
  "/recovers.json": says("", 500),
  "/full.json": says(many(64)),
  "/odd.json": says(JSON.stringify({ keys: oddKeys() })),
});
const policy = demoPolicy(
  ...[origin("idp", idp.url), origin("down", "http://127.0.0.1:9"), trusted("down", { origin: "down" })],
  ...[...faulty, "cold", "left", "garbage", "rotating", "recovers", "full"].map((name) => trusted(name, { jwks: path(name) })),
  trusted("odd", { jwks: path("odd"), algorithms: ["ES256", "RS256", "PS256", "EdDSA"] }),
);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => (idp.stop(), gateway.stop()));

/** Keys that are none beside one that is, each with its name as key id. */
function oddKeys() {
  const jwk = ({ publicKey }) => publicKey.export({ format: "jwk" });
  const own = { kty: "EC", crv: "P-256", x: key.jwk.x, y: key.jwk.y };
  const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
  const odd = {
    small: jwk(small),
    oct: { kty: "oct", k: randomBytes(32).toString("base64url") },
    private: { ...own, d: randomBytes(32).toString("base64url") },
    encrypts: { ...own, use: "enc" },
    signs: { ...own, key_ops: ["sign"] },
    elsewhere: { ...own, alg: "ES512" },
    symmetric: { ...own, alg: "HS256" },
    curve: { ...own, crv: "P-384" },
    larger: jwk(p384),
    "off-curve": { ...own, y: own.x },
    "short-x": { ...own, x: own.x.slice(0, 40) },
    padded: { ...own, x: `${own.x}=` },
    untyped: { ...own, kty: undefined },
    "e-is-1": { ...jwk(generateKeyPairSync("rsa", { modulusLength: 2048 })), e: "AQ" },
    numbers: { ...own, x: 7 },
  };
  return [...Object.entries(odd).map(([kid, one]) => ({ ...one, kid })), null, 7, "x", [], {}, { kid: "nothing" }, { ...own, kid: "k1" }];
}

const show = async (name, signer = key, header = {}, claims = {}) => gate.get(`/${name}/a`, bearer(await token(name, signer, { jti: randomUUID(), ...claims }, header)));
const together = (count, work) => Promise.all(Array.from({ length: count }, work));
/** A request whose client is gone before it can be answered. */
const leave = (jwt) =>
  new Promise((left) => {
    const socket = connect(gate.port, "127.0.0.1", () => {
      socket.write(`GET /left/a HTTP/1.1\r\nHost: ${HOST}\r\nAuthorization: Bearer ${jwt}\r\n\r\n`);
      setTimeout(() => (cutOff(socket), left()), 60);
    });
    socket.on("error", () => {});
  });
const statuses = (answers) => answers.reduce((all, { status }) => ({ ...all, [status]: (all[status] ?? 0) + 1 }), {});

test("garbage makes the gate ask nobody", async () => {
  const good = claimsOf("garbage", {});
  const anyone = Buffer.alloc(64, 1);
  const garbage = [
    ...["x", "a.b.c", "e30.e30.AA", "a".repeat(5000), "..".repeat(50)],
    ...[{ aud: "other" }, { exp: now() - 600 }, { exp: undefined }, { nbf: now() + 600 }, { sub: "" }, { iss: "https://evil.example/" }, { cnf: {} }].map((wrong) => forged(headerOf(key, {}), { ...good, ...wrong }, anyone)),
    ...[{ alg: "none" }, { alg: "HS256" }, { alg: "RS256" }, { crit: ["exp"] }, { typ: "dpop+jwt" }].map((wrong) => forged(headerOf(key, wrong), good, anyone)),
  ];
  const answers = await together(300, (_, at) => gate.get("/garbage/a", bearer(garbage[at % garbage.length])));
  assert.deepEqual(statuses(answers), { 401: 300 });
  assert.equal(idp.count(), 0);
});

test("200 requests at once at an isolate that has no keys: all go through, and the issuer is asked once or twice", async () => {
  assert.deepEqual(statuses(await together(200, () => show("cold"))), { 200: 200 });
  const fetches = idp.count(path("cold"));
  assert.ok(fetches >= 1 && fetches <= 2, `${fetches} fetches`);
  assert.deepEqual(statuses(await together(200, () => show("cold"))), { 200: 200 });
  assert.equal(idp.count(path("cold")), 0);
});

test("strangers who leave while keys are fetched hold nobody up", async () => {
  const stranger = await token("left", await keyFor("ES256", "k1"), { jti: randomUUID() });
  const until = Date.now() + 4000;
  const leaving = (async () => {
    while (Date.now() < until) {
      await leave(stranger);
      await sleep(200);
    }
  })();
  await sleep(100);
  while (Date.now() < until) {
    assert.deepEqual(statuses(await together(5, () => show("left"))), { 200: 5 });
    await sleep(100);
  }
  await leaving;
  const fetches = idp.count(path("left"));
  assert.ok(fetches <= 4, `${fetches} fetches`);
});

for (const name of [...faulty, "down"]) {
  test(`the issuer ${name}: 503, nothing is forwarded, and it is asked at most 8 times in 3 s`, async () => {
    const started = Date.now();
    await gate.take();
    const answers = await together(40, () => show(name));
    const seconds = (Date.now() - started) / 1000;
    for (const answer of answers) await refused(answer, 503, "keys_unavailable");
    const urls = (await gate.take()).forwarded.map(({ url }) => url);
    assert.ok(urls.every((url) => url.endsWith(path(name)) || name === "down"), urls.join());
    assert.ok(urls.length >= 1 && urls.length <= 8 * Math.ceil((seconds + 1) / 3), `${urls.length} calls`);
    assert.ok(seconds < 6, `${seconds} s`);
    assert.doesNotMatch(answers[0].text, /127\.0\.0\.1|json/);
  });
}

test("a redirect was not followed", () => {
  assert.equal(idp.count("/elsewhere.json"), 0);
});

test("64 keys are read", async () => {
  forwarded(await show("full"));
});

test("an issuer that comes back is found within 3 s", async () => {
  await refused(await show("recovers"), 503, "keys_unavailable");
  idp.answers["/recovers.json"] = says(jwks);
  await sleep(3100);
  forwarded(await show("recovers"));
});

test("keys that are none are not used, and spoil no other", async () => {
  for (const { kid } of oddKeys().filter((one) => one?.kid !== undefined && one.kid !== "k1")) {
    const reason = kid === "off-curve" ? "jwt_signature" : "jwt_key_unknown";
    await invalid(await show("odd", { ...key, kid }), reason).catch((error) => assert.fail(`${kid}: ${error.message}`));
  }
  for (const alg of ["RS256", "PS256"]) {
    const jwt = forged(headerOf({ alg, kid: "small" }, {}), claimsOf("odd", {}), by({ alg, privateKey: small.privateKey }));
    await invalid(await gate.get("/odd/a", bearer(jwt)), "jwt_key_unknown"); // RFC 7518 section 3.3: 2048 bits or more
  }
  forwarded(await show("odd"));
});

test("a new key is found within a moment of the last fetch, by all who come with it", async () => {
  forwarded(await show("rotating"));
  assert.equal(idp.count(path("rotating")), 1);
  idp.answers[path("rotating")] = says(JSON.stringify({ keys: [key.jwk, next.jwk] }));
  assert.deepEqual(statuses(await together(50, () => show("rotating", next))), { 200: 50 });
  assert.equal(idp.count(path("rotating")), 1);
  forwarded(await show("rotating"));
});

test("made-up key ids cause at most a fetch in two seconds, and those who send them do not all wait", async () => {
  const begun = Date.now();
  const strangers = async (count) => statuses(await together(count, () => show("rotating", { ...next, kid: randomUUID() })));
  for (let round = 0; round < 3; round++) assert.deepEqual(await strangers(300), { 401: 300 });
  const seconds = (Date.now() - begun) / 1000;
  assert.ok(seconds < 15, `${seconds} s`);
  const fetches = idp.count(path("rotating"));
  assert.ok(fetches >= 1 && fetches <= 2 + seconds / 1, `${fetches} fetches in ${seconds} s`);
  await invalid(await show("rotating", { ...next, kid: "k3" }), "jwt_key_unknown");
  for (const signer of [key, next]) forwarded(await show("rotating", signer));
});

test("the path of the keys is the policy's: nothing else was asked for", () => {
  const known = [...faulty, "recovers", "full", "odd", "rotating"].map(path);
  for (const one of known) idp.count(one);
  assert.equal(idp.count(), 0);
});

theLogHoldsNoCredential(gateway, { subjects: [SUBJECT] });
