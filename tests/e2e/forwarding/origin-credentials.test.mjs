// What an origin is shown, at the origin itself: secrets with every request and with the gateway's own calls, and a client's
// Authorization only where the route passes it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, test } from "node:test";
import { refused, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { startOrigin } from "../lib/origin.mjs";
import { link } from "../lib/sign.mjs";

const KEY = "kept-0123456789abcdef";
const LOGIN = "gate:pass:word of the origin";
const basic = (pair) => `Basic ${Buffer.from(pair).toString("base64")}`;

/** A closed origin, which also checks passwords. */
const closed = await startOrigin((request, response, body) => {
  const isGateway = request.headers["x-origin-key"] === KEY && request.headers.authorization === basic(LOGIN);
  response.statusCode = isGateway ? 200 : 403;
  response.setHeader("content-type", "application/json");
  const isCheck = request.url === "/check-password" && JSON.parse(body).password === "right";
  response.end(JSON.stringify(isCheck ? { subject: "1001002" } : { url: request.url }));
});
/** An origin with users of its own: Basic and Digest, and NTLM offered beside them. */
const own = await startOrigin((request, response) => {
  const { authorization } = request.headers;
  const isUser = authorization === basic("jo:secret") || authorization?.startsWith('Digest username="jo"');
  response.statusCode = isUser ? 200 : 401;
  if (!isUser) response.setHeader("www-authenticate", 'NTLM, Basic realm="wiki", Digest realm="wiki", nonce="a, b"');
  response.setHeader("access-control-allow-origin", "https://app.example.org");
  response.end(isUser ? "welcome" : "who?");
});

const routes = `
[origins.closed]
url = "${closed.url}"
set_secret = { X-Origin-Key = "ORIGIN_KEY" }
authorization = { basic = "ORIGIN_LOGIN" }
[origins.own]
url = "${own.url}"
[[routes]]
name = "closed"
path = "/closed/*"
methods = ["GET", "POST"]
accept = ["none"]
forward = { origin = "closed" }
[[routes]]
name = "closed-once"
path = "/closed-once/*"
accept = ["link:once"]
forward = { origin = "closed" }
[[routes]]
name = "closed-me"
path = "/closed-me/*"
accept = ["bearer"]
forward = { origin = "closed", set_secret = { X-Route-Key = "ROUTE_KEY" } }
[[routes]]
name = "wiki"
path = "/wiki/*"
accept = ["none"]
forward = { origin = "own", authorization = "pass" }
[[routes]]
name = "wiki-without"
path = "/wiki-without/*"
accept = ["none"]
forward = { origin = "own" }`;
const policy = demoPolicy(['[sign_in]\norigin = "demo"', '[sign_in]\norigin = "closed"'], routes);
const values = { ORIGIN_KEY: KEY, ORIGIN_LOGIN: LOGIN, ROUTE_KEY: "route-0123456789abcdef" };
const gateway = await startGateway({
  gate: { policy, secrets: values },
  bare: { policy, secrets: { ...values, ORIGIN_KEY: undefined }, sharing: "gate" },
  split: { policy, secrets: { ...values, ORIGIN_KEY: "a\r\nx-forged: 1" } },
});
const { gate, bare, split } = gateway;
for (const value of [...Object.values(values), basic(LOGIN)]) gateway.seen.add(value);
after(async () => {
  await gateway.stop();
  closed.stop();
  own.stop();
});
const bearer = { authorization: `Bearer ${(await gate.admin("token", { subject: "1001002" })).access_token}` };

test("a closed origin answers the gateway, on every route, and nobody else", async () => {
  const direct = await fetch(`${closed.url}/closed/a`);
  assert.equal(direct.status, 403);
  closed.take();
  status(await gate.get("/closed/a", { "x-origin-key": "forged", authorization: basic("jo:x") }), 200);
  status(await gate.post("/closed/b", "a=1", { "content-type": "application/x-www-form-urlencoded", x_origin_key: "forged" }), 200);
  status(await gate.get("/closed-me/c", bearer), 200);
  const seen = closed.take();
  for (const { fields } of seen) {
    assert.deepEqual([fields["x-origin-key"], fields.authorization], [KEY, basic(LOGIN)]);
    assert.equal(fields.x_origin_key, undefined);
  }
  assert.deepEqual(seen.map(({ fields }) => fields["x-route-key"]), [undefined, undefined, values.ROUTE_KEY]);
});

test("the gateway's own call to a closed origin shows the same", async () => {
  closed.take();
  const answer = await gate.post("/.edgegate/sign-in", "account=jo&password=right", { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" });
  status(answer, 303);
  const [{ url, fields }] = closed.take();
  assert.deepEqual([url, fields["x-origin-key"], fields.authorization], ["/check-password", KEY, basic(LOGIN)]);
  assert.ok(fields["edgegate-assertion"]);
});

test("without the secret, or with one that cannot be sent, it is 503, nothing is sent and a link still works once", async () => {
  closed.take();
  const once = link("/closed-once/a", "n=1");
  await refused(await bare.get(once), 503, "secret_missing");
  await refused(await bare.get("/closed/a"), 503, "secret_missing");
  await refused(await split.get("/closed/a"), 503, "secret_malformed");
  const signIn = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" };
  await refused(await bare.post("/.edgegate/sign-in", "account=jo&password=right", signIn), 503, "secret_missing");
  assert.deepEqual(closed.take(), []);
  status(await gate.get(once), 200);
  await refused(await gate.get(once), 403, "link_replayed");
});

test("the origin's own sign-in works where Authorization is passed, and the answer is private", async () => {
  const asked = await gate.get("/wiki/a");
  status(asked, 401);
  assert.equal(asked.header("www-authenticate"), 'Basic realm="wiki", Digest realm="wiki", nonce="a, b"');
  for (const authorization of [basic("jo:secret"), `Digest username="jo", realm="wiki", response="${createHash("md5").update("x").digest("hex")}"`]) {
    const answer = await gate.get("/wiki/a", { authorization, origin: "https://app.example.org" });
    status(answer, 200);
    assert.equal(answer.header("cache-control"), "private");
    assert.equal(answer.header("access-control-allow-origin"), "https://app.example.org", "the origin's own CORS stays");
    status(await gate.get("/wiki-without/a", { authorization }), 401);
  }
  assert.equal((await gate.get("/wiki/a")).header("cache-control"), undefined);
});

test("no connection, and nothing of the gateway's own, reaches it", async () => {
  own.take();
  const fields = ["Negotiate YII=", "NTLM TlRMTVNTUAABAAAA", `${basic("jo:secret")}, NTLM TlRM`, bearer.authorization, basic(`jo:${bearer.authorization.slice(7)}`)];
  for (const authorization of fields) status(await gate.get("/wiki/a", { authorization }), 401);
  assert.deepEqual(own.take().map((request) => request.fields.authorization), fields.map(() => undefined));
});

theLogHoldsNoCredential(gateway);
