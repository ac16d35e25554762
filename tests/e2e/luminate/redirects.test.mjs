// Where a client call leads: 302 by its outcome, filled in and signed, whether the gateway or the origin answers it. An
// independent verifier, written from the description of the format, checks what is signed.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, root, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { FROM, JO, call, failed, granted, login, multipart, nothingForwarded, read, refusedCall, serverCall, TRUSTED, visitor } from "../lib/luminate.mjs";
import { startOrigin } from "../lib/origin.mjs";

let serve = (response) => response.end();
const web = await startOrigin((request, response) => serve(response));
const behind = `[origins.web]\nurl = "${web.url}"\n[[routes]]\nname = "web"\npath = "/web/*"\nmethods = ["GET", "POST"]\naccept = ["luminate"]\nforward = { origin = "web" }\n`;
const gateway = await startGateway({
  gate: { policy: demoPolicy(['[[routes]]\nname = "site"', `${behind}\n[[routes]]\nname = "site"`]) },
  noOrigin: { without: ["ORIGIN"] },
  sha1: { policy: demoPolicy(['digests = ["md5", "sha1"]', 'digests = ["sha1"]'], ['boundary = "inclusive"', 'boundary = "exclusive"']) },
});
const { gate, noOrigin, sha1 } = gateway;
after(() => (web.stop(), gateway.stop()));

const HERE = "http://127.0.0.1:8787";
const THERE = "http://127.0.0.1:8788";
const WELL = `${HERE}/landing/welcome?cons_id=\${loginResponse/cons_id}`;
const BADLY = `${THERE}/error?code=\${errorResponse/code}&message=\${errorResponse/message}`;
const signed = { sign_redirects: "true" };
let visits = 0;
const unique = (target) => `${target}&visit=${++visits}`;

/** Answered with a redirect and nothing else: where to. */
function led(answer) {
  status(answer, 302);
  assert.equal(answer.text, "");
  assert.equal(answer.header("cache-control"), "no-store");
  return answer.header("location");
}

/** What the verifier says; null where there is no Python. */
function verified(url, { inclusive = true } = {}) {
  const input = JSON.stringify({ url, key: "s3cr3t-KEY_0001", now: Math.floor(Date.now() / 1000), inclusive });
  const { error, stdout } = spawnSync("python3", [path.join(root, "tests/oracle/verify.py")], { input, encoding: "utf8" });
  return error ? null : stdout.trim();
}
function assertSigned(url, options) {
  const said = verified(url, options);
  if (said !== null) assert.equal(said, "ok", url);
  gateway.seen.add(/signature=(\w+)/.exec(url)[1]);
}

test("a log-in leads to the landing page, signed, and is let in there once", async () => {
  const ways = [
    (fields) => call(gate, "login", fields),
    (fields) => {
      const all = { v: "1.0", api_key: "demo-api-key", method: "login", ...fields };
      const { body, type } = multipart(Object.entries(all));
      return gate.post("/site/CRConsAPI", body, type);
    },
    (fields) => gate.form("/site/CRConsAPI/", new URLSearchParams({ v: "1.0", api_key: "demo-api-key", method: "login", ...fields }).toString()),
  ];
  for (const way of ways) {
    const answer = await way({ ...JO, ...signed, success_redirect: unique(WELL), error_redirect: BADLY });
    const location = led(answer);
    assert.match(location, /^http:\/\/127\.0\.0\.1:8787\/landing\/welcome\?cons_id=1001002&visit=\d+&ts=\d+&signature=[0-9a-f]{32}$/);
    assertSigned(location);
    assert.match(answer.cookies.join(), /^JSESSIONID=/, "and signed in");
    const landed = await gate.get(location.slice(HERE.length));
    assert.equal(forwarded(landed).fields.get("edgegate-subject"), "1001002");
    await refused(await gate.get(location.slice(HERE.length)), 403, "redirect_replayed");
  }
});

test("SHA-1 and the other boundary, as the policy says", async () => {
  const location = led(await call(sha1, "login", { ...JO, ...signed, success_redirect: unique(WELL) }));
  assert.match(location, /&signature=[0-9a-f]{40}$/);
  assertSigned(location, { inclusive: false });
  forwarded(await sha1.get(location.slice(HERE.length)));
});

test("a wrong password leads to the error page, and signs nobody in", async () => {
  const answer = await call(gate, "login", { ...JO, password: "wrong", ...signed, success_redirect: WELL, error_redirect: BADLY });
  const location = led(answer);
  assert.ok(location.startsWith(`${THERE}/error?code=202&message=Invalid%20user%20name%20or%20password.&ts=`), location);
  assertSigned(location);
  assert.equal(answer.cookies.length, 0);
  assert.equal((await gate.decided()).reason, "sign_in_failed");
  // R8
  assert.equal(led(await call(gate, "login", { ...JO, password: "wrong", redirect: BADLY })), `${THERE}/error?code=202&message=Invalid%20user%20name%20or%20password.`);
  failed(await call(gate, "login", { ...JO, password: "wrong", success_redirect: WELL }), "202");
});

test("every method that the gateway answers can lead somewhere, by GET where it takes GET", async () => {
  const jo = await login(gate);
  const sso = granted(await serverCall(gate, "getSingleSignOnToken", { cons_id: "1001002" })).token;
  gateway.seen.add(sso);
  const there = `${THERE}/x?a=`;
  for (const [send, method, fields, value, expected] of [
    [read, "getLoginUrl", {}, "${getLoginUrlResponse/routing_id}", "00000000.app1"],
    [read, "getLoginUrl", {}, "${getLoginUrlResponse/url}", ""],
    [read, "loginTest", {}, "${loginResponse/cons_id}", "1001002"],
    [read, "loginTest", {}, "${loginResponse/login_test_url}", encodeURIComponent(`${HERE}/site/CRConsAPI?method=loginTest&v=1.0&api_key=demo-api-key`)],
    [call, "authenticateUser", JO, "${authenticateUserResponse/cons_id}", "1001002"],
    [call, "singleSignOn", { sso_auth_token: sso }, "${//singleSignOnMethodResponse}x", "x"],
    [read, "logout", {}, "${loginResponse/message}", "User%20logged%20out%20successfully."],
  ]) {
    const own = method === "singleSignOn" || method === "authenticateUser" ? {} : jo.cookie;
    const answer = await send(gate, method, { ...fields, success_redirect: there + value }, own);
    const got = led(answer);
    if (method === "singleSignOn") assert.match(answer.cookies.join(), /^JSESSIONID=/);
    // The answer is the session's id itself: as good as a password, under whatever name.
    if (method !== "singleSignOn") assert.equal(got, there + expected, `${method} ${value}`);
    else assert.ok(!got.includes(/JSESSIONID=([^;]+)/.exec(answer.cookies.join())[1]), got);
  }
  failed(await read(gate, "loginTest", {}, jo.cookie), "204");
});

test("methods that the origin answers: values of its document, as XML and as JSON", async () => {
  const jo = await login(gate);
  const target = `${THERE}/me?id=\${getConsResponse/cons_id}&mail=\${getConsResponse/email/primary_address}&title=\${getConsResponse/name/title}&first=\${//first/text()}&note=\${note}`;
  for (const response_format of ["xml", "json"]) {
    const answer = await call(gate, "getUser", { ...jo.own, ...signed, response_format, note: 'a&b #"1"', redirect: target });
    const location = led(answer);
    assert.ok(location.startsWith(`${THERE}/me?id=1001002&mail=jo%40example.org&title=&first=jo&note=a%26b%20%23%221%22&ts=`), location);
    assertSigned(location);
    assert.equal(answer.header("etag"), undefined);
  }
  const transactions = `${THERE}/t?first=\${//transaction[1]/timestamp}&second=\${getConsTransactionsResponse/transaction[2]/amount/decimal}`;
  for (const response_format of ["xml", "json"]) {
    const location = led(await call(gate, "getUserTransactions", { ...jo.own, response_format, redirect: transactions }));
    assert.equal(location, `${THERE}/t?first=2026-03-01T12%3A00%3A00.000Z&second=40.00`);
  }
});

test("what the origin refuses leads to the error page, whatever codes are suppressed", async () => {
  const jo = await login(gate);
  serve = (response) => response.writeHead(200, { "content-type": "text/xml" }).end('<errorResponse xmlns="http://convio.com/crm/v1.0"><code>10</code><message>Invalid login &amp; try "again"</message></errorResponse>');
  const fields = { ...jo.own, success_redirect: `${THERE}/well`, error_redirect: BADLY };
  const location = led(await call(gate, "getUser", fields, { to: "/web/CRConsAPI" }));
  assert.equal(location, `${THERE}/error?code=10&message=Invalid%20login%20%26%20try%20%22again%22`);
  const down = `${THERE}/error?code=1&message=The%20service%20is%20not%20available%20now.`;
  for (const code of [500, 503, 302]) {
    serve = (response) => response.writeHead(code, { "content-type": "text/html", location: "https://evil.example/" }).end("<h1>no");
    assert.equal(led(await call(gate, "getUser", fields, { to: "/web/CRConsAPI" })), down, code);
  }
  serve = (response) => response.writeHead(200, { "content-length": 99 }).write("<r>", () => response.destroy());
  assert.equal(led(await call(gate, "getUser", fields, { to: "/web/CRConsAPI" })), down, "broken off");
  const nobody = await login(noOrigin).catch(() => undefined);
  assert.equal(nobody, undefined, "without an origin nobody logs in");
  assert.equal(led(await call(noOrigin, "login", { ...JO, error_redirect: BADLY })), down);
});

test("an answer that is no document, or too long for one, went well if its status says so", async () => {
  const jo = await login(gate);
  const fields = { ...jo.own, success_redirect: `${THERE}/well?a=\${r/a}`, error_redirect: BADLY };
  for (const [body, value] of [["<r><a>1</a></r>", "1"], [`<r><a>1</a>${" ".repeat(1_048_600)}</r>`, ""], ["hello", ""], ["", ""], ['<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r><a>&e;</a></r>', ""], [`<r><a>${"x".repeat(9000)}</a></r>`, ""]]) {
    serve = (response) => response.writeHead(200, { "content-type": "text/xml" }).end(body);
    assert.equal(led(await call(gate, "getUser", fields, { to: "/web/CRConsAPI" })), `${THERE}/well?a=${value}`, body.slice(0, 40));
  }
});

test("an outcome that leads nowhere is answered as ever, byte for byte", async () => {
  const jo = await login(gate);
  const body = Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 7) % 256));
  serve = (response) => response.writeHead(403, { "content-type": "application/octet-stream", etag: '"1"', "content-length": body.length }).end(body);
  const answer = await call(gate, "getUser", { ...jo.own, success_redirect: `${THERE}/well` }, { to: "/web/CRConsAPI" });
  assert.deepEqual([answer.status, answer.header("etag"), answer.body.equals(body)], [403, '"1"', true]);
});

test("cookies of the origin and of the gateway go with the redirect", async () => {
  const answer = await call(gate, "listUserFields", { ...(await visitor(gate)).own, demo: "set-cookie", redirect: `${THERE}/x` });
  assert.equal(led(answer), `${THERE}/x`);
  assert.deepEqual(answer.cookies.map((cookie) => cookie.split("=")[0]), ["demo-first", "demo-second"]);
});

test("the origin is not told of the redirect, and asked for a whole answer", async () => {
  await web.take();
  const jo = await login(gate);
  serve = (response) => response.writeHead(200, { "content-type": "text/xml" }).end("<r/>");
  led(await call(gate, "getUser", { ...jo.own, ...signed, redirect: `${THERE}/x`, a: "1" }, { to: "/web/CRConsAPI", range: "bytes=0-1", "if-none-match": '"1"' }));
  const [got] = await web.take();
  assert.doesNotMatch(got.body.toString(), /redirect/);
  assert.match(got.body.toString(), /&a=1$/);
  assert.deepEqual([got.fields.range, got.fields["if-none-match"]], [undefined, undefined]);
});

test("the time under the signature is that of the answer", { timeout: 20_000 }, async () => {
  const jo = await login(gate);
  const target = unique(`${HERE}/landing/slow?cons_id=`);
  const location = led(await call(gate, "getUser", { ...jo.own, ...signed, demo: "slow", ms: "6500", redirect: target }));
  assertSigned(location);
  forwarded(await gate.get(location.slice(HERE.length)));
});

test("a target that is refused signs nobody in and forwards nothing", async () => {
  const jo = await login(gate);
  for (const [target, reason] of [
    ["https://evil.example/", "redirect_target"],
    ["javascript:alert(1)", "redirect_scheme"],
    ["//127.0.0.1:8788/", "redirect_host"],
    [`${THERE.replace("127.0.0.1", "127.1")}/`, "redirect_host"],
    ["http://jo@127.0.0.1:8788/", "redirect_userinfo"],
    ["/\\127.0.0.1:8788/", "redirect_characters"],
    [`${THERE}/\${loginResponse/cons_id}`, "redirect_placeholder"],
  ]) {
    await nothingForwarded(gate, async () => {
      for (const name of ["redirect", "success_redirect", "error_redirect"]) {
        await refusedCall(call(gate, "login", { ...JO, [name]: target }), "1", reason);
        await refusedCall(call(gate, "getUser", { ...jo.own, [name]: target }), "1", reason);
      }
    });
  }
  const identity = { ...JO, ...signed, error_redirect: `${THERE}/x?cons_id=1001003` };
  await refusedCall(call(gate, "login", identity), "1", "redirect_identity");
});

test("server calls never redirect", async () => {
  const answer = await serverCall(gate, "getSingleSignOnToken", { cons_id: "1001002", redirect: `${THERE}/x`, error_redirect: "https://evil.example/" }, FROM);
  assert.equal(granted(answer).cons_id, "1001002");
});

test("a script of a trusted page may follow", async () => {
  const answer = await read(gate, "getLoginUrl", { redirect: `${HERE}/site/PixelServer` }, { origin: TRUSTED });
  assert.equal(led(answer), `${HERE}/site/PixelServer`);
  assert.equal(answer.header("access-control-allow-origin"), TRUSTED);
  const jo = await login(gate);
  const behindIt = await call(gate, "getUser", { ...jo.own, redirect: `${HERE}/site/PixelServer` }, { origin: TRUSTED });
  assert.equal(led(behindIt), `${HERE}/site/PixelServer`);
  assert.equal(behindIt.header("access-control-allow-origin"), TRUSTED);
});

theLogHoldsNoCredential(gateway);
