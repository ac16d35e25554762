// Calls as multipart/form-data: credentials are cut out of the fields, files stream through untouched, and a form that
// can be read in two ways goes nowhere.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import http from "node:http";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { forwarded } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { COMMON, CR, login, multipart, refusedCall } from "../lib/luminate.mjs";
import { startOrigin } from "../lib/origin.mjs";

const origin = await startOrigin();
const policy = demoPolicy(['[[routes]]\nname = "site"', `[origins.web]\nurl = "${origin.url}"\n[[routes]]\nname = "web"\npath = "/web/*"\nmethods = ["POST"]\naccept = ["luminate"]\nforward = { origin = "web" }\n\n[[routes]]\nname = "site"`]);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => (origin.stop(), gateway.stop()));

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const jo = await login(gate);
const call = Object.entries({ method: "getUser", ...COMMON });
const own = Object.entries(jo.own);
const photo = randomBytes(5 << 20);

/** Sends pieces of a body, one after the other, with a pause in between; gives the answer, or the error of a connection that was cut. */
function inPieces(target, pieces, headers, pause = 0) {
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port: gate.port, method: "POST", path: target, headers: { host: gate.host, accept: "application/json", ...headers } };
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk)).on("end", () => resolve({ status: response.statusCode, text: `${Buffer.concat(chunks)}`, headers: response.headers }));
    });
    request.on("error", (error) => resolve({ status: 0, text: error.message, headers: {} }));
    (async () => {
      for (const piece of pieces) {
        if (!request.write(piece)) await Promise.race([new Promise((drained) => request.once("drain", drained)), sleep(500)]);
        if (pause > 0) await sleep(pause);
      }
      request.end();
    })();
  });
}

const cut = (bytes, size) => Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));

test("credential fields are cut, wherever they stand among the fields; every other byte stays", async () => {
  const odd = [["note", "two\r\nlines, --and ------formdata"], ["caf\u00e9[]", "\u00fc\0"], ["empty", ""]];
  for (const parts of [[...own, ...call, ...odd], [...call, ...odd, ...own], [call[0], own[1], ...odd, own[0], ...call.slice(1)]]) {
    const { body, type } = multipart(parts);
    const echo = forwarded(await gate.post(`${CR}?demo=echo`, body, type));
    const expected = multipart(parts.filter(([name]) => !(name in jo.own))).body;
    assert.deepEqual([echo.body_length, echo.body_sha256], [expected.length, sha256(expected)]);
    assert.deepEqual([echo.fields.get("content-type"), echo.fields.get("edgegate-subject")], [type["content-type"], "1001002"]);
  }
});

test("a call that the gateway answers itself may come as a form, too", async () => {
  const { body, type } = multipart([["method", "login"], ...Object.entries({ ...COMMON, user_name: "jo", password: "correct horse battery staple" })]);
  assert.equal((await gate.post(CR, body, type)).json.loginResponse.cons_id, "1001002");
});

test("a file of 5 MB streams through behind its fields, with a length or in chunks of any size", async () => {
  const { body, type } = multipart([...own, ...call, ["photo", photo, "me.png"], ["caption", "after the file"]]);
  const expected = multipart([...call, ["photo", photo, "me.png"], ["caption", "after the file"]]).body;
  const whole = forwarded(await gate.post(`${CR}?demo=echo`, body, type));
  assert.deepEqual([whole.body_length, whole.body_sha256], [expected.length, sha256(expected)]);
  for (const size of [997, 65_536, 1 << 20]) {
    const { status, text } = await inPieces("/web/CRConsAPI", cut(body, size), type);
    assert.equal(status, 200, text);
    const [arrived] = origin.take();
    assert.deepEqual([arrived.length, arrived.sha256, arrived.isWhole], [expected.length, sha256(expected), true]);
    assert.equal(arrived.fields["edgegate-subject"], "1001002");
  }
});

test("a form that arrives slowly, byte by byte at its seams, is the same form", async () => {
  const { body, type } = multipart([...own, ...call, ["photo", "a small one", "me.png"]]);
  const expected = multipart([...call, ["photo", "a small one", "me.png"]]).body;
  for (const [size, pause] of [[1, 0], [61, 15]]) {
    const { status, text } = await inPieces("/web/CRConsAPI", cut(body, size), type, pause);
    assert.equal(status, 200, text);
    const [arrived] = origin.take();
    assert.deepEqual([arrived.length, arrived.sha256], [expected.length, sha256(expected)]);
  }
});

test("the file does not wait for its end: the origin has its beginning while the rest is still to come", async () => {
  const { body, type } = multipart([...own, ...call, ["photo", photo.subarray(0, 300_000), "me.png"]]);
  const before = origin.take().length;
  const sending = inPieces("/web/CRConsAPI", [body.subarray(0, 200_000), body.subarray(200_000)], type, 700);
  await sleep(400);
  assert.ok((await gate.take()).forwarded.some(({ url }) => url.endsWith("/web/CRConsAPI")), "it was sent on already");
  assert.equal(origin.take().length, before);
  assert.equal((await sending).status, 200);
  origin.take();
});

const behind = {
  "a field": [["auth", jo.token]],
  "a session": [["JSESSIONID", jo.JSESSIONID]],
  "a file": [["sso_auth_token", "x".repeat(40), "x"]],
  "another spelling": [["Auth", jo.token]],
  "in brackets": [["auth[]", jo.token]],
};
const withheld = (parts, file) => multipart([...own, ...call, ["photo", file, "me.png"], ...parts, ["caption", "the end"]]);

for (const [how, parts] of Object.entries(behind)) {
  test(`a credential behind the file (${how}) never gets to the origin, and ends the request there`, async () => {
    const small = withheld(parts, "small");
    await refusedCall(gate.post(`${CR}?response_format=json`, small.body, small.type), "1", "form_malformed");
    const { body, type } = withheld(parts, photo.subarray(0, 1 << 20));
    const { status, text, headers } = await inPieces("/web/CRConsAPI", cut(body, 30_000), type);
    await sleep(100);
    const arrived = origin.take();
    assert.ok(arrived.every(({ body }) => !body.includes(parts[0][1]) && !body.includes("the end")), "the origin got the credential");
    assert.equal(headers["set-cookie"], undefined);
    // A message that ends well is taken for a whole one: the connection is cut.
    assert.ok(arrived.every(({ isWhole }) => !isWhole), `the origin got ${arrived.map(({ length }) => length)} of ${body.length} bytes as a whole request`);
    assert.ok(status === 0 || status >= 400, `the client was told ${status} ${text}`);
    assert.equal((await gate.decided()).edgegate, "refused");
  });
}

test("a form that ends before its end is cut there, too", async () => {
  const { body, type } = multipart([...own, ...call, ["photo", photo.subarray(0, 1 << 20), "me.png"]]);
  const { status, text } = await inPieces("/web/CRConsAPI", cut(body.subarray(0, -10), 30_000), type);
  await sleep(100);
  assert.ok(origin.take().every(({ isWhole }) => !isWhole), "the origin got a whole request");
  assert.ok(status === 0 || status >= 400, `the client was told ${status} ${text}`);
});

test("what can be read in two ways is refused before the origin hears of it", async () => {
  const asked = `${CR}?response_format=json`;
  const good = multipart([...call.slice(0, 3), ...own]);
  const twice = [...call.slice(0, 3), ...own, ...own];
  await gate.take();
  const change = (from, to) => Buffer.from(good.body.toString("latin1").replace(from, to), "latin1");
  for (const body of [
    change("\r\n\r\n", "\r\n\n"), change("form-data; name", "form-data; name=\"a\"; name"), change('name="auth"', 'name="au\\th"'), change('name="auth"', "name=auth; name*=utf-8''x"),
    change("--\r\n", "--\r\nmore"), change('name="auth"\r\n', 'name="auth"\r\nContent-Transfer-Encoding: base64\r\n'), change('name="auth"\r\n', 'name="auth"\r\nContent-Type: text/plain; charset=utf-7\r\n'),
  ]) {
    await refusedCall(gate.post(asked, body, good.type), "1", "form_malformed");
  }
  const double = multipart(twice);
  await refusedCall(gate.post(asked, double.body, double.type), "1", "parameter_duplicate");
  const shadowed = multipart([...call.slice(0, 3), ...own, ["AUTH", "x"]]);
  await refusedCall(gate.post(asked, shadowed.body, shadowed.type), "1", "parameter_shadowed");
  assert.deepEqual((await gate.take()).forwarded, []);
});

theLogHoldsNoCredential(gateway);
