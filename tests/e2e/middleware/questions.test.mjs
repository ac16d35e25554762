// What the gateway itself asks of an origin by `handler`: the check of a password, an issuer's keys. Around an application such a
// question reaches it; inside of Hono and before Pages Functions the client's address chose what would answer, so nothing does.

import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { after, test } from "node:test";
import { inProcess } from "../lib/applications.mjs";
import { refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { byWrangler, ownWorker, pagesFunctions } from "../../../scripts/lib/own-worker.mjs";

const open = (name, forward = "") => `
[[routes]]
name = "${name}"
path = "/${name}/*"
accept = ["none"]
forward = { origin = "demo"${forward} }`;
const policy = inProcess(
  demoPolicy(),
  open("plain"),
  open("check-password").replace("/*", ""),
  open("moved", ', path = "/inner/*"'),
  open("hosted", ', host = "inner.example.org"'),
  open("tagged").replace(`["none"]`, `["luminate"]\ntags = ["html"]`),
  `
[issuers.corp]
issuer = "https://login.example.net"
audience = ["https://api"]
origin = "demo"
jwks = "/corp/jwks.json"
algorithms = ["ES256"]

[[routes]]
name = "corp"
path = "/corp/*"
accept = ["issuer:corp"]
forward = { origin = "demo" }`,
);

// A member's upload, which the attacker knows the address of: keys of their own.
const mallory = generateKeyPairSync("ec", { namedCurve: "P-256" });
const keys = JSON.stringify({ keys: [{ ...mallory.publicKey.export({ format: "jwk" }), kid: "mallory", alg: "ES256", use: "sig" }] });
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
function forged() {
  const now = Math.floor(Date.now() / 1000);
  const text = `${encoded({ alg: "ES256", typ: "JWT", kid: "mallory" })}.${encoded({ iss: "https://login.example.net", aud: "https://api", sub: "admin", iat: now, exp: now + 600 })}`;
  return { authorization: `Bearer ${text}.${sign("sha256", text, { key: mallory.privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}` };
}

/** One answer to everything: a page, the keys of the upload, and the word that a password is right. It counts. */
const everything = `
export const state = { calls: 0 };
export function everything(request) {
  const { pathname } = new URL(request.url);
  if (pathname.endsWith("/calls")) return Response.json(state);
  state.calls++;
  if (pathname.endsWith("/page")) return request.headers.has("range")
    ? new Response("<p>", { status: 206, headers: { "content-type": "text/html", "content-range": "bytes 0-2/9" } })
    : new Response("<p>whole</p>", { headers: { "content-type": "text/html" } });
  return Response.json({ subject: "1001002", ...${keys}, url: request.url });
}`;
const files = {
  "functions/_middleware.js": 'import { edgegate } from "edgegate";\nimport policy from "../build/policy.js";\nexport const onRequest = edgegate.pages(policy);',
  "functions/[[path]].js": 'import { everything } from "../everything.js";\nexport const onRequest = ({ request }) => everything(request);',
  "everything.js": everything,
};
const around = (app) => `import { edgegate, Ledger } from "edgegate";\nimport { Hono } from "hono";\nimport { everything } from "./everything.js";\nexport { Ledger };\n${app}`;
const inside = around('const app = new Hono();\napp.use(edgegate.hono());\napp.all("*", (c) => everything(c.req.raw));\nexport default app;');
const whole = around(`import { identityOf } from "edgegate";
import { state } from "./everything.js";
const seen = (request) => ({ url: request.url, who: identityOf(request), isSigned: request.headers.has("edgegate-assertion") });
export default edgegate((request) => {
  if (request.url.includes("/check-password")) (state.seen ??= []).push(seen(request));
  return everything(request);
});`);

const gateway = await startGateway({
  pages: { folder: pagesFunctions({ policy, files }), sharing: "whole" },
  hono: { folder: byWrangler(inside, { policy, files: { "everything.js": everything } }) },
  whole: { folder: await ownWorker(whole, { policy, files: { "everything.js": everything } }) },
});
after(() => gateway.stop());
const calls = async (gate) => (await gate.get("/plain/calls")).json.calls;
const signIn = (gate) => gate.form("/.edgegate/sign-in", "account=jo&password=not-this-password&next=%2Faccount%2F", { accept: "text/html", "sec-fetch-site": "same-origin" });

for (const name of ["pages", "hono"]) {
  const gate = gateway[name];

  test(`${name}: no address that a client asks for answers what the gateway asks`, async () => {
    const before = await calls(gate);
    const lines = gateway.logs.length;
    for (const path of ["/corp/files/keys", "/corp/"]) await refused(await gate.get(path, forged()), 503, "keys_unavailable");
    const answer = await signIn(gate);
    assert.deepEqual([answer.status, answer.cookies.filter((cookie) => cookie.includes("session"))], [503, []], answer.text);
    assert.equal(await calls(gate), before, "a guarded function ran before the check");
    const said = gateway.logs.slice(lines).filter((line) => line.includes("which the gateway itself asks for"));
    assert.ok(said.some((line) => line.includes("/corp/jwks.json")) && said.some((line) => line.includes("/check-password")), said.join("\n"));
    assert.match(said[0], /origin by `url` or `service`.*wrap the application, edgegate\(app\)/);
  });

  test(`${name}: not even the address of the question itself`, async () => {
    const before = await calls(gate);
    await refused(await gate.get("/corp/jwks.json", forged()), 503, "keys_unavailable");
    assert.equal(await calls(gate), before);
  });

  test(`${name}: another path or host than the client asked for calls nothing, and the log says why`, async () => {
    const before = await calls(gate);
    const lines = gateway.logs.length;
    for (const path of ["/moved/a", "/hosted/a"]) await refused(await gate.get(path), 502, "origin_unavailable");
    assert.equal(await calls(gate), before);
    assert.ok(gateway.logs.slice(lines).some((line) => line.includes("wrap the application, edgegate(app)")), gateway.logs.slice(lines).join("\n"));
  });

  test(`${name}: a part of a page with tags is asked for once, as a whole`, async () => {
    const before = await calls(gate);
    const answer = await gate.get("/tagged/page", { range: "bytes=0-2" });
    assert.deepEqual([answer.status, answer.text], [200, "<p>whole</p>"]);
    assert.equal(await calls(gate), before + 1);
  });
}

test("around an application a question reaches the application, at its own address", async () => {
  const answer = await signIn(gateway.whole);
  assert.equal(answer.status, 303, answer.text);
  assert.equal((await gateway.whole.get("/corp/", forged())).status, 200, "it is the application that says whose keys count");
  assert.deepEqual((await gateway.whole.get("/moved/a")).json.url, "http://127.0.0.1:8787/inner/a");
  assert.equal((await gateway.whole.get("/tagged/page", { range: "bytes=0-2" })).text, "<p>whole</p>");
});

test("a question tells itself apart from a visitor who comes to the same address", async () => {
  await signIn(gateway.whole);
  await gateway.dispatch("whole", "https://origin/check-password", { headers: { "edgegate-proof": "guessed", "edgegate-assertion": "v1.1.x" } });
  const { seen } = (await gateway.whole.get("/plain/calls")).json;
  const [question, visitor] = seen.slice(-2);
  assert.deepEqual([question.url, question.who.kind, question.who.route, question.isSigned], ["https://origin/check-password", "nobody", null, true]);
  assert.deepEqual([new URL(visitor.url).host, visitor.who.kind, visitor.who.route, visitor.isSigned], ["origin", "nobody", "check-password", false]);
});

theLogHoldsNoCredential(gateway);
