// No parameter names the origin another method than the one that was checked, and a form that names none arrives as it was
// sent, with its length. Over workerd's own socket.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { startOrigin } from "../lib/origin.mjs";

const origin = await startOrigin();
const route = (name, more) => `
[[routes]]
name = "${name}"
path = "/${name}/*"
methods = ["GET", "HEAD", "POST"]
forward = { origin = "web" }
${more}`;
const policy = demoPolicy(`[origins.web]\nurl = "${origin.url}"`, route("open", 'accept = ["none"]'), route("any", 'accept = ["none"]\nmethod_override = true'), route("token", 'accept = ["bearer"]\nbearer = { form = true }'));
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => (origin.stop(), gateway.stop()));

const urlencoded = { "content-type": "application/x-www-form-urlencoded" };
const multipart = { "content-type": "multipart/form-data; boundary=b" };
const part = (head, value) => `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
const parts = (...pieces) => `${pieces.join("")}--b--\r\n`;
const file = (size) => part('name="f"; filename="x"', "x".repeat(size));
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

test("in a query and in a form it is refused, and the origin is not asked", async () => {
  for (const [method, target, body, headers] of [
    ["GET", "/open/a?_method=DELETE"], ["POST", "/open/a?%5FMETHOD=put", ""], ["POST", "/open/a?X-HTTP-Method-Override=PUT", ""],
    ["POST", "/open/a", "_method=DELETE", urlencoded], ["POST", "/open/a", "a=1&%5fmethod[]=DELETE", urlencoded], ["POST", "/open/a", "_method=DELETE", {}],
    ["POST", "/open/a", parts(part('name="_method"', "DELETE")), multipart], ["POST", "/open/a", parts(file(1000), part("name=_method", "DELETE")), multipart],
    ["POST", "/open/a", `_method=DELETE&${"a=b&".repeat(100_000)}`, urlencoded],
  ]) {
    await refused(await gate.request(method, target, { body, headers }), 400, "method_overridden");
  }
  assert.deepEqual(origin.take(), []);
  assert.equal((await gate.form("/any/a?_method=DELETE", "_method=DELETE")).status, 200);
  assert.equal(origin.take()[0].body.toString(), "_method=DELETE");
});

test("a form that is refused after its beginning was let through is read to its end, and has its answer", async () => {
  const body = parts(file(100_000), part('name="_method"', "DELETE"), file(3_000_000));
  for (let run = 0; run < 50; run++) await refused(await gate.request("POST", "/open/a", { body, headers: multipart }), 400, "method_overridden");
  assert.deepEqual(origin.take().filter(({ isWhole }) => isWhole), []);
});

test("a form that names none arrives byte for byte, with its length, or in chunks as it was sent", async () => {
  const big = "a=%zz&b&".repeat(300_000);
  for (const [body, headers] of [["", urlencoded], ["a=1&_method=post", urlencoded], [big, urlencoded], [parts(part('name="a"', "1"), file(10)), multipart], [parts(file(3_000_000), part('name="a"', "1")), multipart]]) {
    for (const more of [{}, { "transfer-encoding": "chunked" }]) {
      assert.equal((await gate.post("/open/a", body, { ...headers, ...more })).status, 200);
      const [request] = origin.take();
      assert.deepEqual([request.length, request.sha256, request.isWhole], [body.length, sha256(body), true]);
      if (!("transfer-encoding" in more)) assert.equal(request.fields["content-length"], String(body.length));
    }
  }
});

test("what ordinary clients upload arrives byte for byte", async () => {
  const field = (head, end = "--b--\r\n") => `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n1\r\n${end}`;
  for (const [body, type] of [
    [field('name="a"\r\nContent-Type: text/plain; charset=ISO-8859-1\r\nContent-Transfer-Encoding: 8bit')], // Apache HttpClient
    [field('name="a"\r\nContent-Type: application/octet-stream')], // form-data of npm, a Buffer
    [`\r\n${field('name="a"')}`], [field('name="a"', "--b--\r\n\r\n")], [field('name="a"; filename="a;b=c.txt"')], [field('name="a%22b"')], [field('name="a"'), "multipart/form-data; boundary=b;"],
  ]) {
    const answer = await gate.post("/open/a", body, { "content-type": type ?? multipart["content-type"] });
    assert.equal(answer.status, 200, `${body}: ${answer.text}`);
    assert.equal(origin.take()[0].sha256, sha256(body));
  }
});

test("a multipart body of any type that names another method is refused", async () => {
  for (const type of ["mixed; boundary=b", "related; boundary=b", "form-data; boundary=b;"]) {
    await refused(await gate.post("/open/a", parts(part('name="_method"', "DELETE")), { "content-type": `multipart/${type}` }), 400, "method_overridden");
  }
  assert.deepEqual(origin.take(), []);
});

test("a POST without a type, a form and an upload stream: the origin has the first piece before the client sends a second", { timeout: 20_000 }, async () => {
  const early = createServer((request, response) => request.once("data", () => response.writeHead(200).flushHeaders()).on("end", () => response.end()));
  await new Promise((ready) => early.listen(0, "127.0.0.1", ready));
  const other = await startGateway({ gate: { policy: demoPolicy(`[origins.web]\nurl = "http://127.0.0.1:${early.address().port}"`, route("open", 'accept = ["none"]')) } });
  try {
    for (const headers of [{}, urlencoded, multipart]) {
      const sent = request({ host: "127.0.0.1", port: other.gate.port, path: "/open/a", method: "POST", headers: { host: other.gate.host, ...headers, "transfer-encoding": "chunked" } });
      sent.write(headers === multipart ? part('name="a"', "1") : "a=1&b=2");
      const [response] = await once(sent, "response");
      assert.equal(response.statusCode, 200);
      response.resume();
      sent.end();
      await once(response, "end");
    }
  } finally {
    await other.stop();
    early.closeAllConnections();
    early.close();
  }
});

test("named late, behind more than is held, it breaks the request off before its end", async () => {
  for (const [body, headers] of [[`${"a=b&".repeat(100_000)}_method=DELETE`, urlencoded], [`${"a=b&".repeat(500_000)}_method=DELETE&b=1`, urlencoded], [parts(file(2_000_000), part('name="_method"', "DELETE"), file(1000)), multipart]]) {
    const answer = await gate.post("/open/a", body, headers);
    assert.equal(answer.status, 400, answer.text);
    await refused(answer, 400, "method_overridden");
    await sleep(200);
    assert.ok(origin.take().every(({ isWhole }) => !isWhole), "the origin took it for the whole");
  }
});

test("a route that reads forms itself still does", async () => {
  const { access_token: token } = await gate.admin("token", { subject: "1001002" });
  origin.take();
  assert.equal((await gate.form("/token/a", `a=1&access_token=${token}&b=2`)).status, 200);
  assert.equal(origin.take()[0].body.toString(), "a=1&b=2");
  await refused(await gate.form("/token/a", `access_token=${token}&_method=PUT`), 400, "method_overridden");
  assert.equal((await gate.form("/token/a", `access_token=${token}&${"a=b&".repeat(50_000)}`)).status, 413);
});

theLogHoldsNoCredential(gateway, { subjects: ["1001002"] });
