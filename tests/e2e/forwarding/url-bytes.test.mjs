// Checked bytes are forwarded bytes: each odd address is either refused, or the origin gets its path and query exactly
// as they were sent, except for what `fetch` would escape in a query, which the gate escapes itself. Over raw sockets,
// straight into workerd, and behind the entry Worker that `wrangler dev` puts in front, which rewrites some addresses
// before the gateway sees them.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { demoPolicy, startGateway } from "../lib/gateway.mjs";
import { startOrigin } from "../lib/origin.mjs";

const origin = await startOrigin();
const route = (name, accept, to) => `
[[routes]]
name = "${name}"
path = "/${name}/*"
methods = ["GET", "POST"]
accept = [${accept}]
bearer = { query = true }
forward = { origin = "${to}" }`;
const policy = demoPolicy(
  `[origins.web]\nurl = "${origin.url}"`,
  route("open", '"none"', "demo").replace("bearer = { query = true }\n", ""),
  route("guarded", '"bearer"', "demo"),
  route("web", '"bearer"', "web"),
);
const gateway = await startGateway({ gate: { policy } });
const entry = await gateway.entry();
after(() => (origin.stop(), entry.close(), gateway.stop()));
const { access_token: token } = await gateway.gate.admin("token", { subject: "1001002" });

const PASS = "passes";
const REFUSE = "is refused";
// What straight workerd does; undefined where either will do.
const paths = [
  ["", PASS], ["/", PASS], ["/a", PASS], ["/a/", PASS], ["/a.b/..c/...", PASS], ["/%20", PASS], ["/%c3%a9", PASS], ["/%C3%A9", PASS], ["/a%25", PASS], ["/a'b", PASS],
  ["/[1]", PASS], ["/a:b@c", PASS], ["/a,b!$&()*+=", PASS], ["/~-_.", PASS], ["/%3f", REFUSE], ["/%3Fa=b", REFUSE], ["/%23", REFUSE], ["/%3B", REFUSE], ["/..%3b/x", REFUSE],
  ["//", REFUSE], ["//x", REFUSE], ["/a//b", REFUSE], ["/a/../b", REFUSE], ["/a/./b", REFUSE], ["/..", REFUSE], ["/.", REFUSE], ["/../other", REFUSE], ["/%2e%2e/b", REFUSE],
  ["/.%2E/b", REFUSE], ["/%2e", REFUSE], ["/a%2fb", REFUSE], ["/a%2F..%2Fb", REFUSE], ["/a%5cb", REFUSE], ["/a\\b", REFUSE], ["/..\\b", REFUSE], ["/%61", REFUSE], ["/%7E", REFUSE],
  ["/a%", REFUSE], ["/a%zz", REFUSE], ["/a%00", REFUSE], ["/a%0d%0aX:y", REFUSE], ["/a%7f", REFUSE], ["/a%252fb", REFUSE], ["/a%2525", undefined], ["/%c0%ae", REFUSE], ["/%ff", REFUSE],
  ["/a;x=1", REFUSE], ["/..;/x", REFUSE], ["/\xc3\xa9", REFUSE], ["/\xff", REFUSE], ["/{a}", REFUSE], ["/^", REFUSE], ["/`", REFUSE], ["/\"", REFUSE], ["/<a>", REFUSE], ["/a|b", undefined],
  ["/\u00ad", REFUSE], ["/%E2%80%AE", undefined], ["/" + "a".repeat(7000), PASS], ["/" + "a".repeat(9000), REFUSE],
];
const queries = [
  ["?", PASS], ["?a", PASS], ["?a=b&c=d", PASS], ["?a=+%20%2B", PASS], ["?&&", PASS], ["?a=%zz%", PASS], ["?a=%2f..%2F", PASS], ["?a[]=1&b[c]=2", PASS], ["?a=b?c=d", PASS], ["?a=/../b", PASS],
  ["?a=//b\\c", undefined], ["?%c3%a9", PASS], ["?a=1;b=2", PASS], ["?a=%00%0d%0a", PASS], ["?a={}|^`", undefined], ["?a==", PASS], ["?a=:@!$()*,~", PASS],
  ["?q='x'", PASS], ["?q='x'&%27=''''", PASS], ["?ts'=1&'ts=2&'&''=", PASS], ["?q=\xc3\xa9", PASS], ["?\xc3\xa9'=\xf0\x9f\x9a\xaa", PASS], ["?$filter=name%20eq%20'O''Neil'", PASS],
  ["?" + "'".repeat(2500), PASS], ["?" + "'".repeat(2800), REFUSE], ["?q=\"x\"", REFUSE], ["?q=<x>", REFUSE], ["?q=\xff", REFUSE], ["?q=\xc3'", REFUSE], ["?q=a b", undefined], ["?q=\t", REFUSE], ["?q=\x01", REFUSE],
];

const ask = (client, target, headers = "") =>
  client.raw(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nAccept: application/json\r\nConnection: close\r\n${headers}\r\n`);

/** What the gate forwards of what was sent: in the query, `'` and bytes beyond ASCII are escaped. */
const forwardedAs = (target) => {
  const [path, ...query] = target.split("?");
  const escaped = query.join("?").replace(/['\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
  return target.includes("?") ? `${path}?${escaped}` : path;
};

/** Refused, or the origin got what is expected: says which. */
function outcome(answer, target, isExpected) {
  const shown = JSON.stringify(target);
  if (answer.echo === undefined) {
    assert.ok(answer.status >= 400 || answer.status === 0, `${shown}: ${answer.status} and no echo`);
    return REFUSE;
  }
  assert.ok(isExpected(answer.echo.path), `${shown} reached the origin as ${JSON.stringify(answer.echo.path)}`);
  return PASS;
}

const credential = `Authorization: Bearer ${token}\r\n`;
const table = [...paths.map(([path, expected]) => [`${path}`, expected]), ...queries.map(([query, expected]) => [`/a${query}`, expected])];

for (const prefix of ["/open", "/guarded"]) {
  test(`straight into workerd, ${prefix}/*: refused, or byte for byte`, async () => {
    for (const [rest, expected] of table) {
      const target = prefix + rest;
      const became = outcome(await ask(gateway.gate, target, prefix === "/guarded" ? credential : ""), target, (path) => path === forwardedAs(target));
      if (expected) assert.equal(became, expected, JSON.stringify(target));
    }
  });

  test(`behind the entry Worker, ${prefix}/*: refused, or as the entry Worker wrote it, and never outside the route`, async () => {
    for (const [rest] of table) {
      const target = prefix + rest;
      const answer = await ask(entry, target, prefix === "/guarded" ? credential : "");
      const written = new URL(`http://h${Buffer.from(target, "latin1").toString()}`);
      if (!written.pathname.startsWith(`${prefix}/`) && written.pathname !== prefix) {
        assert.equal(answer.echo, undefined, `${target} left its route`); // for the gateway it is another address
        continue;
      }
      // Parsers differ in what they escape; what it stands for is the same.
      const meant = (path) => path.replace(/%[0-7][0-9a-f]/gi, decodeURIComponent).toLowerCase();
      outcome(answer, target, (path) => [target, written.pathname + written.search].map(meant).includes(meant(path)));
    }
  });
}

test("an origin with an address gets the same bytes", async () => {
  for (const [rest, expected] of table) {
    const target = `/web${rest}`;
    const answer = await ask(gateway.gate, target, credential);
    const arrived = origin.take();
    if (answer.status === 200) assert.deepEqual(arrived.map(({ url }) => url), [forwardedAs(target)]);
    else assert.deepEqual(arrived, [], `${JSON.stringify(target)}: refused, and yet it arrived`);
    if (expected) assert.equal(answer.status === 200 ? PASS : REFUSE, expected, JSON.stringify(target));
  }
});

test("cutting a credential moves no other byte", async () => {
  for (const [before, after] of [["", ""], ["a=%zz&", ""], ["", "&b=+;%2F"], ["&&", "&&"], ["a='&", "&'c=''"], ["a=1&a=1&", "&a=1"]]) {
    const { echo } = await ask(gateway.gate, `/guarded/a?${before}access_token=${token}${after}`);
    const expected = [before.replace(/&$/, ""), after.replace(/^&/, "")];
    const kept = before && after ? expected.join("&") : expected.join("");
    assert.equal(echo.path, kept ? forwardedAs(`/guarded/a?${kept}`) : "/guarded/a");
  }
});

test("what is no origin-form is refused or taken by its Host alone", async () => {
  for (const target of ["http://127.0.0.1:8787/open/a", "http://evil.example/open/a", "https://evil.example/open/a"]) {
    const answer = await ask(gateway.gate, target);
    if (answer.echo) assert.equal(answer.echo.url, "http://127.0.0.1:8787/open/a", target);
  }
  for (const target of ["*", "open/a", "", "127.0.0.1:8787", "?x", "#x"]) {
    assert.equal((await ask(gateway.gate, target)).echo, undefined, target);
  }
  const fragment = await ask(gateway.gate, "/open/a?b#c");
  assert.ok(fragment.echo === undefined || fragment.echo.path === "/open/a?b");
});

test("hosts that are none are refused", async () => {
  const withHost = (host) => gateway.gate.raw(`GET /open/a HTTP/1.1\r\nHost: ${host}\r\nAccept: application/json\r\nConnection: close\r\n\r\n`);
  assert.ok((await withHost("127.0.0.1:8787")).echo);
  for (const host of ["u@127.0.0.1", "127.0.0.1/x", "a b", "evil.example#", "evil.example?x", "a..", "host.", "%31", "", "a\\b", "[::1", "\xff", ":80", "a,b"]) {
    const answer = await withHost(host);
    assert.equal(answer.echo, undefined, `${JSON.stringify(host)} reached the origin as ${answer.echo?.url}`);
  }
  const twice = await gateway.gate.raw("GET /open/a HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\nAccept: application/json\r\nConnection: close\r\n\r\n");
  assert.equal(twice.echo, undefined);
});
