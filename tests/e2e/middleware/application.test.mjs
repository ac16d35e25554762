// What an application in the same Worker can do behind the gateway, as one in a Worker of its own: read a body while it comes,
// stream, switch to a WebSocket, work on after its answer, sign people in. And what ends when a client leaves or the wasm traps.

import assert from "node:assert/strict";
import http from "node:http";
import net from "node:net";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { applications, inProcess, site } from "../lib/applications.mjs";
import { cutOff } from "../lib/cut.mjs";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, root, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { signIn } from "../lib/oauth.mjs";
import { byWrangler, ownWorker, prebuilt } from "../../../scripts/lib/own-worker.mjs";
import { link } from "../lib/sign.mjs";

const policy = inProcess(demoPolicy(["[bearer]\n", '[bearer]\ncache = "0s"\n']), `
[[routes]]
name = "plain"
path = "/plain/*"
methods = ["GET", "HEAD", "POST"]
accept = ["none"]
forward = { origin = "demo" }

[origins.quick]
handler = true
timeout = "1s"
[[routes]]
name = "quick"
path = "/quick/*"
accept = ["none"]
forward = { origin = "quick" }`);
// It can make the wasm trap, from outside of the gateway.
const trapping = `
import { arm } from "./instances.js";
${applications.object.replace("export default edgegate(", "const gate = edgegate(")}
export default {
  fetch: async (request, env, context) => (request.url.endsWith("/__e2e/trap") ? new Response(arm(await request.text())) : gate.fetch(request, env, context)),
};`;
const files = { "site.js": site, "instances.js": readFileSync(path.join(root, "tests/e2e/lib/instances.js"), "utf8") };
const framework = await prebuilt(`
import { identityOf } from "edgegate/identity";
export default { fetch: (request) => Response.json([identityOf(request), identityOf(new Request(request)), identityOf({ headers: new Headers([...request.headers]) }), identityOf(new Request("https://x.example", { headers: { "edgegate-subject": "root" } }))]) };`);
const unguarded = `
import { edgegate, Ledger } from "edgegate";
import framework from "./framework.js";
const guarded = edgegate(framework);
export { Ledger };
export default { fetch: (request, env, context) => (request.url.includes("/around/") ? framework : guarded).fetch(request, env, context) };`;
const gateway = await startGateway({
  framework: { folder: await ownWorker(unguarded, { policy, files: { "framework.js": framework } }) },
  own: { folder: await ownWorker(applications.object, { policy, files }) },
  hono: { folder: byWrangler(applications.hono, { policy, files }) },
  trapping: { folder: await ownWorker(trapping, { policy, files }) },
});
const { own, trapping: trapped } = gateway;
after(() => gateway.stop());
const bearer = async (gate) => ({ authorization: `Bearer ${(await gate.admin("token", { subject: "1001002" })).access_token}` });

for (const name of ["own", "hono"]) {
  const gate = gateway[name];

  test(`${name}: a body is read while it is still being sent`, async () => {
    const answer = await new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port: gate.port, method: "POST", path: "/plain/first", headers: { host: "127.0.0.1:8787", "content-length": 10_000_000 } };
      const request = http.request(options, (response) => response.on("data", (data) => (resolve(JSON.parse(data)), request.destroy())));
      request.on("error", reject);
      request.write(Buffer.alloc(1000)); // and no more
    });
    assert.equal(answer.first, 1000);
  });

  test(`${name}: a WebSocket goes through a guarded route, and none without a credential`, async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${gate.port}/me/socket`, { headers: { host: "127.0.0.1:8787", ...(await bearer(gate)) } });
    const echoed = await new Promise((resolve, reject) => {
      socket.onopen = () => socket.send("é".repeat(5000));
      socket.onmessage = ({ data }) => resolve(data);
      socket.onerror = () => reject(new Error("no upgrade"));
    });
    assert.equal(echoed, "é".repeat(5000));
    socket.close();
    const upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    await refused(await gate.raw(`GET /me/socket HTTP/1.1\r\nHost: 127.0.0.1:8787\r\n${upgrade}\r\n`), 401, "credential_missing");
  });

  test(`${name}: an answer streams, and ends where its client leaves`, async () => {
    const before = (await gate.get("/plain/calls")).json.left;
    await new Promise((resolve, reject) => {
      const request = http.get({ host: "127.0.0.1", port: gate.port, path: "/plain/endless", headers: { host: "127.0.0.1:8787" } }, (response) => response.once("data", (data) => (assert.match(`${data}`, /tick/), request.destroy(), resolve())));
      request.on("error", reject);
    });
    for (let tries = 0; (await gate.get("/plain/calls")).json.left === before; tries++) {
      assert.ok(tries < 100, "the stream goes on");
      await sleep(20);
    }
  });

  test(`${name}: what a client began is ended and logged, though it left while the application worked`, async () => {
    const before = (await gate.get("/plain/calls")).json.left;
    const lines = gateway.logs.length;
    const LEAVING = 20;
    for (let i = 0; i < LEAVING; i++) {
      const socket = net.connect(gate.port, "127.0.0.1", () => socket.write("GET /plain/slow HTTP/1.1\r\nHost: 127.0.0.1:8787\r\n\r\n", () => setTimeout(() => cutOff(socket), 100)));
      socket.on("error", () => {});
    }
    await sleep(1000);
    assert.equal((await gate.get("/plain/calls")).json.left, before + LEAVING);
    const told = gateway.logs.slice(lines).filter((line) => line.includes('"route":"plain"') && Number(/"origin_ms":(\d+)/.exec(line)?.[1]) >= 300);
    assert.equal(told.length, LEAVING, gateway.logs.slice(lines).join("\n"));
  });

  test(`${name}: an application that takes too long is a 504`, async () => {
    await refused(await gate.get("/quick/never"), 504, "origin_timeout");
    assert.equal((await gate.get("/quick/slow")).text, "late");
  });

  test(`${name}: it works on after its answer`, async () => {
    const before = (await gate.get("/plain/calls")).json.left;
    assert.equal((await gate.get("/plain/later")).text, "soon");
    await sleep(200);
    assert.equal((await gate.get("/plain/calls")).json.left, before + 1);
  });

  test(`${name}: what a credential opened is kept by no cache`, async () => {
    const open = await gate.get("/plain/mapped");
    assert.deepEqual([open.status, open.header("location"), open.header("cache-control")], [302, "http://127.0.0.1:8787/plain/there", "public, max-age=60"]);
    const guarded = await gate.get("/me/mapped", await bearer(gate));
    assert.match(guarded.header("cache-control"), /private/);
    assert.deepEqual(guarded.cookies, ["a=1; Path=/"]);
  });

  test(`${name}: it cannot have a request passed on that no gateway looked at`, async () => {
    assert.equal((await gate.get("/plain/pass")).text, "nothing happens");
  });

  test(`${name}: an answer that is sent to many keeps nothing of what one of them got`, async () => {
    const first = await gate.get("/me/same", await bearer(gate));
    assert.deepEqual([first.status, first.header("x-own"), first.header("cache-control")], [204, "1", "private"]);
    assert.equal((await gate.get("/plain/same")).header("cache-control"), undefined);
  });

  test(`${name}: an answer that the application fetched is private too`, async () => {
    assert.equal((await gate.get("/me/fetched", await bearer(gate))).header("cache-control"), "private");
    assert.equal((await gate.get("/plain/fetched")).echo.url, "https://elsewhere.example/fetched");
  });

  test(`${name}: it can ask its caches for the request, as frameworks do, on guarded routes too`, async () => {
    assert.deepEqual((await gate.get("/plain/kept")).json, { kept: false });
    const guarded = await gate.get("/me/kept", await bearer(gate));
    assert.equal(guarded.status, 200, guarded.text);
    assert.deepEqual(guarded.json, { kept: false });
  });

  test(`${name}: tags are expanded in a page, and one that the application compressed itself stays whole`, async () => {
    const html = { accept: "text/html", "accept-encoding": "gzip" };
    const page = await gate.get("/site/PageServer?pagename=form", html);
    assert.match(page.text, /<input value="[\w.-]+" name="auth"/);
    const zipped = await gate.get("/site/PageServer?pagename=tags&encoding=gzip", html);
    assert.equal(zipped.header("content-encoding"), "gzip");
    assert.match(gunzipSync(zipped.body).toString(), /\[\[S86:true\]\]/);
    const seen = forwarded(await gate.get("/site/PageServer?pagename=form&demo=echo", { ...html, accept: "application/json" }));
    assert.equal(seen.fields.get("accept-encoding"), undefined);
    assert.equal(forwarded(await gate.get("/plain/a", { "accept-encoding": "gzip" })).fields.get("accept-encoding"), "gzip");
  });

  test(`${name}: what a credential opened lies in no cache of the runtime, and what is open may`, async () => {
    const asked = async (path, headers) => {
      const { status, text } = await gate.get(path, headers);
      assert.equal(status, 200, text);
      await sleep(100); // it is put there after the answer
      return text;
    };
    assert.equal(await asked("/plain/cached"), await asked("/plain/cached"));
    const headers = await bearer(gate);
    const first = await asked("/me/cached", headers);
    assert.match(first, /^[0-9a-f]{32}$/);
    assert.notEqual(await asked("/me/cached", headers), first);
  });

  test(`${name}: what is fetched with the request of a guarded route, or a copy, is fetched with no-store`, async () => {
    assert.deepEqual((await gate.get("/me/mode", await bearer(gate))).json, Array(4).fill("no-store"));
    assert.deepEqual((await gate.get("/plain/mode")).json, Array(4).fill(null));
  });

  test(`${name}: the gateway asks the application for a password, at an address that no visitor reaches`, async () => {
    const cookie = await signIn(gate);
    const who = (await gate.get("/account/identity", { cookie })).json;
    assert.deepEqual([who.kind, who.subject, who.route], ["person", "1001002", "account"]);
    assert.equal(forwarded(await gate.get("/account/a", { cookie: `${cookie}; own=1` })).fields.get("cookie"), "own=1");
    const wrong = await gate.form("/.edgegate/sign-in", "account=jo&password=not-this-password&next=%2Faccount%2F", { accept: "text/html", "sec-fetch-site": "same-origin" });
    assert.deepEqual([wrong.status, wrong.cookies.length], [401, 0]);
    await refused(await gate.post("/check-password", '{"account":"jo","password":"demo-pass-0001"}'), 404, "no_route");
  });
}

test("a part that was bundled apart finds who it is, and nobody where the gateway was not asked", async () => {
  const [who, copied, fields, forged] = (await gateway.framework.get("/me/a", await bearer(gateway.framework))).json;
  assert.equal(who.subject, "1001002");
  assert.deepEqual([copied, fields, forged], [who, who, null]);
  const around = (await gateway.framework.get("/around/a", { "edgegate-subject": "root", "edgegate-proof": "guessed" })).json;
  assert.deepEqual(around, [null, null, null, null]);
});

let links = 0;
const once = () => link("/once/a", `n=${++links}`);
const token = await bearer(trapped);
/** The status, or "none" where nothing came. */
const outcome = (sent) => Promise.race([sent.then(({ status }) => status, () => "none"), sleep(5000, "none", { ref: false })]);
const victims = { request: () => trapped.get("/me/a"), kv: () => trapped.get("/me/a", token), ledger: () => trapped.get(once()) };

for (const [place, victim] of Object.entries(victims)) {
  test(`after a trap at "${place}" the next request has a new instance, the same policy and the same application`, async () => {
    const used = once();
    forwarded(await trapped.get(used));
    const before = (await trapped.get("/plain/calls")).json.calls;
    await trapped.trap(place);
    assert.notEqual(await outcome(victim()), 200);
    assert.equal((await trapped.get("/plain/calls")).json.calls, before);
    await refused(await trapped.get("/me/a"), 401, "credential_missing");
    assert.equal(forwarded(await trapped.get(link("/files/a"))).fields.get("edgegate-route"), "files");
    await refused(await trapped.get(used), 403, "link_replayed");
  });
}

theLogHoldsNoCredential(gateway);
