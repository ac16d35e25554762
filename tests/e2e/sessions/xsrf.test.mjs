// What shows that a request which a browser opens by itself is not another site's: a choice of each route.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { cookieOf, signIn } from "../lib/schemes.mjs";

const route = (name, accept, more = "") => `
[[routes]]
name = "${name}"
path = "/${name}/*"
methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]
accept = ${JSON.stringify(accept)}
${more}
forward = { origin = "demo" }`;
const cors = 'cors = { origins = ["https://app.example"], credentials = true, headers = ["x-xsrf-token"] }';
const policy = demoPolicy(
  route("usual", ["session"]), route("token", ["session"], 'xsrf = "token"'), route("always", ["session"], 'xsrf = "always"'),
  route("off", ["session"], 'xsrf = "off"'), route("shared", ["session"], `xsrf = "token"\n${cors}`), route("password", ["basic"]),
  route("pair", ["token-pair"]), route("bearer-or", ["bearer", "session"], 'xsrf = "always"\nbearer = { form = true }'),
);
const plain = demoPolicy(
  ['accept = ["superoffice-onsite"]', 'accept = ["bearer"]'], ['accept = ["superoffice-online"]', 'accept = ["bearer"]'],
  ['xsrf = "token"\ntags = ["html"]\n', ""], ["pages = true", "pages = false"], ["[basic]\n", ""],
);
const gateway = await startGateway({ gate: { policy }, plain: { policy: plain } });
const { gate } = gateway;
after(() => gateway.stop());

const own = "http://127.0.0.1:8787";
const jo = await signIn(gate);
const send = (method, name, headers = {}, body) => gate.request(method, `/${name}/a`, { headers: { cookie: jo.cookies, ...headers }, body });
const token = { "x-xsrf-token": jo.xsrf };

/** Who could have made the browser send it, and whether that is the site itself. */
const FROM = [
  [{}, true],
  [{ "sec-fetch-site": "same-origin", origin: own }, true],
  [{ "sec-fetch-site": "none" }, true],
  [{ origin: own }, true],
  [{ "sec-fetch-site": "same-site", origin: "http://127.0.0.1:9999" }, false],
  [{ "sec-fetch-site": "cross-site", origin: "https://evil.example" }, false],
  [{ "sec-fetch-site": "cross-site" }, false],
  [{ origin: "https://evil.example" }, false],
  [{ origin: "null" }, false],
  [{ origin: `${own}.evil.example` }, false],
  [{ "sec-fetch-site": "same-origin, cross-site" }, false],
];

test("usual: another site reads nothing it could not read anyway, and changes nothing", async () => {
  for (const [from, isOwn] of FROM) {
    forwarded(await send("GET", "usual", from));
    for (const method of ["POST", "PUT", "DELETE"]) {
      const answer = await send(method, "usual", from);
      if (isOwn) forwarded(answer);
      else await refused(answer, 403, "cross_site");
    }
  }
});

test("usual: nor does it open a WebSocket", async () => {
  const upgrade = (origin) => send("GET", "usual", { upgrade: "websocket", connection: "Upgrade", origin });
  await refused(await upgrade("https://evil.example"), 403, "cross_site");
  forwarded(await upgrade(own)); // the echo answers as to any other request
});

test("off: a policy that says so gets what the browser sends", async () => {
  for (const [from] of FROM) forwarded(await send("POST", "off", from));
});

test("a password and a token pair, which browsers remember, are checked alike", async () => {
  const basic = (text) => ({ cookie: undefined, authorization: `Basic ${Buffer.from(text).toString("base64")}` });
  const known = { password: basic("sam:staple battery horse correct"), pair: basic("3be98641f0745b6fe7dacc2df947adbc1da7312d:4c4d598a5d940f08fdb435b69af986c70f2206dd") };
  for (const [name, credential] of Object.entries(known)) {
    for (const [from, isOwn] of FROM) {
      const answer = await send("POST", name, { ...credential, ...from });
      if (isOwn) forwarded(answer);
      else await refused(answer, 403, "cross_site");
    }
  }
});

test("token: what changes something shows it, in the header or a form", async () => {
  forwarded(await send("GET", "token"));
  for (const method of ["POST", "PUT", "DELETE"]) {
    await refused(await send(method, "token"), 401, "bound_token_missing");
    forwarded(await send(method, "token", token));
    await refused(await send(method, "token", { "x-xsrf-token": "abc1234" }), 401, "bound_token_mismatch");
    await refused(await send(method, "token", { "x-xsrf-token": [jo.xsrf, jo.xsrf] }), 401, "bound_token_mismatch");
  }
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const echo = forwarded(await send("POST", "token", form, `a=%20b&XSRF_TOKEN=${jo.xsrf}&&c`));
  assert.equal(echo.body_length, "a=%20b&&c".length, "every other byte stays");
  await refused(await send("POST", "token", form, "XSRF_TOKEN=x"), 401, "bound_token_mismatch");
  await refused(await send("POST", "token", form, `xsrf_token=${jo.xsrf}`), 400, "parameter_shadowed");
  await refused(await send("POST", "token", { "content-type": "text/plain" }, `XSRF_TOKEN=${jo.xsrf}`), 401, "bound_token_missing");
  await refused(await send("POST", "token", { ...token, "sec-fetch-site": "cross-site" }), 403, "cross_site");
});

const multipart = (...parts) => ({
  headers: { "content-type": "multipart/form-data; boundary=b1" },
  body: `${parts.map(([name, value, file]) => `--b1\r\nContent-Disposition: form-data; name="${name}"${file ? `; filename="${file}"\r\nContent-Type: text/plain` : ""}\r\n\r\n${value}\r\n`).join("")}--b1--\r\n`,
});

test("token: a form with a file shows it before the file, and the rest streams on as it was", async () => {
  const [note, shown, file] = [["note", "a"], ["XSRF_TOKEN", jo.xsrf], ["paper", "x".repeat(100_000), "paper.txt"]];
  const send = ({ headers, body }) => gate.post("/token/a", body, { cookie: jo.cookies, ...headers });
  for (const parts of [[note, shown], [note, shown, file], [shown, file, note]]) {
    const without = multipart(...parts.filter((part) => part !== shown)).body;
    assert.equal(forwarded(await send(multipart(...parts))).body_sha256, createHash("sha256").update(without).digest("hex"));
  }
  await refused(await send(multipart(note, file)), 401, "bound_token_missing");
  await refused(await send(multipart(["XSRF_TOKEN", "abc"], file)), 401, "bound_token_mismatch");
  await refused(await send(multipart(shown, shown, file)), 400, "parameter_duplicate");
  await refused(await send(multipart(["xsrf_token", jo.xsrf])), 400, "parameter_shadowed");
  await refused(await send(multipart(["note", "x".repeat(70_000)], shown)), 413, "body_too_large");
  await refused(await send(multipart(shown, file, ["XSRF_TOKEN", "abc"])), 400, "form_malformed");
});

test("always: on GET and HEAD too", async () => {
  await refused(await send("GET", "always"), 401, "bound_token_missing");
  status(await send("HEAD", "always"), 401);
  forwarded(await send("GET", "always", token));
  status(await send("HEAD", "always", token), 200);
});

test("beside a Bearer token, which no browser sends by itself, nothing is asked", async () => {
  const { access_token: bearer } = await gate.admin("token", { subject: "1001003" });
  const echo = forwarded(await send("POST", "bearer-or", { authorization: `Bearer ${bearer}`, "sec-fetch-site": "cross-site" }));
  assert.equal(echo.fields.get("edgegate-subject"), "1001003");
  // The form is read once, for both.
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const both = forwarded(await send("POST", "bearer-or", form, `a=b&XSRF_TOKEN=${jo.xsrf}`));
  assert.deepEqual([both.body_length, both.fields.get("edgegate-subject")], [3, "1001002"]);
});

test("a page that the route's cors admits may change things, with the token; no other may", async () => {
  const from = (origin) => ({ origin, "sec-fetch-site": "same-site" });
  const answer = await send("POST", "shared", { ...token, ...from("https://app.example") });
  forwarded(answer);
  assert.equal(answer.header("access-control-allow-origin"), "https://app.example");
  await refused(await send("POST", "shared", from("https://app.example")), 401, "bound_token_missing");
  await refused(await send("POST", "shared", { ...token, ...from("https://other.example") }), 403, "cross_site");
});

test("a browser that lost the token, or has another's, gets it again where it is asked for", async () => {
  for (const cookie of [`edgegate=${jo.session}`, `edgegate=${jo.session}; XSRF-TOKEN=abc`]) {
    assert.equal(cookieOf(await send("GET", "token", { cookie }), "XSRF-TOKEN"), jo.xsrf);
    assert.equal(cookieOf(await send("POST", "token", { cookie }), "XSRF-TOKEN"), jo.xsrf);
    assert.equal(cookieOf(await send("GET", "usual", { cookie }), "XSRF-TOKEN"), undefined);
  }
  assert.deepEqual((await send("GET", "token")).cookies, []);
});

test("a cookie that a neighbouring host planted is worth nothing", async () => {
  const sam = await signIn(gate, "sam", "staple battery horse correct");
  const planted = { cookie: `edgegate=${jo.session}; XSRF-TOKEN=${sam.xsrf}`, "x-xsrf-token": sam.xsrf };
  await refused(await send("POST", "token", planted), 401, "bound_token_mismatch");
});

test("nor does what a form or an address holds of it, where it is not asked for", async () => {
  const echo = forwarded(await gate.get(`/usual/a?a=b&XSRF_TOKEN=${jo.xsrf}&xsrf_token=x`, { cookie: jo.cookies, referer: `${own}/usual/?XSRF_TOKEN=${jo.xsrf}` }));
  assert.equal(echo.path, "/usual/a?a=b");
  assert.ok(!echo.fields.has("referer"));
});

test("neither header nor cookie reaches the origin, in whatever spelling; without the feature both do", async () => {
  const sent = { ...token, X_XSRF_TOKEN: jo.xsrf, "x.xsrf-token": "a", "SO_AppToken": "b", "so-apptoken": "c" };
  const echo = forwarded(await send("GET", "usual", { ...sent, cookie: `a=1; ${jo.cookies}; b=2` }));
  assert.equal(echo.fields.get("cookie"), "a=1; b=2");
  assert.deepEqual([...echo.fields.keys()].filter((name) => /xsrf|apptoken/i.test(name)), []);
  const other = await gateway.plain.get("/", { cookie: "XSRF-TOKEN=origins-own", "x-xsrf-token": "origins-own", accept: "application/json" });
  status(other, 200);
  const asked = await gateway.plain.get("/?demo=echo", { cookie: "XSRF-TOKEN=origins-own", "x-xsrf-token": "origins-own" });
  assert.equal(forwarded(asked).fields.get("x-xsrf-token"), "origins-own");
  assert.equal(forwarded(asked).fields.get("cookie"), "XSRF-TOKEN=origins-own");
});

theLogHoldsNoCredential(gateway);
