// Cross-origin requests: off by default; where a route lists origins, the gateway answers preflights and the origin
// is never asked.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";

const policy = demoPolicy(`
[[routes]]
name = "api"
path = "/api/*"
methods = ["GET", "PUT"]
accept = ["bearer"]
forward = { origin = "demo" }
cors = { origins = ["https://app.example.org", "https://*.example.net"], credentials = true, headers = ["Authorization", "X-Thing"], expose = ["ETag"], max_age = "10m" }
[[routes]]
name = "plain"
path = "/plain/*"
methods = ["GET", "OPTIONS"]
accept = ["none"]
forward = { origin = "demo" }
cors = { origins = ["https://app.example.org"] }
[[routes]]
name = "theirs"
path = "/theirs/*"
methods = ["GET", "OPTIONS"]
accept = ["none"]
forward = { origin = "demo" }`);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => gateway.stop());

const app = "https://app.example.org";
const bearer = { authorization: `Bearer ${(await gate.admin("token", { subject: "1001002" })).access_token}` };
const preflight = (path, origin, method = "GET", headers) =>
  gate.request("OPTIONS", path, { headers: { origin, "access-control-request-method": method, "access-control-request-headers": headers } });
const cors = (answer) => Object.fromEntries(answer.rawHeaders.flatMap((name, at) => (at % 2 === 0 && /^access-control-/i.test(name) ? [[name.toLowerCase().slice(15), answer.rawHeaders[at + 1]]] : [])));
const vary = (answer) => (answer.header("vary") ?? "").split(/, */);

test("a preflight is answered by the gateway, without a credential, and never forwarded", async () => {
  await gate.take();
  const answer = await preflight("/api/a", app, "PUT", "x-thing, authorization");
  status(answer, 204);
  assert.equal(answer.body.length, 0);
  assert.deepEqual(cors(answer), { "allow-origin": app, "allow-methods": "GET, PUT", "allow-headers": "authorization, x-thing", "allow-credentials": "true", "max-age": "600" });
  assert.ok(vary(answer).includes("Origin"));
  for (const origin of ["https://a.example.net", "https://b.a.example.net"]) assert.equal(cors(await preflight("/api/a", origin))["allow-origin"], origin);
  const plain = await preflight("/plain/a", app);
  assert.deepEqual(cors(plain), { "allow-origin": app, "allow-methods": "GET, OPTIONS", "max-age": "600" });
  assert.deepEqual((await gate.take()).forwarded, []);
});

test("what is not granted is refused, without a CORS header, and not forwarded either", async () => {
  await gate.take();
  const denied = [
    ["/api/a", "https://evil.example"], ["/api/a", "http://app.example.org"], ["/api/a", "https://app.example.org:8443"], ["/api/a", "https://app.example.org.evil.example"],
    ["/api/a", "https://example.net"], ["/api/a", "https://evilexample.net"], ["/api/a", "null"], ["/api/a", "https://APP.example.org@evil.example"],
    ["/api/a", app, "DELETE"], ["/api/a", app, "get"], ["/api/a", app, "GET", "x-other"], ["/api/a", app, "GET", "x-thing, x-other"], ["/plain/a", app, "GET", "authorization"],
  ];
  for (const [path, origin, method, headers] of denied) {
    const answer = await preflight(path, origin, method, headers);
    await refused(answer, 403, "preflight_denied");
    assert.deepEqual(cors(answer), {}, `${origin} ${method} ${headers}`);
    assert.ok(vary(answer).includes("Origin"));
  }
  assert.deepEqual((await gate.take()).forwarded, []);
});

test("an actual request of a listed origin gets its headers, refusals included; Vary says so to every caller", async () => {
  const granted = { "allow-origin": app, "allow-credentials": "true", "expose-headers": "etag" };
  const answer = await gate.get("/api/a", { ...bearer, origin: app });
  forwarded(answer);
  assert.deepEqual(cors(answer), granted);
  const without = await gate.get("/api/a", { origin: app });
  await refused(without, 401, "credential_missing");
  assert.deepEqual(cors(without), granted);
  for (const one of [answer, without, await gate.get("/api/a", bearer), await gate.get("/api/a")]) assert.ok(vary(one).includes("Origin"), one.header("vary"));
  assert.ok(vary(answer).includes("Accept"), "the origin's own Vary stays");
});

test("an origin that is not listed gets none, credentials least of all", async () => {
  for (const origin of ["https://evil.example", "null", "https://app.example.org/"]) {
    const answer = await gate.get("/api/a", { ...bearer, origin });
    forwarded(answer); // the browser keeps it from the script
    assert.deepEqual(cors(answer), {});
    assert.deepEqual(cors(await gate.get("/api/a", { origin })), {});
  }
});

test("no answer ever allows every origin", async () => {
  for (const origin of [app, "https://evil.example", "*", undefined]) {
    for (const path of ["/api/a", "/plain/a", "/me/a", "/", "/.edgegate/health", "/.edgegate/jwks.json"]) {
      assert.notEqual(cors(await gate.get(path, { origin, ...bearer }))["allow-origin"], "*", path);
    }
  }
});

test("without cors in the policy there is no preflight and no header", async () => {
  const answer = await preflight("/me/a", app);
  await refused(answer, 405, "method_not_allowed");
  assert.equal(answer.header("allow"), "GET, HEAD, POST, PUT, PATCH, DELETE");
  assert.deepEqual(cors(answer), {});
  assert.deepEqual(cors(await gate.get("/me/a", { ...bearer, origin: app })), {});
  const listed = await preflight("/theirs/a", app);
  await refused(listed, 403, "preflight_denied");
  assert.deepEqual(cors(listed), {}, "a preflight is never forwarded, even where OPTIONS is");
});

test("an OPTIONS that is no preflight is checked like any request", async () => {
  await refused(await gate.request("OPTIONS", "/api/a", { headers: { origin: app } }), 405, "method_not_allowed");
  assert.equal(forwarded(await gate.request("OPTIONS", "/plain/a")).method, "OPTIONS");
});

theLogHoldsNoCredential(gateway);
