// What `edgegate dev` makes of a policy and of a line of the log, without a gateway.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { withoutSecrets } from "../../package/commands/dev/address.mjs";
import { decision, printed } from "../../package/commands/dev/decision.mjs";
import { localised } from "../../package/commands/dev/local.mjs";
import { readToml } from "../../package/commands/lib/toml.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";

const address = { host: "127.0.0.1:8787", url: "http://127.0.0.1:8787" };

test("only the gateway's address, an origin and hosts change, and every line stays where it is", () => {
  const policy = `version = 1
gateway = { issuer = "https://gate.example.org" } # issuer = "https://no.example.org"
[origins]
site = { service = "SITE", timeout = "5s" }
[session]
keys = ["s"]
hosts = ["files.example.org"]
[admin]
allow = [
  "192.0.2.0/24",
]
[[routes]]
name = "a"
host = "gate.example.org"
path = "/*"
rate = { limit = 5, period = "1m", by = "network" }
forward = { origin = "site" }
[[tests]]
name = "issuer = \\"https://gate.example.org\\""
url = "/"
[tests.credential]
session = "1"
[[routes]]
name = "b"
host = "*.example.org"
path = "/b"
forward = { origin = "site" }
`;
  const { text, issuer, hosts, bound } = localised(policy, { address, origins: [[undefined, "http://localhost:3000"]] });
  assert.equal(issuer, "https://gate.example.org");
  assert.deepEqual(Object.fromEntries(hosts), { "files.example.org": "files.example.org.localhost", "gate.example.org": "127.0.0.1:8787", "*.example.org": "*.example.org.localhost" });
  assert.deepEqual(bound, { elsewhere: [], buckets: [], limiters: [{ limit: 5, seconds: 60 }] });
  const [before, after] = [policy, text].map((one) => one.split("\n"));
  assert.equal(after.length, before.length);
  const changed = after.flatMap((line, at) => (line === before[at] ? [] : [[at + 1, line]]));
  assert.deepEqual(changed, [
    [2, 'gateway = { issuer = "http://127.0.0.1:8787" } # issuer = "https://no.example.org"'],
    [4, 'site = { url = "http://localhost:3000", timeout = "5s" }'],
    [7, 'hosts = ["files.example.org.localhost"]'],
    [10, '  "192.0.2.0/24", "127.0.0.0/8",'],
    [14, 'host = "127.0.0.1:8787"'],
    [18, "# [[tests]]"],
    [19, '# name = "issuer = \\"https://gate.example.org\\""'],
    [20, '# url = "/"'],
    [21, "# [tests.credential]"],
    [22, '# session = "1"'],
    [25, 'host = "*.example.org.localhost"'],
  ]);
});

test("administrators of this machine are added once", () => {
  const policy = '[gateway]\nissuer = "https://gate.example.org"\n[admin]\nallow = ["127.0.0.0/8", "192.0.2.0/24"]\n';
  assert.equal(localised(policy, { address }).text, policy.replace("https://gate.example.org", address.url));
});

test("values are read as TOML has them, each with its place", () => {
  const text = `a.b = 'x#y' # z\n"c d" = """\nq\\"u"""\n[e.f]\ng = [1_000, { h = true }, # i = 1\n  "j"]\n[[k]]\nl = 2026-11-30\n[[k]]\nm = "\\u00e4\\n"\n`;
  const { tree, values } = readToml(text);
  assert.deepEqual(JSON.parse(JSON.stringify(tree)), { a: { b: "x#y" }, "c d": '\nq"u', e: { f: { g: [1000, { h: true }, "j"] } }, k: [{ l: "2026-11-30" }, { m: "ä\n" }] });
  for (const { path, start, end } of values) assert.ok(end > start, path.join("."));
  assert.deepEqual(readToml(readFileSync(inRoot("demo/edgegate.toml"), "utf8")).tree.origins, { demo: { service: "ORIGIN" }, site: { url: "http://127.0.0.1:8790" }, bucket: { r2: "FILES" } });
  for (const broken of ["[", "a", "a = ", "a = [", 'a = "', "= 1", "a = {", "]\n}\n"]) assert.ok(readToml(broken), "what is no TOML ends too");
});

test("no credential of an address is shown", () => {
  for (const [target, shown] of [
    ["/a?v=2&eg_kid=k&eg_exp=1&eg_sig=abc", "/a?v=2&eg_kid=k&eg_exp=1&eg_sig=…"],
    ["/.edgegate/callback/corp?code=abc&state=def&iss=https://id.example.org", "/.edgegate/callback/corp?code=…&state=…&iss=…"],
    ["/a?NONCE_TOKEN=egn_seal-1_AGsC34YAawLf_tdedTSOy0Gi1oYvDGvGzFmwiZkgYvGd8WQuY77wWyp765YsrA", "/a?NONCE_TOKEN=…"],
    ["/a?x=egt_seal-1_AGsC34YAawLf", "/a?x=…"],
    ["/a/egs_seal-1_AGsC34YAawLf/b", "/a/…/b"],
    ["/a?x=0123456789012345678901234567", "/a?x=…"],
    ["/a?access_token=a%20b&q=caf%C3%A9", "/a?access_token=…&q=…"],
    ["/site/Page;jsessionid=0123.app1?a=1", "/site/Page;…?a=1"],
    ["/a?pass=x1&otp=123456&pwd=b&pw=c&pin=1234&pin=12&cred=d&tan=1&p%61ss=e&PASS=1", "/a?pass=…&otp=…&pwd=…&pw=…&pin=…&pin=…&cred=…&tan=…&p%61ss=…&PASS=…"],
    ["/a;token=abc/b", "/a;…/b"],
    ["/a%3Btoken=abc/b%3ftoken=abc/pass%3dx", "/a;…/b?…/pass=…"],
    ["/a?page=2;token=abc;v=1", "/a?page=2;token=…;v=1"],
    ["/a?%65g_sig=abc&x=egn%5Fseal-1_AGsC34YA&egn%255Fseal-1_AGsC34YA", "/a?%65g_sig=…&x=…&…"],
    ["/a?data=%7B%22password%22%3A%22correct%20horse%22%7D&next=%2Fa%3Ftoken%3Dabc", "/a?data=…&next=…"],
    ["/reset/4f3c9a21b7d04e55/x", "/reset/…/x"],
    ["/reset/4f3c/x", "/reset/…/x"],
    ["/files/3fa85f64-5717-4562-b3fc-2c963f66afa6/a", "/files/…/a"],
    ["/n/egn%5Fseal-1_AGsC34YA/b", "/n/…/b"],
    ["/n/egn%255Fseal-1_AGsC/b/sk_live_x1/ghp_abc", "/n/…/b/…/…"],
    ["/a/AbCdEfGhIjKlMnOpQrStUvWxYz", "/a/…"],
    ["/assets/index-4f3c2b1a9d.js?v=4f3c2b1a", "/assets/….js?v=4f3c2b1a"],
    ["/?page=2&lang=de&sort=-date&v=1.2.3&limit=50&n=7", "/?page=2&lang=de&sort=-date&v=1.2.3&limit=50&n=7"],
    ["/?page=correct+horse+battery&v=eyJhbGciOi", "/?page=…&v=…"],
    ["/members/a-long-article-about-nothing", "/members/a-long-article-about-nothing"],
    ["/%ff%/a?%ff=%&=x", "/%ff%/a?…=…&=…"],
    ["/a?b", "/a?b"],
    ["", "/"],
  ]) assert.equal(withoutSecrets(`http://127.0.0.1:8787${target}`), shown);
  assert.doesNotMatch(withoutSecrets("http://h/\x1b[31m\u202e"), /[\x1b\u202e]/);
});

test("a decision is a line with its cause, in colour only where that is asked for", () => {
  const line = '{"edgegate":"refused","reason":"session_missing_or_so","status":401,"method":"GET","route":"members","request_id":"1","dev":{"method":"GET","url":"http://127.0.0.1:8787/members/?a=1","ms":3}}';
  const known = line.replace("session_missing_or_so", "credential_missing");
  const at = new Date(2026, 10, 30, 12, 3, 4);
  assert.equal(printed(decision(line, at)), "12:03:04  GET  /members/?a=1  [members]  nobody  refused: session_missing_or_so  401  3 ms");
  assert.match(printed(decision(known, at)), /credential_missing {2}401 {2}3 ms\n +The request has none of the credentials/);
  assert.match(printed(decision(known, at), { colours: true }), /\x1b\[31mrefused/);
  assert.equal(decision("edgegate: policy 1234, 3 routes"), undefined);
  assert.equal(decision('{"edgegate":"broken'), undefined);
  assert.equal(decision(known.replace('"method":"GET","route"', '"method":"POST","route"'), at).path, "?", "a line of another request than it seems is not given its address");
});
