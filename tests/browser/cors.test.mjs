// What a browser lets a script of another origin do: what the policy grants, and nothing else.

import assert from "node:assert/strict";
import http from "node:http";
import { after, test } from "node:test";
import { demoPolicy, theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { startBrowser } from "./lib/browser.mjs";

/** A page of another origin. */
async function site() {
  const server = http.createServer((_, response) => response.setHeader("content-type", "text/html").end("<!doctype html><title>app</title>"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => (server.close(), server.closeAllConnections()) };
}

const [app, other] = await Promise.all([site(), site()]);
const route = (name, accept, cors) => `
[[routes]]
name = "${name}"
path = "/${name}/*"
methods = ["GET", "PUT"]
accept = ["${accept}"]
forward = { origin = "demo" }
cors = { origins = ["${app.url}"], ${cors} }`;
const { gateway, gate, address, visit, stop } = await startBrowser(
  demoPolicy(route("api", "bearer", 'headers = ["authorization"], expose = ["ETag"]'), route("own", "session", "credentials = true")),
);
after(() => (app.stop(), other.stop(), stop()));
const { access_token } = await gate.admin("token", { subject: "1001002" });
const { page } = await visit();

/** Fetches from a page of that site: what the script sees. */
async function from(place, path, init = {}) {
  await page.goto(place.url);
  return page.evaluate(
    async ([url, options]) => {
      try {
        const answer = await fetch(url, options);
        return { status: answer.status, etag: answer.headers.get("etag"), cache: answer.headers.get("vary"), body: await answer.json() };
      } catch (error) {
        return { failed: error.name };
      }
    },
    [address + path, init],
  );
}
const bearer = { authorization: `Bearer ${access_token}` };

test("a listed origin may send what is granted and reads the answer and the exposed headers", async () => {
  const read = await from(app, "/api/a?demo=etag", { headers: bearer });
  assert.deepEqual([read.status, read.etag, read.cache], [200, '"demo-etag-1"', null]);
  assert.equal((await from(app, "/api/a", { method: "PUT", headers: bearer, body: "x" })).body.method, "PUT");
  const refused = await from(app, "/api/a");
  assert.deepEqual([refused.status, refused.body.code], [401, "credential_missing"], "it may read why it was refused");
});

test("another origin may not, neither with a preflight nor without one", async () => {
  for (const init of [{ headers: bearer }, {}, { method: "PUT", headers: bearer }]) assert.deepEqual(await from(other, "/api/a", init), { failed: "TypeError" });
});

test("what is not granted fails at the preflight, and the origin is not asked", async () => {
  await gateway.gate.take();
  for (const init of [{ headers: { ...bearer, "x-other": "1" } }, { method: "DELETE", headers: bearer }]) assert.deepEqual(await from(app, "/api/a", init), { failed: "TypeError" });
  assert.deepEqual((await gateway.gate.take()).forwarded, []);
});

test("cookies are sent only where the policy says so, and to a listed origin only", async () => {
  const { url } = await gate.admin("nonce", { subject: "1001002", route: "account" });
  await page.goto(url); // a session; the sites differ in their port only, so the cookie is of the same site
  assert.equal((await from(app, "/own/a", { credentials: "include" })).status, 200);
  assert.equal((await from(app, "/own/a", { credentials: "omit" })).status, 401);
  assert.deepEqual(await from(app, "/api/a", { credentials: "include", headers: bearer }), { failed: "TypeError" });
  assert.deepEqual(await from(other, "/own/a", { credentials: "include" }), { failed: "TypeError" });
});

test("a route without cors is closed to every script of another origin", async () => {
  for (const place of [app, other]) assert.deepEqual(await from(place, "/me/a", { headers: bearer }), { failed: "TypeError" });
});

theLogHoldsNoCredential(gateway);
