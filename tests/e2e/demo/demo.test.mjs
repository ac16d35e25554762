// The demo as `npm start` serves it: wrangler, the demo's own configuration, its origin. Every row of the landing page
// works as printed; what has not landed yet is not there.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { createTestHarness } from "wrangler";
import { startProvider } from "../../../demo/provider/server.mjs";
import { startSite } from "../../../demo/site/server.mjs";
import { Client } from "../lib/client.mjs";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { root, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";

const server = createTestHarness({
  root,
  workers: [{ configPath: path.join(root, "demo/wrangler.toml") }, { configPath: path.join(root, "demo/origin/wrangler.toml") }],
});
const { url } = await server.listen();
// The site and the provider at addresses of their own, as `npm start` starts them; those of another demo do as well.
const unlessInUse = (error) => (error.code === "EADDRINUSE" ? undefined : Promise.reject(error));
const site = await startSite().catch(unlessInUse);
const provider = await startProvider().catch(unlessInUse);
const gateway = {
  seen: new Set(["demo-admin-key-0123456789abcdef"]),
  get logs() {
    return server.getLogs().map(({ message }) => message);
  },
};
const decision = async (id) => {
  for (let tries = 0; tries < 250; tries++) {
    const line = gateway.logs.findLast((text) => text.startsWith('{"edgegate"') && text.includes(id));
    if (line) return JSON.parse(line);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return assert.fail(`no decision about ${id} in the log`);
};
const gate = new Client({ name: "demo", port: Number(url.port), seen: gateway.seen, decision });

// curl is told that 127.0.0.1:8787 is where the demo runs now, so that the lines work as printed beside another demo.
const home = mkdtempSync(path.join(tmpdir(), "edgegate-demo-"));
writeFileSync(path.join(home, ".curlrc"), `connect-to = "127.0.0.1:8787:127.0.0.1:${url.port}"\n`);
after(async () => {
  gate.close();
  site?.stop();
  provider?.stop();
  await server.close();
  rmSync(home, { recursive: true, force: true });
});

/** Runs lines in bash, as somebody would who pastes them. */
function bash(lines) {
  return new Promise((resolve, reject) => {
    const shell = spawn("bash", ["--norc", "-e"], { cwd: home, env: { PATH: process.env.PATH, HOME: home, CURL_HOME: home, TMPDIR: home }, stdio: ["pipe", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    shell.stdout.setEncoding("utf8").on("data", (text) => (output += text));
    shell.stderr.setEncoding("utf8").on("data", (text) => (errors += text));
    shell.on("error", reject).on("close", (code) => resolve({ code, output, errors }));
    shell.stdin.end(`${lines.join("\n")}\n`);
  });
}

const text = (await gate.get("/", { accept: "*/*" })).text;

/** The page's sections by path; each is a list of tries: { says, lines }. */
const sections = new Map(
  text.split(/^#### /m).slice(1).map((section) => {
    const [title, ...rest] = section.split("\n");
    const tries = rest.join("\n").split(/\n\n+/).filter((block) => /^curl|^[a-z]+=/m.test(block));
    return [title, tries.map((block) => ({ says: block.split("\n").find((line) => line.startsWith("#")).slice(2), lines: block.split("\n").filter((line) => !line.startsWith("#") && line) }))];
  }),
);
const run = async (section, at = 0) => bash((typeof at === "number" ? sections.get(section)[at] : sections.get(section).find(({ says }) => at.test(says))).lines);
const echoOf = ({ output }) => JSON.parse(output.slice(output.indexOf("{")));

test("the landing page lists the rows that have landed, as text and as a page", async () => {
  assert.deepEqual([...sections.keys()], ["/members/*", "/files/*", "/me/*", "/staff/*", "/", "/once/*", "/video/*", "/account/*", "/office/*", "/hooks/*", "/redirecting/*", "/bucket/*", "/.edgegate/*", "/landing/*", "/site/*", "/oauth/*", "/api/3.0/*", "/SuperOffice/api/v1/*", "/Cust12345/api/v1/*", "/SuperOffice/panel"]);
  const page = await gate.get("/", { accept: "text/html" });
  assert.match(page.header("content-type"), /^text\/html/);
  for (const path of sections.keys()) {
    const [, id] = new RegExp(`<h3 id="([\\w-]+)"><code>${path.replace(/[.*/]/g, "\\$&")}</code></h3>`).exec(page.text) ?? assert.fail(path);
    assert.ok(page.text.includes(`<a href="#${id}"><code>${path}</code></a>`), `${path} in the list of contents`);
  }
  assert.match(text, /correct horse battery staple/);
  assert.equal((await gate.get("/", { accept: "*/*" })).header("content-type"), "text/plain; charset=utf-8");
});

test("the whole page can be pasted into bash", async () => {
  const { code, errors } = await bash([text]);
  assert.equal(code, 0, errors);
});

test("/landing: the printed lines sign a redirect, and its last line sent again is refused", async () => {
  const [{ lines }] = sections.get("/landing/*");
  const result = await bash([...lines, "echo ---", lines.at(-1)]);
  const [first, second] = result.output.split("---");
  const { path, headers } = { ...JSON.parse(first), path: JSON.parse(first).url };
  assert.match(path, /^http:\/\/127\.0\.0\.1:8787\/landing\/welcome\?cons_id=1001002&visit=\d+$/);
  assert.equal(new Map(headers).get("edgegate-subject"), "1001002");
  assert.equal(JSON.parse(second).code, "link_used");
});

test("/files: the worked example works, with one byte changed it does not", async () => {
  assert.equal(echoOf(await run("/files/*")).url, "http://127.0.0.1:8787/files/report.pdf?v=2");
  assert.equal(echoOf(await run("/files/*", 1)).code, "link_invalid");
  const signed = await bash(["printf 'GET\\n127.0.0.1:8787\\n/files/report.pdf?v=2&eg_kid=demo&eg_exp=1900000000' | openssl dgst -sha256 -hmac demo-link-key-0123456789abcdef0123456789 -binary | basenc --base64url | tr -d ="]);
  assert.equal(signed.output.trim(), "s_sb-2DISeG4I2YvjxAa4cqb0kzuR3A3x-AMsCLSmYQ");
});

// The harness follows redirects itself, so these lines meet workerd's own socket.
test("/redirecting: what the site says of its own address is the gateway's, and its cookies come back", async () => {
  const straight = await startGateway();
  try {
    const lines = (at) => [`echo 'connect-to = "127.0.0.1:8787:127.0.0.1:${straight.gate.port}"' > curlrc`, ...sections.get("/redirecting/*")[at].lines.map((line) => line.replace("curl ", "curl -q -K curlrc "))];
    const { output } = await bash(lines(0));
    assert.match(output, /^HTTP\/1\.1 302/);
    assert.match(output, /^location: http:\/\/127\.0\.0\.1:8787\/redirecting\/new\?a=1\r?$/im);
    const echo = echoOf(await bash(lines(1)));
    assert.equal(echo.url, "http://127.0.0.1:8790/inner/home");
    assert.match(new Map(echo.headers).get("cookie"), /^(?=.*visitor=jo)(?=.*theme=dark)/);
  } finally {
    await straight.stop();
  }
});

test("/once: the printed lines sign a link, and its last line sent again is refused", async () => {
  const [{ lines }] = sections.get("/once/*");
  const { output } = await bash([...lines, "echo ---", lines.at(-1)]);
  const [first, second] = output.split("---");
  assert.match(JSON.parse(first).url, /\/once\/ticket\.pdf\?n=\d+$/);
  assert.equal(JSON.parse(second).code, "link_used");
});

test("/video: the printed lines open a folder by its link and by its cookie, and no other folder", async () => {
  const { output } = await run("/video/*");
  assert.match(output, /^#EXTM3U[^]*0\.m4s[^]*\n200 video\/iso\.segment\n403\n$/);
});

test("/hooks: what each sender's printed lines sign is delivered, and the last line sent again as they say", async () => {
  const codes = [];
  for (const { says, lines } of sections.get("/hooks/*")) {
    const { output } = await bash([...lines, "echo ---", lines.at(-1)]);
    const [first, second] = output.split("---").map((text) => JSON.parse(text));
    assert.match(first.url ?? `${says} ${output}`, /\/hooks\/(github|stripe|standard)$/);
    codes.push(second.code ?? "delivered again");
  }
  assert.deepEqual(codes, ["delivered again", "delivered again", "credential_invalid"]);
});

test("/members and /staff: the printed lines sign jo in with the provider, and sam, who is not in the group staff, is refused", async () => {
  const { url: target, headers } = echoOf(await run("/members/*"));
  const fields = new Map(headers);
  assert.equal(target, "http://127.0.0.1:8787/members/?from=here");
  assert.deepEqual(["x-user-email", "x-user-name", "x-user-groups"].map((name) => fields.get(name)), ["jo@example.org", "Jo%20Example", "members,staff"]);
  assert.match((await run("/members/*", /program/)).output, /^HTTP\/1\.1 401/);
  assert.equal(echoOf(await run("/staff/*")).status, 403);
});

test("/me: the printed lines mint a token and use it; without one the challenge is shown", async () => {
  const echo = echoOf(await run("/me/*"));
  const fields = new Map(echo.headers);
  assert.deepEqual([fields.get("edgegate-subject"), fields.get("edgegate-client"), fields.get("edgegate-scope")], ["1001002", "demo", "read"]);
  assert.equal(fields.get("edgegate-jwt").split(".").length, 3);
  const { output } = await run("/me/*", 1);
  assert.match(output, /^HTTP\/1\.1 401/);
  assert.match(output, /^www-authenticate: Bearer realm="edgegate", resource_metadata="[^"]*\/me"\r?$/im);
});

test("/account: the printed lines open a session by a nonce and come back with the cookie", async () => {
  const { output } = await run("/account/*");
  const answers = output.trim().split(/\n(?=\{)/).map((one) => JSON.parse(one));
  assert.equal(answers.length, 2);
  for (const { url, headers } of answers) {
    assert.equal(url, "http://127.0.0.1:8787/account/");
    assert.equal(new Map(headers).get("edgegate-subject"), "1001002");
  }
  const page = /^# (http:\S+\/account\/)$/m.exec(text)[1];
  assert.equal(page, "http://127.0.0.1:8787/account/");
});

test("/site: the printed lines get a token, log in, ask for the own record, sign a constituent on", async () => {
  assert.deepEqual(Object.keys(echoOf(await run("/site/*", /nobody has signed in/)).getLoginUrlResponse), ["url", "token", "JSESSIONID", "routing_id"]);
  assert.equal(echoOf(await run("/site/*", /own record/)).getConsResponse.cons_id, "1001002");
  const signOn = echoOf(await run("/site/*", /signs a constituent on/)).getSingleSignOnTokenResponse;
  assert.deepEqual(Object.keys(signOn), ["token", "cons_id", "nonce", "JSESSIONID", "routing_id"]);
  const { url: target, headers } = echoOf(await run("/site/*", /by a nonce/));
  assert.equal(target, "http://127.0.0.1:8787/site/Page?demo=echo");
  assert.equal(new Map(headers).get("edgegate-subject"), "1001002");
});

test("/site: the pages that are only for a browser have the token in them", async () => {
  const pages = [...text.matchAll(/^# (http:\S+\/site\/\S+)$/gm)].map(([, address]) => address.replace("http://127.0.0.1:8787", ""));
  assert.equal(pages.length, 2);
  for (const address of pages) assert.match((await gate.get(address, { accept: "text/html" })).text, /<input value="[\w-]{43}\." name="auth" id="auth" type="hidden"><\/input>/);
});

test("/.edgegate: health and keys answer as printed, and the sign-in page is there", async () => {
  assert.equal(echoOf(await run("/.edgegate/*", /well/)).status, "ok");
  assert.equal(echoOf(await run("/.edgegate/*", /keys/)).keys.length, 2);
  assert.equal(echoOf(await run("/.edgegate/*", /[Ww]hy/)).verdict, "link_signature_mismatch");
  status(await gate.get("/.edgegate/sign-in", { accept: "text/html" }), 200);
  status(await gate.get("/.edgegate/sign-out", { accept: "text/html" }), 200);
  status(await gate.get("/.edgegate/explain", { accept: "text/html" }), 200);
});

test("signing in with the printed password opens /account/", async () => {
  const answer = await gate.form("/.edgegate/sign-in", "account=jo&password=correct+horse+battery+staple&next=%2Faccount%2F");
  status(answer, 303);
  const cookie = /^[^;]+/.exec(answer.cookies[0])[0];
  assert.equal(forwarded(await gate.get(answer.header("location"), { cookie })).fields.get("edgegate-subject"), "1001002");
});

test("/oauth/* and /api/3.0/*: the printed lines get tokens, refresh them and call with them; a token pair acts for others", async () => {
  const refreshed = echoOf(await run("/oauth/*", /whole way/));
  assert.deepEqual([refreshed.token_type, refreshed.expires_in, refreshed.scope], ["Bearer", 14000, "read write"]);
  assert.equal(echoOf(await run("/oauth/*", /find its way/)).issuer, "http://127.0.0.1:8787");
  const byPair = new Map(echoOf(await run("/api/3.0/*", /pair/)).headers);
  assert.deepEqual([byPair.get("x-on-behalf"), byPair.has("authorization")], ["1", false]);
  const ping = echoOf(await run("/api/3.0/*", /access token/));
  assert.deepEqual([ping.pong.provider, new Map(ping.received.headers).get("edgegate-subject")], ["API Console", "1001002"]);
  assert.equal(echoOf(await run("/api/3.0/*", /Without/)).error_description, "The access token was not found.");
});

test("/SuperOffice and /Cust12345: the printed lines show a password, a ticket and a session, and what is refused", async () => {
  for (const [says, subject] of [[/empty password/, "adm0"], [/ticket/, "1001002"], [/session and its token/, "1001002"]]) {
    const { ContactId, received } = echoOf(await run("/SuperOffice/api/v1/*", says));
    assert.deepEqual([ContactId, new Map(received.headers).get("edgegate-subject")], [2, subject]);
    assert.match(received.url, /\/api\/v1\/Contact\/2$/);
  }
  const { output } = await run("/SuperOffice/api/v1/*", /Without/);
  assert.match(output, /^HTTP\/1\.1 401/);
  assert.match(output, /^www-authenticate: Bearer .*SOTicket realm=.*Basic realm="SuperOffice Username or Ticket"/im);
  const online = echoOf(await run("/Cust12345/api/v1/*", /shows its own token/));
  assert.match(online.url, /\/api\/v1\/MDOList\/category\?flat=True$/);
  assert.match((await run("/Cust12345/api/v1/*", /password is not taken/)).output, /^HTTP\/1\.1 401/);
  const page = /^# (http:\S+\/SuperOffice\/panel)$/m.exec(text)[1];
  status(await gate.get(page.replace("http://127.0.0.1:8787", ""), { accept: "text/html" }), 401);
});

test("/bucket: the printed lines show an object, a part of one, and what is not sent again", async () => {
  const [, hello] = /^# (http:\S+\/bucket\/hello\.txt)$/m.exec(text) ?? [, /curl '?(http:\S+\/bucket\/hello\.txt)/.exec(text)[1]];
  assert.match((await gate.get(hello.replace("http://127.0.0.1:8787", ""))).text, /^Hello from a bucket/);
  const picture = await gate.get("/bucket/gate.png");
  assert.deepEqual([picture.header("content-type"), picture.body.subarray(1, 4).toString()], ["image/png", "PNG"]);
  const { output: part } = await run("/bucket/*", /Sixteen/);
  assert.match(part, /^HTTP\/1\.1 206/);
  assert.match(part, /^content-range: bytes 100-115\/10485760\r$/im);
  assert.match((await run("/bucket/*", /not sent again/)).output, /^HTTP\/1\.1 304/);
  assert.match((await run("/bucket/*", /no list/)).output, /^HTTP\/1\.1 404[^]*"not_found"/);
});

test("what is no row answers 404 and is not on the page", async () => {
  for (const path of ["/SuperOffice/api/v2/Contact/1", "/Cust99999/api/v1/Contact/1", "/oauth/elsewhere", "/check-password", "/elsewhere"]) {
    for (const answer of [await gate.get(path), await gate.post(path, "a=1")]) await refused(answer, 404, "no_route");
    assert.ok(!text.includes(path.split("/").slice(0, 4).join("/")), path);
  }
});

test("what the origin shows is what it got: method, address, headers, and the body's digest", async () => {
  const { access_token } = await gate.admin("token", { subject: "1001002" });
  const { method, path: target, body_length, body_sha256, fields } = forwarded(await gate.post("/me/a?b=%zz", "hello", { authorization: `Bearer ${access_token}` }));
  assert.deepEqual([method, target, body_length, body_sha256], ["POST", "/me/a?b=%zz", 5, createHash("sha256").update("hello").digest("hex")]);
  assert.ok(!fields.has("authorization"));
  const page = await gate.get("/me/a", { authorization: `Bearer ${access_token}`, accept: "text/html" });
  assert.match(page.text, /<h1>What reached the origin<\/h1>/);
});

theLogHoldsNoCredential(gateway);
