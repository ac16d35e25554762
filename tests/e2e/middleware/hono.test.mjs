// The gateway as a Hono application's own middleware: `app.use(edgegate.hono())`, and who it is in `c.var.edgegate`.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { inProcess } from "../lib/applications.mjs";
import { refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { byWrangler } from "../../../scripts/lib/own-worker.mjs";
import { link } from "../lib/sign.mjs";

const source = `
import { edgegate, Ledger } from "edgegate";
import { Hono } from "hono";
let calls = 0;
const app = new Hono();
app.use(async (c, next) => { await next(); c.header("x-outside", c.var.edgegate ? "let through" : "refused"); });
app.use(edgegate.hono());
app.use(async (c, next) => { if (!c.req.path.endsWith("/calls")) calls++; c.header("x-inside", "1"); await next(); });
app.get("/plain/calls", (c) => c.json({ calls }));
app.get("/me/who", (c) => c.json({ ...c.var.edgegate, authorization: c.req.header("authorization") ?? null, url: c.req.url, query: c.req.query("a") }));
app.post("/me/body", async (c) => c.json({ length: (await c.req.arrayBuffer()).byteLength, header: c.req.header("edgegate-subject") }));
app.get("/me/empty", (c) => c.body(null, 204, { "cache-control": "public, max-age=60", "x-own": "1" }));
app.get("/plain/who", (c) => c.json(c.var.edgegate));
app.get("/plain/throw", () => { throw new Error("a-secret-of-the-application"); });
app.get("/once/a", (c) => c.text("once"));
app.get("/inner/a", (c) => c.text("the path that the policy says"));
app.get("/elsewhere/a", (c) => c.text("the path that was asked for"));
app.get("/unguarded/a", (c) => c.text("no route of the policy leads here"));
export { Ledger };
export default app;
`;
const policy = inProcess(demoPolicy(), `
[[routes]]
name = "plain"
path = "/plain/*"
accept = ["none"]
forward = { origin = "demo" }

[[routes]]
name = "elsewhere"
path = "/elsewhere/*"
accept = ["none"]
forward = { origin = "demo", path = "/inner/*" }`);
const gateway = await startGateway({ gate: { folder: byWrangler(source, { policy }) } });
const { gate } = gateway;
after(() => gateway.stop());

const bearer = async () => ({ authorization: `Bearer ${(await gate.admin("token", { subject: "1001002", client: "demo", scope: "read" })).access_token}` });
const calls = async () => (await gate.get("/plain/calls")).json.calls;

test("a handler finds who it is, and the request without its credential", async () => {
  const answer = await gate.get("/me/who?a=b", { ...(await bearer()), "edgegate-subject": "root" });
  assert.equal(answer.status, 200, answer.text);
  const { claims, requestId, ...rest } = answer.json;
  assert.deepEqual(rest, { kind: "person", subject: "1001002", client: "demo", issuer: null, scope: ["read"], route: "me", authorization: null, url: "http://127.0.0.1:8787/me/who?a=b", query: "b" });
  assert.deepEqual([claims.sub, requestId.length], ["1001002", 32]);
  assert.equal(answer.header("x-inside"), "1");
  assert.equal(answer.header("x-outside"), "let through");
  assert.match(answer.header("cache-control"), /private/);
});

test("nobody is nobody, whatever a client says", async () => {
  const { kind, subject } = (await gate.get("/plain/who", { "edgegate-subject": "root", "edgegate-jwt": "a.e30.c", "edgegate-proof": "x" })).json;
  assert.deepEqual([kind, subject], ["nobody", null]);
});

test("a body is there for the handler", async () => {
  for (const length of [0, 5, 500_000]) {
    const answer = await gate.post("/me/body", "x".repeat(length), { ...(await bearer()), "content-type": "text/plain" });
    assert.deepEqual(answer.json, { length, header: "1001002" });
  }
});

test("what a handler says of caches does not make public what a credential opened", async () => {
  const answer = await gate.get("/me/empty", await bearer());
  assert.deepEqual([answer.status, answer.header("x-own")], [204, "1"]);
  assert.match(answer.header("cache-control"), /private/);
  assert.doesNotMatch(answer.header("cache-control"), /public/);
});

test("a request that is refused reaches no handler, and the answer is the gateway's", async () => {
  const before = await calls();
  const answer = await gate.get("/me/who");
  await refused(answer, 401, "credential_missing");
  assert.deepEqual([answer.header("x-inside"), answer.header("x-outside")], [undefined, "refused"]);
  await refused(await gate.get("/unguarded/a"), 404, "no_route");
  assert.equal(await calls(), before);
});

test("a route that changes the path is refused, since Hono has chosen its handlers already", async () => {
  const before = await calls();
  await refused(await gate.get("/elsewhere/a"), 502, "origin_unavailable");
  assert.equal(await calls(), before);
  assert.ok(gateway.logs.some((line) => line.includes("wrap the application, edgegate(app)")), gateway.logs.slice(-4).join("\n"));
});

test("a link works once", async () => {
  const once = link("/once/a", "n=hono");
  const answers = await Promise.all([1, 2, 3].map(() => gate.get(once)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 403, 403]);
});

test("what Hono makes of an error tells nothing", async () => {
  const answer = await gate.get("/plain/throw");
  assert.equal(answer.status, 500);
  assert.ok(!answer.text.includes("a-secret"), answer.text);
});

theLogHoldsNoCredential(gateway);
