// The gateway around an application in the same Worker: what reaches the application is what the gateway made of the request,
// and nothing reaches it otherwise.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, test } from "node:test";
import { applications, inProcess, site } from "../lib/applications.mjs";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { ownWorker } from "../../../scripts/lib/own-worker.mjs";
import { link } from "../lib/sign.mjs";

const policy = inProcess(demoPolicy(), `
[[routes]]
name = "plain"
path = "/plain/*"
methods = ["GET", "HEAD", "POST"]
accept = ["none"]
forward = { origin = "demo" }

[[routes]]
name = "elsewhere"
path = "/elsewhere/*"
accept = ["none"]
forward = { origin = "demo", path = "/inner/*", host = "inner.example.org" }`);
const gates = {};
for (const [name, source] of Object.entries(applications)) gates[name] = { folder: await ownWorker(source, { policy, files: { "site.js": site } }) };
const entrypoint = `
import { edgegate, Ledger } from "edgegate";
import { WorkerEntrypoint } from "cloudflare:workers";
const seen = [];
class Base extends WorkerEntrypoint { async queue({ queue }) { seen.push([queue, typeof this.env.EDGEGATE_KV, typeof this.ctx.waitUntil]); } }
class Application extends Base {
  static trace() {}
  static scheduled() {}
  fetch() { return Response.json({ handlers: Object.keys(worker).sort(), seen }); }
  async email() {}
  async own() {}
}
const worker = edgegate(Application);
export { Ledger };
export default worker;`;
gates.entrypoint = { folder: await ownWorker(entrypoint, { policy }) };
const gateway = await startGateway(gates);
after(() => gateway.stop());

const bearer = async (gate) => ({ authorization: `Bearer ${(await gate.admin("token", { subject: "1001002", client: "demo", scope: "read write" })).access_token}` });
const calls = async (gate) => (await gate.get("/plain/calls")).json.calls;

for (const name of Object.keys(applications)) {
  const gate = gateway[name];

  test(`${name}: the request arrives at its own address, with who it is and without the credential`, async () => {
    const seen = forwarded(await gate.get("/me/a%20b?x=%zz", { ...(await bearer(gate)), "x-own": "1" }));
    assert.equal(seen.url, "http://127.0.0.1:8787/me/a%20b?x=%zz");
    assert.equal(seen.fields.get("edgegate-subject"), "1001002");
    assert.equal(seen.fields.get("edgegate-route"), "me");
    assert.equal(seen.fields.get("authorization"), undefined);
    assert.equal(seen.fields.get("x-own"), "1");
  });

  test(`${name}: identityOf says as whom, with the claims of the JWT`, async () => {
    const who = (await gate.get("/me/identity", await bearer(gate))).json;
    const { requestId, claims, ...rest } = who;
    assert.deepEqual(rest, { kind: "person", subject: "1001002", client: "demo", issuer: null, scope: ["read", "write"], route: "me" });
    assert.match(requestId, /^[0-9a-f]{32}$/);
    assert.deepEqual([claims.sub, claims.aud], ["1001002", "demo-origin"]);
    assert.equal((await gate.get("/plain/identity")).json.kind, "nobody");
  });

  test(`${name}: what a client says of itself does not arrive`, async () => {
    const forged = { "Edgegate-Subject": "root", edgegate_subject: "root", "EDGEGATE.SUBJECT": "root", "Edgegate-Jwt": "a.e30.c", "Edgegate-Proof": "guessed", "X-Forwarded-User": "root", Cookie: "edgegate-subject=root; edgegate_session=egs_forged" };
    const seen = forwarded(await gate.get("/plain/a", forged));
    assert.deepEqual([...seen.fields.keys()].filter((field) => field.startsWith("edgegate")).sort(), ["edgegate-proof", "edgegate-request-id", "edgegate-route"]);
    assert.notEqual(seen.fields.get("edgegate-proof"), "guessed");
    const who = (await gate.get("/plain/identity", forged)).json;
    assert.deepEqual([who.kind, who.subject, who.claims], ["nobody", null, {}]);
  });

  test(`${name}: a request that is refused calls nothing`, async () => {
    const before = await calls(gate);
    await refused(await gate.get("/me/a"), 401, "credential_missing");
    await refused(await gate.get("/files/a"), 403, "credential_missing");
    await refused(await gate.get("/no-such-route"), 404, "no_route");
    await refused(await gate.get("/check-password"), 404, "no_route");
    await refused(await gate.post("/check-password", "{}"), 404, "no_route");
    await refused(await gate.get("/me/a", { authorization: "Bearer egt_seal-1_forged" }), 401, "token_forged");
    await refused(await gate.get("/plain/..%2fme/a"), 400, "path_ambiguous");
    await refused(await gate.post("/files/a", "", {}), 405, "method_not_allowed");
    assert.equal(await calls(gate), before);
    forwarded(await gate.get("/plain/a"));
    assert.equal(await calls(gate), before + 1);
  });

  test(`${name}: a route can have another path and host`, async () => {
    assert.equal(forwarded(await gate.get("/elsewhere/a?b=c")).url, "http://inner.example.org/inner/a?b=c");
  });

  test(`${name}: a body arrives whole, with its length and without`, async () => {
    for (const length of [1, 1000, 100_000, 3_000_000]) {
      const body = Buffer.alloc(length, "edge");
      for (const headers of [{}, { "transfer-encoding": "chunked" }]) {
        const seen = forwarded(await gate.post("/plain/a", body, { "content-type": "application/octet-stream", ...headers }));
        assert.equal(seen.body_length, length);
        assert.equal(seen.body_sha256, createHash("sha256").update(body).digest("hex"));
      }
    }
  });

  test(`${name}: a link works once, by the Ledger that this Worker exports`, async () => {
    const once = link("/once/a", `n=${name}`);
    const answers = await Promise.all([1, 2, 3, 4].map(() => gate.get(once)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 403, 403, 403]);
    await refused(await gate.get(once), 403, "link_replayed");
  });

  // A router that has no answer says 404 by itself.
  for (const act of ["throw", "reject", "open", ...(["hono", "itty"].includes(name) ? [] : ["nothing"])]) {
    test(`${name}: an application that fails (${act}) is a 502 that tells nothing`, async () => {
      const answer = await gate.get(`/plain/${act}`);
      assert.ok(!answer.text.includes("a-secret-of-the-application") && !JSON.stringify(answer.rawHeaders).includes("a-secret"), answer.text);
      await refused(answer, 502, "origin_unavailable");
    });
  }
}

test("what no visitor can call is the application's own: an object's, a class's, and none of a router that answers to every name", async () => {
  for (const name of ["object", "class"]) {
    const worker = await gateway.miniflare.getWorker(name);
    const before = (await gateway[name].get("/plain/calls")).json.left;
    assert.equal((await worker.scheduled({ cron: "* * * * *" })).outcome, "ok");
    assert.equal((await gateway[name].get("/plain/calls")).json.left, before + 100);
  }
  const router = await gateway.miniflare.getWorker("itty");
  assert.notEqual((await router.scheduled({ cron: "* * * * *" })).outcome, "ok");
});

test("of a class its own and inherited methods are the Worker's, with env and context, and no static ones", async () => {
  const worker = await gateway.miniflare.getWorker("entrypoint");
  assert.equal((await worker.queue("orders", [])).outcome, "ok");
  const { handlers, seen } = (await gateway.entrypoint.get("/plain/a")).json;
  assert.deepEqual(handlers, ["email", "fetch", "queue"]);
  assert.deepEqual(seen, [["orders", "object", "function"]]);
});

theLogHoldsNoCredential(gateway);
