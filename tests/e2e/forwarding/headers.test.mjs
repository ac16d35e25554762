// Who somebody is, only the gateway says: no client's identity header reaches the origin in any spelling, nor does a
// credential, nor a header by which an origin would take another path or method than was checked.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, root, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { login } from "../lib/luminate.mjs";
import { startOrigin } from "../lib/origin.mjs";
import { link } from "../lib/sign.mjs";

// It says of referrers what a request asks it to.
const origin = await startOrigin((request, response) => {
  const said = request.headers["x-say-referrer-policy"];
  if (said) response.setHeader("referrer-policy", said);
  response.end("{}");
});
const policy = demoPolicy(["[identity]\n", '[identity]\nstrip = ["X-Staff-*", "X-Team"]\n'], `
[origins.web]
url = "${origin.url}"
[[routes]]
name = "web"
path = "/web/*"
methods = ["GET", "POST"]
accept = ["link:files"]
forward = { origin = "web" }
[[routes]]
name = "open"
path = "/open/*"
accept = ["none"]
forward = { origin = "web" }`);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => (origin.stop(), gateway.stop()));

// The table of the documents, which is held to the source, with a name of each family; and what issues have named.
const listed = [...readFileSync(path.join(root, "docs/headers.md"), "utf8").matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name.replace("*", "Anything"));
assert.ok(listed.length > 100);
const reserved = [
  ...listed,
  "Edgegate-Subject", "Edgegate-Client", "Edgegate-Scope", "Edgegate-Route", "Edgegate-Request-Id", "Edgegate-Jwt", "Edgegate-Assertion",
  "X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Groups", "X-Forwarded-Preferred-Username", "X-Forwarded-Roles", "X-Forwarded-Client-Cert",
  "X-Forwarded-Ssl", "X-Forwarded-Protocol", "X-Forwarded-For", "X-Forwarded-By", "X-Real-IP", "X-Auth-Request-User", "X-Auth-Request-Email", "X-Auth-Request-Access-Token", "Remote-User", "Remote-Groups",
  "Remote-Name", "Remote-Email", "X-Remote-User", "X-Authenticated-User", "X-Authenticated-Userid", "X-Authenticated-Groups", "X-Consumer-Id",
  "X-Consumer-Username", "X-Consumer-Custom-Id", "Cf-Access-Jwt-Assertion", "Cf-Access-Authenticated-User-Email", "SCRIPT_NAME", "X-Traversal-Path",
  "X-Sendfile-Type", "X-Accel-Mapping", "X-Original-URL", "X-Rewrite-URL", "X-Original-Method", "X-WEBAUTH-USER", "X-authentik-username",
  "X-MS-CLIENT-PRINCIPAL-NAME", "X-Goog-Authenticated-User-Email", "X-Goog-Iap-Jwt-Assertion", "X-Amzn-Oidc-Identity", "SSL-Client-S-Dn",
  "X-SSL-Client-Verify", "Tailscale-User-Login", "X-Pomerium-Claim-Email", "X-Vouch-User", "$WSRU",
  "X-Staff-Id", "X-Staff-Anything", "X-Team",
];
const spellings = [
  (name) => name,
  (name) => name.toLowerCase(),
  (name) => name.toUpperCase(),
  (name) => name.replaceAll("-", "_"),
  (name) => name.replaceAll("-", "."),
  (name) => name.replace("-", "_").toUpperCase(),
  (name) => name.replace(/-(?=[^-]*$)/, "."),
];
const fold = (name) => name.toLowerCase().replace(/[_.]/g, "-");

/** What arrived at the origin of the one request that was sent. */
async function arrived(target, lines) {
  const answer = await gate.raw(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nAccept: application/json\r\nConnection: close\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`);
  assert.equal(answer.status, 200, `${lines.join()}: ${answer.text}`);
  const [request] = origin.take();
  return request;
}

for (const target of [link("/web/a"), "/open/a"]) {
  const route = target.split("/")[1];
  test(`/${route}/*: no reserved header gets through, in any spelling`, async () => {
    for (const name of reserved) {
      for (const spell of spellings) {
        const { names, fields } = await arrived(target, [`${spell(name)}: forged-value`]);
        assert.ok(!JSON.stringify(fields).includes("forged-value"), `${spell(name)} got through: ${JSON.stringify(fields)}`);
        const own = names.filter((one) => fold(one).startsWith("edgegate-")).map(fold).sort();
        assert.deepEqual(own, ["edgegate-request-id", "edgegate-route"], spell(name));
      }
    }
  });
}

test("all at once, each twice, and mixed, they do not get through either", async () => {
  const lines = reserved.flatMap((name) => spellings.map((spell) => `${spell(name)}: forged-value`)).filter((line) => !/^authorization:/i.test(line));
  const { fields } = await arrived(link("/web/a"), [...lines.slice(0, 90), ...lines.slice(0, 20)]);
  assert.ok(!JSON.stringify(fields).includes("forged-value"));
});

test("other headers stay, look-alikes among them", async () => {
  const kept = { "x-user-agent": "1", "edgegated": "2", "x-edgegate-subject": "3", "x-teams": "4", "user-agent": "test/1", cookie: "a=1; b=2", "x_custom": "5", "if-match": '"x"', "accept-language": "de, en;q=0.5" };
  const { fields } = await arrived(link("/web/a"), Object.entries(kept).map(([name, value]) => `${name}: ${value}`));
  for (const [name, value] of Object.entries(kept)) assert.equal(fields[name], value, name);
});

test("Connection cannot name the gateway's own headers as hop-by-hop", async () => {
  for (const value of ["close, Edgegate-Subject", "Edgegate-Route, Edgegate-Request-Id", "keep-alive, X-Anything"]) {
    const answer = await gate.raw(`GET ${link("/web/a")} HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nConnection: ${value}\r\n\r\n`);
    assert.equal(answer.status, 200);
    const [{ fields }] = origin.take();
    assert.equal(fields["edgegate-route"], "web");
    assert.doesNotMatch(fields.connection ?? "", /edgegate|anything/i);
  }
});

test("the host that was checked is told to an origin with an address, and no client tells it another", async () => {
  const lies = ["X-Forwarded-Host: evil.example", "X_Forwarded_Host: evil.example", "X-Forwarded-Proto: gopher", "X-Forwarded-Prefix: /evil", "X-Forwarded-Uri: /evil", "X-Forwarded-Method: DELETE"];
  const { fields } = await arrived(link("/web/a"), lies);
  assert.equal(fields["x-forwarded-host"], "127.0.0.1:8787");
  assert.equal(fields["x-forwarded-proto"], "http");
  assert.equal(fields.host, origin.host);
  assert.doesNotMatch(JSON.stringify(fields), /evil|DELETE/);
});

test("neither the session nor an address with a credential in it reaches the origin", async () => {
  const { url } = await gate.admin("nonce", { subject: "1001002", route: "account" });
  const [, session] = /^edgegate=([^;]+)/.exec((await gate.get(url.replace("http://127.0.0.1:8787", ""), { accept: "text/html" })).cookies[0]);
  for (const target of [link("/web/a"), "/open/a"]) {
    for (const cookie of [`edgegate=${session}`, `a=1; edgegate=${session}; b=2`, `a=1, edgegate=${session}`, `__Host-edgegate=${session}`, ` edgegate = ${session} `]) {
      const { fields } = await arrived(target, [`Cookie: ${cookie}`]);
      assert.ok(!JSON.stringify(fields).includes(session), `${cookie} → ${fields.cookie}`);
    }
    for (const referer of [url, `http://127.0.0.1:8787${link("/files/a")}`, "http://127.0.0.1:8787/me/a?access_token=egt_seal-1_x", `http://127.0.0.1:8787/landing/a?ts=1&signature=62fd92b44a113f205f4cd67576acbc61`]) {
      const { fields } = await arrived(target, [`Referer: ${referer}`]);
      assert.equal(fields.referer?.includes("?"), undefined, `${referer} → ${fields.referer}`);
    }
    assert.equal((await arrived(target, ["Referer: http://127.0.0.1:8787/files/?page=2"])).fields.referer, "http://127.0.0.1:8787/files/?page=2");
  }
});

test("a credential reaches the origin under no other name, quoted, among other words or escaped", async () => {
  const { url } = await gate.admin("nonce", { subject: "1001002", route: "account" });
  const [, session] = /^edgegate=([^;]+)/.exec((await gate.get(url.replace("http://127.0.0.1:8787", ""), { accept: "text/html" })).cookies[0]);
  const { access_token: token } = await gate.admin("token", { subject: "1001002" });
  const { JSESSIONID: servlet } = await login(gate);
  assert.match(servlet, /^[0-9a-f]{92}\.app1$/);
  const octal = (text) => text.replace("eg", "\\145g");
  const escaped = (text) => text.replace(/[eg_.]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  const twice = (text) => encodeURIComponent(escaped(text));
  const spellings = [(text) => text, (text) => `"${text}"`, escaped, twice, (text) => `s:${text}.c2ln`, (text) => `%22${text}%22`];
  for (const [what, credential] of [["session", session], ["token", token], ["servlet session", servlet]]) {
    const bare = credential.replace(/^eg/, "").slice(0, 40);
    for (const spell of spellings) {
      const sent = spell(credential);
      for (const target of [link("/web/a"), "/open/a"]) {
        for (const lines of [[`Cookie: other=${sent}`], [`Cookie: a=1; other=${sent}; b=2`], [`Cookie: a=1, other=${sent}`], [`Cookie: ${sent}`], [`X-Session: ${sent}`], [`X_My.Token: Token ${sent}`], [`Referer: http://127.0.0.1:8787/${sent}/a`], [`Referer: http://127.0.0.1:8787/a?next=${encodeURIComponent(`/me?t=${sent}`)}`]]) {
          const request = await arrived(target, lines);
          assert.ok(!decodeURIComponent(decodeURIComponent(JSON.stringify([request.fields, request.names]))).includes(bare), `${what} in ${lines}: ${JSON.stringify(request.fields)}`);
          if (lines[0].includes("a=1;")) assert.equal(request.fields.cookie, "a=1; b=2");
        }
      }
      if (/["]/.test(sent)) continue; // no client can send it in an address
      for (const query of [`x=${sent}`, `x=1&y=${sent}&z=2`, `${sent}`, `${sent}=1`, `next=${encodeURIComponent(`/me?t=${sent}`)}`]) {
        const { url } = await arrived(`/open/a?${query}`, []);
        assert.ok(!decodeURIComponent(decodeURIComponent(decodeURIComponent(url))).includes(bare), `${what} in ?${query}: ${url}`);
        if (query.startsWith("x=1")) assert.equal(url, "/open/a?x=1&z=2");
      }
    }
  }
  for (const cookie of [`other="${octal(session)}"`, `a=egs; b=eg_s; c=legs_up`]) {
    const { fields } = await arrived("/open/a", [`Cookie: ${cookie}`]);
    assert.equal(fields.cookie, cookie.startsWith("other") ? undefined : cookie);
  }
});

test("behind a credential in the address, an origin's stricter Referrer-Policy stays, and no laxer one", async () => {
  for (const [said, gets] of [
    [undefined, "strict-origin"], ["no-referrer", "no-referrer"], ["same-origin", "same-origin"], ["strict-origin", "strict-origin"], ["unsafe-url", "strict-origin"],
    ["origin", "strict-origin"], ["strict-origin-when-cross-origin", "strict-origin"], ["no-referrer-when-downgrade", "strict-origin"], ["nonsense", "strict-origin"],
    ["unsafe-url, No-Referrer", "no-referrer"], ["no-referrer, unsafe-url", "strict-origin"],
  ]) {
    const headers = said ? { "x-say-referrer-policy": said } : {};
    assert.equal((await gate.get(link("/web/a"), headers)).header("referrer-policy"), gets, said);
    // Elsewhere it is the origin's own.
    assert.equal((await gate.get("/open/a", headers)).header("referrer-policy"), said);
  }
  origin.take();
});

test("the gateway's own headers say the route and the request, and the request id is a new one each time", async () => {
  const first = forwarded(await gate.get(link("/files/a"), { "edgegate-request-id": "mine" }));
  const second = forwarded(await gate.get(link("/files/a"), { "edgegate-request-id": "mine" }));
  assert.equal(first.fields.get("edgegate-route"), "files");
  assert.match(first.fields.get("edgegate-request-id"), /^[0-9a-f]{32}$/);
  assert.notEqual(first.fields.get("edgegate-request-id"), second.fields.get("edgegate-request-id"));
  assert.equal((await gate.decision(first.fields.get("edgegate-request-id"))).reason, "ok");
});

test("a guarded path in other letters is refused, not forwarded under a wider route", async () => {
  for (const path of ["/ACCOUNT/", "/Account/x", "/ME/a", "/FILES/a"]) {
    const answer = await gate.get(path);
    assert.equal(answer.echo, undefined, path);
    await refused(answer, 400, "path_case_ambiguous");
  }
});

theLogHoldsNoCredential(gateway, { subjects: ["1001002"] });
