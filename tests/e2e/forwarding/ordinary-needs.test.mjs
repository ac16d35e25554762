// What ordinary sites need of a route: preflights of their own, paths that are read in several ways, and days on which they are
// closed. Over workerd's own socket, with an origin at an address.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { startOrigin } from "../lib/origin.mjs";

const origin = await startOrigin((request, response) => {
  response.setHeader("access-control-allow-origin", "https://app.example");
  response.setHeader("access-control-allow-methods", "PATCH");
  response.setHeader("cache-control", "public, max-age=60");
  response.writeHead(request.method === "OPTIONS" ? 204 : 200).end(request.method === "OPTIONS" ? undefined : request.url);
});
const route = (name, more) => `[[routes]]\nname = "${name}"\npath = "/${name}/*"\nforward = { origin = "web" }\n${more}`;
const policy = demoPolicy(
  `[origins.web]\nurl = "${origin.url}"`,
  '[maintenance]\nretry_after = "10m"\npass_header = "X-Look"\npass_secret = "LOOK_KEY"',
  route("own-cors", 'accept = ["none"]\ncors = "origin"'),
  route("no-cors", 'accept = ["none"]'),
  route("packages", 'accept = ["none"]\npaths = { encoded_slash = true, double_slash = true, needless_escapes = true }'),
  route("closed", 'accept = ["none"]\nmaintenance = true'),
);
const LOOK = "look-key-0123456789abcdef";
const gateway = await startGateway({ gate: { policy, secrets: { LOOK_KEY: LOOK } } });
const { gate } = gateway;
after(() => (origin.stop(), gateway.stop()));

const preflight = { origin: "https://app.example", "access-control-request-method": "PATCH" };

test("with cors = \"origin\" the origin answers preflights, and says who may read its answers", async () => {
  const answer = await gate.request("OPTIONS", "/own-cors/a", { headers: preflight });
  assert.deepEqual([answer.status, answer.header("access-control-allow-origin"), answer.header("access-control-allow-methods")], [204, "https://app.example", "PATCH"]);
  assert.deepEqual(origin.take().map(({ method, url }) => [method, url]), [["OPTIONS", "/own-cors/a"]]);
  assert.equal((await gate.get("/own-cors/a", { origin: "https://app.example" })).header("access-control-allow-origin"), "https://app.example");
  origin.take();
  await refused(await gate.request("OPTIONS", "/own-cors/a", { headers: { origin: "https://app.example" } }), 405, "method_not_allowed");
  await refused(await gate.request("OPTIONS", "/own-cors/a", { headers: preflight, body: "x" }), 405, "method_not_allowed");
  assert.notEqual((await gate.request("OPTIONS", "/no-cors/a", { headers: preflight })).status, 204);
  assert.deepEqual(origin.take(), []);
});

test("what a route allows in a path arrives byte for byte; what would lead elsewhere is refused", async () => {
  for (const path of ["/packages/@scope%2fname", "/packages/group%2Fproject/tree", "/packages/https://example.org/a.png", "/packages/a%2Db%41", "/packages/a%20b"]) {
    const answer = await gate.get(`${path}?q=%2F`);
    assert.deepEqual([answer.status, answer.text], [200, `${path}?q=%2F`]);
  }
  origin.take();
  for (const path of ["/packages/..%2fadmin", "/packages/%2e%2e/a", "/packages/a%5Cb", "/packages/a%00b", "/packages/a%252Fb", "//packages/a", "/packages%2Fa", "/no-cors/a%2Fb", "/no-cors/a//b", "/no-cors/%61"]) {
    await refused(await gate.get(path), 400, "path_ambiguous");
  }
  assert.deepEqual(origin.take(), []);
});

test("a closed route is 503 with Retry-After, a page for browsers; the operator's header passes and reaches no origin", async () => {
  const closed = await gate.get("/closed/a");
  await refused(closed, 503, "maintenance");
  assert.equal(closed.header("retry-after"), "600");
  const page = await gate.get("/closed/a", { accept: "text/html" });
  assert.match(page.header("content-type"), /^text\/html/);
  await refused(await gate.get("/closed/a", { "x-look": `${LOOK}x` }), 503, "maintenance");
  assert.deepEqual(origin.take(), []);
  const look = await gate.get("/closed/a", { "x-look": LOOK });
  assert.deepEqual([look.status, look.header("cache-control")], [200, "private, max-age=60"]);
  const [{ fields }] = origin.take();
  assert.ok(!("x-look" in fields));
  assert.equal((await gate.get("/no-cors/a", { "x-look": LOOK })).header("cache-control"), "public, max-age=60");
});

theLogHoldsNoCredential(gateway);
