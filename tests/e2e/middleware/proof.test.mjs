// What `identityOf` believes: the request that the gateway made, and its copies until it is answered. A proof that was shown to
// somebody else says nothing of other requests, and nothing of what is written beside it.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { inProcess } from "../lib/applications.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { ownWorker, prebuilt } from "../../../scripts/lib/own-worker.mjs";

const policy = inProcess(demoPolicy(), `
[[routes]]
name = "plain"
path = "/plain/*"
accept = ["none"]
forward = { origin = "demo" }`);
// Bundled apart, as frameworks are. `/around/` is a place that the gateway does not guard.
const app = await prebuilt(`
import { identityOf } from "edgegate/identity";
const named = (headers) => ({ headers: new Headers(headers) });
let kept;
export default { async fetch(request) {
  const proof = request.headers.get("edgegate-proof");
  const act = new URL(request.url).pathname.split("/").at(-1);
  if (act === "around") return Response.json(identityOf(request));
  if (act === "proof") return Response.json({ proof, who: identityOf(request) });
  if (act === "beside") {
    const changed = new Request(request);
    changed.headers.set("edgegate-subject", "root");
    const none = new Request(request);
    none.headers.delete("edgegate-proof");
    return Response.json([identityOf(named({ "edgegate-proof": proof, "edgegate-subject": "root", "edgegate-route": "admin" })), identityOf(changed), identityOf(none), identityOf(named(request.headers))]);
  }
  if (act === "keep") {
    kept = { request, copy: named(request.headers) };
    return new Response("kept");
  }
  return Response.json([identityOf(kept.request), identityOf(kept.copy), identityOf(request)]);
} };`);
const source = `
import { edgegate, Ledger } from "edgegate";
import app from "./app.js";
const guarded = edgegate(app);
export { Ledger };
export default { fetch: (request, env, context) => (request.url.includes("/around") ? app : guarded).fetch(request, env, context) };`;
const gateway = await startGateway({ gate: { folder: await ownWorker(source, { policy, files: { "app.js": app } }) } });
const { gate } = gateway;
after(() => gateway.stop());
const bearer = async (subject = "1001002") => ({ authorization: `Bearer ${(await gate.admin("token", { subject })).access_token}` });

test("a proof that a client was shown opens nothing where the gateway was not asked", async () => {
  const { proof, who } = (await gate.get("/me/proof", await bearer())).json;
  assert.deepEqual([who.subject, proof.length], ["1001002", 36]);
  for (const subject of ["root", "1001002"]) {
    assert.equal((await gate.get("/around", { "edgegate-proof": proof, "edgegate-subject": subject, "edgegate-route": "me" })).json, null);
  }
  assert.notEqual((await gate.get("/me/proof", await bearer())).json.proof, proof);
});

test("nobody becomes somebody else by what is written beside a proof", async () => {
  const [forged, changed, without, copy] = (await gate.get("/me/beside", await bearer())).json;
  assert.deepEqual([copy.subject, copy.route], ["1001002", "me"]);
  assert.deepEqual([forged, changed, without], [copy, copy, null]);
  const [nobody] = (await gate.get("/plain/beside")).json;
  assert.deepEqual([nobody.kind, nobody.subject, nobody.route], ["nobody", null, "plain"]);
});

test("a copy is known until the answer is there, the request itself for as long as the application keeps it", async () => {
  await gate.get("/me/keep", await bearer("1001003"));
  const [request, copy, current] = (await gate.get("/me/kept", await bearer())).json;
  assert.deepEqual([request.subject, copy, current.subject], ["1001003", null, "1001002"]);
});

theLogHoldsNoCredential(gateway);
