// What ordinary clients write and browsers do not: a GET that says that its body is empty (every Java before 19), a `'`
// in a query as it is (Go, Java, PHP, Perl). Over workerd's own socket: the entry Worker of `wrangler dev` hides both.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { refused } from "../lib/expect.mjs";
import { demoPolicy, secrets, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { startOrigin } from "../lib/origin.mjs";

const origin = await startOrigin();
const policy = demoPolicy(`
[origins.web]
url = "${origin.url}"
[[routes]]
name = "open"
path = "/open/*"
methods = ["GET", "HEAD", "POST", "DELETE"]
accept = ["none"]
forward = { origin = "web" }
[[routes]]
name = "bound"
path = "/bound/*"
accept = ["none"]
forward = { origin = "demo" }
[[routes]]
name = "signed"
path = "/signed/*"
accept = ["link:files"]
forward = { origin = "web" }`);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => (origin.stop(), gateway.stop()));

const ask = (method, target, lines = [], body = "") =>
  gate.raw(`${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nAccept: application/json\r\nConnection: close\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n${body}`);

test("a GET or HEAD that says that its body is empty has none, and none goes on", async () => {
  for (const method of ["GET", "HEAD"]) {
    for (const lines of [["Content-Length: 0"], ["Content-Length: 00"], ["Content-Length:  0 "], ["Content-Length: 0", "Content-Length: 0"], ["Content-Length: 0", "Content-Type: text/plain"]]) {
      const answer = await ask(method, "/open/a", lines);
      assert.equal(answer.status, 200, `${method} ${lines}: ${answer.text}`);
      const [request] = origin.take();
      assert.deepEqual([request.method, request.length, request.fields["content-length"], request.fields["transfer-encoding"]], [method, 0, undefined, undefined]);
      assert.equal((await ask(method, "/bound/a", lines)).status, 200);
    }
    const { echo } = await ask("GET", "/bound/a", ["Content-Length: 0"]);
    assert.deepEqual([echo.body_length, echo.fields.get("content-length")], [0, undefined]);
    // The gateway's own addresses too.
    assert.equal((await ask(method, "/.edgegate/health", ["Content-Length: 0"])).status, 200);
  }
});

test("a GET or HEAD with a body, or one that may have one, is refused", async () => {
  for (const method of ["GET", "HEAD"]) {
    for (const [lines, body] of [[["Content-Length: 1"], "x"], [["Content-Length: 01"], "x"], [["Transfer-Encoding: chunked"], "0\r\n\r\n"], [["Transfer-Encoding: chunked"], "1\r\nx\r\n0\r\n\r\n"], [["Content-Length: 0", "Transfer-Encoding: chunked"], "0\r\n\r\n"]]) {
      const answer = await ask(method, "/open/a", lines, body);
      assert.equal(answer.status, 400, `${method} ${lines}`);
      if (method === "GET") await refused(answer, 400, "body_unexpected");
    }
    for (const length of ["+0", "-0", "0x0", "0, 0", "", "0 0", "0;", "٠"]) {
      const answer = await ask(method, "/open/a", [`Content-Length: ${Buffer.from(length).toString("latin1")}`]);
      assert.equal(answer.status, 400, `${method} with a length of ${length}`);
    }
  }
  assert.deepEqual(origin.take(), []);
});

test("an empty body to another method is one", async () => {
  for (const method of ["POST", "DELETE"]) {
    assert.equal((await ask(method, "/open/a", ["Content-Length: 0"])).status, 200);
    const [request] = origin.take();
    assert.deepEqual([request.method, request.length], [method, 0]);
  }
});

test("a filter of OData's goes through as clients write it, and the origin reads what was meant", async () => {
  for (const [sent, arrives] of [
    ["$filter=name%20eq%20'O''Neil'", "$filter=name%20eq%20%27O%27%27Neil%27"],
    ["$filter=name+eq+'x'&$select='", "$filter=name+eq+%27x%27&$select=%27"],
    ["q=\xc3\xa9", "q=%C3%A9"],
    ["%27='", "%27=%27"],
  ]) {
    const answer = await ask("GET", `/open/api/v1/Contact?${sent}`);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(origin.take()[0].url, `/open/api/v1/Contact?${arrives}`);
  }
});

/** A link over exactly these bytes. */
function signed(query) {
  const covered = `${query}&eg_kid=demo&eg_exp=1900000000`;
  const mac = createHmac("sha256", secrets.EDGEGATE_LINK_KEY).update(`GET\n127.0.0.1:8787\n/signed/a?${covered}`, "latin1").digest("base64url");
  return `/signed/a?${covered}&eg_sig=${mac}`;
}

test("a signature holds over the bytes that were sent, in one spelling only", async () => {
  for (const [query, arrives, other] of [["name='x'", "name=%27x%27", "name=%27x%27"], ["name=\xc3\xa9", "name=%C3%A9", "name=%C3%A9"], ["name=%27x%27", "name=%27x%27", "name='x'"]]) {
    const answer = await ask("GET", signed(query));
    assert.equal(answer.status, 200, `${query}: ${answer.text}`);
    assert.equal(origin.take()[0].url, `/signed/a?${arrives}`);
    await refused(await ask("GET", signed(query).replace(query, other)), 403, "link_signature_mismatch");
  }
});

test("a quote beside a parameter with a meaning makes another name of it, for the gate and for the origin", async () => {
  const link = signed("a=1");
  for (const extra of ["eg_sig'=x", "eg_exp'=1", "EG_SIG'=x"]) {
    for (const target of [`${link}&${extra}`, link.replace("?", `?${extra}&`), signed(extra)]) {
      const answer = await ask("GET", target);
      assert.ok([400, 403].includes(answer.status), `${target}: ${answer.status}`);
    }
  }
  assert.deepEqual(origin.take(), []);
  for (const extra of ["ts'=1", "'ts=1", "'eg_sig=x", "access_token'=x", "'NONCE_TOKEN=x"]) {
    const answer = await ask("GET", signed(extra));
    assert.equal(answer.status, 200, `${extra}: ${answer.text}`);
    const arrived = new URL(origin.take()[0].url, "http://h").searchParams;
    assert.ok(arrived.has(extra.split("=")[0]), extra);
  }
});

const run = promisify(execFile);
const hasJava = spawnSync("java", ["-version"]).status === 0 && spawnSync("javac", ["-version"]).status === 0;
test("Java's HttpClient", { skip: !hasJava && "no java here" }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "edgegate-java-"));
  try {
    writeFileSync(path.join(folder, "Ask.java"), `
import java.net.URI;
import java.net.http.*;
public class Ask {
  public static void main(String[] arguments) throws Exception {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    for (String address : arguments) {
      HttpResponse<String> answer = client.send(HttpRequest.newBuilder(URI.create(address)).GET().build(), HttpResponse.BodyHandlers.ofString());
      System.out.println(answer.statusCode());
    }
  }
}`);
    await run("javac", ["-d", folder, path.join(folder, "Ask.java")]);
    const addresses = ["a", "a?$filter=name%20eq%20'x'"].map((rest) => `http://127.0.0.1:${gate.port}/open/${rest}`);
    const { stdout } = await run("java", ["-cp", folder, "Ask", ...addresses]);
    assert.deepEqual(stdout.trim().split("\n"), ["200", "200"]);
    assert.deepEqual(origin.take().map(({ url }) => url), ["/open/a", "/open/a?$filter=name%20eq%20%27x%27"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

theLogHoldsNoCredential(gateway, { subjects: [] });
