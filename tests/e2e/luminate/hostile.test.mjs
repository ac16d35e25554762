// A page in which visitors have written what they may, to have the token of a reader sent away. No part of it
// gets a token or a nonce into an address, a form or a script that leads elsewhere; without the page's own protection,
// and with it.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { login, tagged } from "../lib/luminate.mjs";
import { startOrigin } from "../lib/origin.mjs";

let written = "";
const origin = await startOrigin((request, response) => (response.writeHead(200, { "content-type": "text/html" }), response.end(written)));
const gateway = await startGateway({ gate: { policy: tagged(origin.url, { all: '["html", "script", "style", "comment"]' }) } });
const { gate } = gateway;
after(() => (origin.stop(), gateway.stop()));

const jo = await login(gate);
const headers = { accept: "text/html", ...jo.cookie };
const hostile = async (more) => (await gate.get(`/site/SPageServer?pagename=hostile${more}`, headers)).text;
const whole = await hostile("&csp=off");
const parts = [...whole.matchAll(/<h2>([\w-]+)<\/h2>/g)].map(([, name]) => name);
const own = whole.slice(0, whole.indexOf("<h2>"));

// What only the browser can stop, since it comes after the token was written: tests/browser/luminate-hostile.test.mjs.
const UNDEFENDED = ["form-button"];

/** The browser sends forms of a page, and resolves its addresses, to the gate's own and listed hosts alone. */
function isProtected(answer) {
  assert.match(answer.header("content-security-policy") ?? "", /(?:^|, )base-uri 'self' 127\.0\.0\.1:8787 127\.0\.0\.1:8788; form-action 'self' 127\.0\.0\.1:8787 127\.0\.0\.1:8788$/);
}

/** The page's own server may have the token, and those that the policy lists a nonce. */
const mayHaveToken = (address) => new URL(address, "http://127.0.0.1:8787/site/SPageServer").host === "127.0.0.1:8787";
const mayHaveNonce = (address) => ["127.0.0.1:8787", "127.0.0.1:8788"].includes(new URL(address, "http://127.0.0.1:8787/site/SPageServer").host);
const plain = (value) => value.replaceAll("&amp;", "&");

/** No token or nonce where it could leave. What is looked at is text, tag by tag, and the more suspicious reading counts. */
function leaksNothing(text, what) {
  const token = jo.token;
  for (const [attribute, value] of text.matchAll(/[\w:-]+\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))/g)) {
    const address = plain(value ?? attribute.replace(/^[^=]*=\s*['"]?|['"]$/g, ""));
    if (/\bvalue\s*=/.test(attribute)) continue; // checked with its form
    if (address.includes(token)) assert.ok(mayHaveToken(address), `${what}: ${attribute}`);
    if (address.includes("NONCE_TOKEN=")) assert.ok(mayHaveNonce(address), `${what}: ${attribute}`);
  }
  for (const [piece] of text.matchAll(/<script[^]*?<\/script>|<style[^]*?<\/style>|<!--[^]*?-->|srcdoc="[^"]*"|style="[^"]*"|on\w+="[^"]*"/g)) {
    assert.ok(!piece.includes(token) && !piece.includes("NONCE_TOKEN="), `${what}: ${piece}`);
  }
  // From a form that leads away on, nothing; nor in one that a button sends away.
  const away = text.search(/<form[^>]*action="?https:\/\/evil/i);
  if (away >= 0) assert.ok(!text.slice(away).includes(token), `${what}: in or behind a form to evil.example`);
  const hasField = /<(?:input|textarea|option|button)\b[^>]*>?[^<]*/g;
  if (/formaction\s*=\s*["']?\s*https:\/\/evil/i.test(text)) {
    for (const [field] of text.matchAll(hasField)) assert.ok(!field.includes(token), `${what}: a button sends ${field} to evil.example`);
  }
}

test("the page is the hostile one, and has its own token in its own first paragraph", () => {
  assert.ok(parts.length >= 60, `${parts.length} parts`);
  assert.match(own, new RegExp(`<p id="own">Token of this session: ${jo.token.replaceAll(".", "\\.")}</p>`));
});

for (const part of parts) {
  test(`alone: ${part}`, async () => {
    if (UNDEFENDED.includes(part)) return isProtected(await gate.get(`/site/SPageServer?pagename=hostile&csp=off&part=${part}`, headers));
    const text = await hostile(`&csp=off&part=${part}`);
    const rest = text.slice(text.indexOf("<h2>"));
    assert.ok(text.startsWith(own.slice(0, own.indexOf("<main>"))));
    leaksNothing(rest, part);
    // Nowhere at all, but where the address is this server's own.
    if (part !== "link-here") assert.ok(!rest.includes(jo.token), rest);
  });
}

test("all at once, with and without the page's own protection: from the first part that leads away on, nothing", async () => {
  for (const more of ["&csp=off", ""]) {
    const text = await hostile(more);
    const rest = text.slice(text.indexOf("<h2>"));
    const places = rest.split(/<h2>/).filter((piece) => piece.includes(jo.token)).map((piece) => /^[\w-]+/.exec(piece)[0]);
    assert.deepEqual(places.filter((name) => ![...UNDEFENDED, "link-here"].includes(name)), []);
  }
});

/** Written into a page of the origin's; `page` holds the gateway's token where it may. */
async function shown(text, path = "/web/a") {
  written = text;
  return (await gate.get(path, headers)).text;
}

test("a page says to browsers where its forms and addresses may lead, whatever it says itself", async () => {
  for (const more of ["form", "tags", "plain", "hostile", "hostile&csp=off"]) isProtected(await gate.get(`/site/SPageServer?pagename=${more}`, headers));
  assert.match((await gate.get("/site/SPageServer?pagename=plain", headers)).header("content-security-policy"), /form-action 'none'.*, base-uri 'self'/);
});

test("where the route expands in scripts, styles and comments, addresses and forms still get nothing", async () => {
  const page = await shown('<script>let t = "[[S86:true]]"</script><style>p::after { content: "[[S86:true]]" }</style><!-- [[S86:true]] --><a href="https://evil.example/?[[S86:true]]">a</a><form action="https://evil.example/">[[S86]]</form>', "/all/a");
  const { token } = jo;
  const commented = /^-|--|-$/.test(token) ? "[[S86:true]]" : token; // a comment could end there
  assert.equal(page, `<script>let t = "${token}"</script><style>p::after { content: "${token}" }</style><!-- ${commented} --><a href="https://evil.example/?[[S86:true]]">a</a><form action="https://evil.example/">[[S86]]</form>`);
});

test("an address with a nonce leads to a listed host, however it is written", async () => {
  for (const address of ["https://evil.example/", "//evil.example/", "/\\evil.example/", "http://127.0.0.1:8788@evil.example/", "http://127.0.0.1:8788.evil.example/", "http://evil.example\\@127.0.0.1:8788/", "HTTP://evil.example", "javascript:x", "data:text/html,x", "http:evil.example", "http:/evil.example", "\thttp://evil.example", "http://127.0.0.1:8788%40evil.example/", "http://127.0.0.1:8788&#64;evil.example/", "http://127.0.0.1:8789/", "http://[::1]/"]) {
    for (const tag of ["S1112", "T2"]) {
      for (const text of [`<a href="[[${tag}:${address}]]">a</a>`, `<p>[[${tag}:${address}]]</p>`]) {
        const page = await shown(text);
        const [, target] = /(?:href="|<p>)([^"<]*)/.exec(page);
        if (page.includes("NONCE_TOKEN=")) assert.ok(mayHaveNonce(plain(target)), page);
      }
    }
  }
  assert.match(await shown('<a href="[[S1112:http://127.0.0.1:8788/a]]">'), /8788\/a\?NONCE_TOKEN=/);
});

test("a page that asks for a thousand nonces gets a hundred", async () => {
  const page = await shown("[[S1112:/site/Page]] ".repeat(1000));
  assert.equal(page.match(/NONCE_TOKEN=/g).length, 100);
});

theLogHoldsNoCredential(gateway);
