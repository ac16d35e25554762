// Tags in pages: each in its place, however the page arrives; what else changes about such an answer; and what is no
// page, or on a route without tags, passes as it is.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { forwarded, status } from "./lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "./lib/gateway.mjs";
import { SAM, call, cookieOf, granted, login, read, visitor } from "./lib/luminate.mjs";
import { startOrigin } from "./lib/origin.mjs";

let serve = () => {};
const origin = await startOrigin((request, response) => serve(response, request));
const routes = `[origins.web]
url = "${origin.url}"
[[routes]]
name = "web"
path = "/web/*"
methods = ["GET", "HEAD", "POST"]
accept = ["luminate"]
tags = ["html"]
forward = { origin = "web" }
[[routes]]
name = "bare"
path = "/bare/*"
methods = ["GET", "HEAD"]
accept = ["luminate"]
forward = { origin = "demo", path = "/site/*" }

[[routes]]
name = "site"`;
const gateway = await startGateway({ gate: { policy: demoPolicy(['[[routes]]\nname = "site"', routes]) } });
const { gate } = gateway;
after(() => (origin.stop(), gateway.stop()));

const html = { accept: "text/html" };
const show = (name, headers = {}, more = "") => gate.get(`/site/SPageServer?pagename=${name}${more}`, { ...html, ...headers });
const bare = (name, headers = {}, more = "") => gate.get(`/bare/SPageServer?pagename=${name}${more}`, { ...html, ...headers });
const without = (text) => text.replace(/NONCE_TOKEN=[0-9A-F]+/g, "NONCE_TOKEN=nonce");
const GONE = ["content-length", "etag", "last-modified", "accept-ranges", "content-range", "content-md5", "digest", "repr-digest"];

const jo = await login(gate);
const field = `<input value="${jo.token}" name="auth" id="auth" type="hidden"></input>`;
const nonce = "NONCE_TOKEN=[0-9A-F]{64,}";

test("every tag of the page stands for what it is to, in text and in attributes", async () => {
  const { text } = await show("tags", jo.cookie);
  const place = (name) => new RegExp(`<(\\w+) data-place="${name}"[^>]*>([^]*?)</\\1>`).exec(text)[2];
  for (const name of ["field", "field-false", "field-xml"]) assert.equal(place(name), field, name);
  assert.equal(place("token"), jo.token);
  assert.equal(place("rewrite"), `${jo.token};jsessionid=00000000.app1`);
  assert.match(place("nonce"), new RegExp(`^http://127\\.0\\.0\\.1:8788/landing\\?${nonce}$`));
  assert.match(place("form-address"), new RegExp(`^http://127\\.0\\.0\\.1:8787/site/CRConsAPI\\?${nonce}$`));
  assert.equal(place("not"), "[[S86x]] [[S86:maybe]] [[S1:first_name]] [S86] [[S86] ]");
  assert.ok(text.includes(`<p data-place="attributes" title="${jo.token}" data-single='${jo.token}' data-bare=${jo.token} data-field="[[S86]]">`));
  assert.ok(text.includes(`<input id="token" value="${jo.token}" readonly>`));
  assert.match(text, new RegExp(`data-place="link" href="http://127\\.0\\.0\\.1:8788/landing\\?${nonce}"`));
  assert.match(text, new RegExp(`data-place="link-query" href="http://127\\.0\\.0\\.1:8788/landing\\?a=1&amp;b=2&amp;${nonce}#here"`));
  assert.match(text, new RegExp(`data-place="form" action="http://127\\.0\\.0\\.1:8787/site/CRConsAPI\\?${nonce}"`));
  const nonces = text.match(new RegExp(nonce, "g"));
  assert.equal(new Set(nonces).size, nonces.length, "no nonce twice");
  assert.ok(!text.includes(jo.JSESSIONID), "the session's own id stands nowhere");
});

test("in comments, scripts and styles they stay, and so does every other byte", async () => {
  const [shown, asSent] = [(await show("tags", jo.cookie)).text, (await bare("tags", jo.cookie)).text];
  for (const [kept] of asSent.matchAll(/<!--[^]*?-->|<script[^]*?<\/script>|<style[^]*?<\/style>|<head>[^]*?<\/head>/g)) assert.ok(shown.includes(kept), kept);
  const pieces = asSent.split(/\[\[(?:S86(?::true|:false|:true:rewrite)?|(?:S1112|T2):[^\]]*)\]\]|<convio:session name="86"\/>/).filter((piece) => piece.length > 12);
  let at = 0;
  for (const piece of pieces) assert.ok((at = shown.indexOf(piece, at)) >= 0, `lost: ${piece}`);
});

test("the token is the visitor's own and works in a post; a visitor without a session gets one with the page", async () => {
  for (const [cookie, subject] of [[jo.cookie, "1001002"], [(await login(gate, SAM)).cookie, "1001003"], [(await visitor(gate)).cookie, null], [{}, null]]) {
    const answer = await show("form", cookie);
    const auth = /<input value="([\w.-]+)" name="auth" id="auth" type="hidden"><\/input>/.exec(answer.text)[1];
    const mine = cookie.cookie ? { ...cookie } : { cookie: `JSESSIONID=${cookieOf(answer)}` };
    if (cookie.cookie) assert.equal(answer.cookies.length, 0, "who has a session keeps it");
    const echo = forwarded(await call(gate, "getUser", { auth, demo: "echo" }, mine));
    assert.equal(echo.fields.get("edgegate-subject") ?? null, subject);
    const [, NONCE_TOKEN] = /NONCE_TOKEN=([0-9A-F]+)/.exec((await show("tags", mine)).text);
    const { JSESSIONID } = granted(await read(gate, "getLoginUrl", { NONCE_TOKEN }));
    assert.equal(`JSESSIONID=${JSESSIONID}`, mine.cookie, "and a nonce of the page leads to the same session");
  }
});

test("a page that may have got a token is this visitor's alone, and nothing speaks of the origin's bytes", async () => {
  serve = (response, request) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", etag: '"1"', "last-modified": "Tue, 01 Sep 2026 00:00:00 GMT", "accept-ranges": "bytes", "content-md5": "x", digest: "x", "repr-digest": "x", "cache-control": "public, max-age=600", "cdn-cache-control": "max-age=600", "x-kept": "1", ...(request.method === "HEAD" && { "content-length": "999" }) });
    response.end(request.method === "HEAD" ? undefined : "<p>[[S86:true]]</p>");
  };
  for (const verb of ["GET", "HEAD", "GET"]) {
    const answer = await gate.request(verb, "/web/a", { headers: { ...html, ...jo.cookie } });
    status(answer, 200);
    assert.equal(answer.text, verb === "HEAD" ? "" : `<p>${jo.token}</p>`);
    assert.equal(answer.header("cache-control"), "private, no-store");
    assert.equal(answer.header("cdn-cache-control"), undefined);
    assert.equal(answer.header("x-kept"), "1");
    for (const name of GONE) assert.equal(answer.header(name), undefined, `${verb} ${name}`);
  }
});

test("a page in chunks of any size, slow or at once, gives one and the same page", async () => {
  const page = Buffer.from((await bare("tags")).text);
  const whole = without((await show("tags", jo.cookie)).text);
  for (const [size, pause] of [[1, 0], [7, 0], [64, 0], [1024, 5], [page.length, 0]]) {
    serve = async (response) => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      for (let at = 0; at < page.length; at += size) {
        response.write(page.subarray(at, at + size));
        if (pause) await sleep(pause);
      }
      response.end();
    };
    assert.equal(without((await gate.get("/web/a", { ...html, ...jo.cookie })).text), whole, `chunks of ${size}`);
  }
  serve = async (response) => {
    response.writeHead(200, { "content-type": "text/html" });
    for (const piece of ["<p>[", "[S8", "6:t", "rue]", "]</p><convio:ses", 'sion name="86"', "/>", "[[S86:tr"]) response.write(piece), await sleep(30);
    response.end();
  };
  assert.equal((await gate.get("/web/a", { ...html, ...jo.cookie })).text, `<p>${jo.token}</p>${field}[[S86:tr`);
});

test("what is ready is not held back until the page's end", async () => {
  let end;
  serve = (response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.write(`<p>[[S86:true]]</p>${"x".repeat(70_000)}`);
    end = () => response.end("<p>end</p>");
  };
  const response = await fetch(`http://127.0.0.1:${gate.port}/web/a`, { headers: { ...html, host: gate.host, ...jo.cookie } });
  const { value } = await response.body.getReader().read();
  assert.ok(Buffer.from(value).toString().startsWith("<p>"));
  end();
});

test("a compressed page is expanded and compressed again", async () => {
  const zipped = await show("tags", { ...jo.cookie, "accept-encoding": "gzip" }, "&encoding=gzip");
  assert.equal(zipped.header("content-encoding"), "gzip");
  assert.equal(without(gunzipSync(zipped.body).toString()), without((await show("tags", jo.cookie)).text));
  for (const name of GONE) assert.equal(zipped.header(name), undefined, name);
  serve = (response) => (response.writeHead(200, { "content-type": "text/html", "content-encoding": "gzip" }), response.end(gzipSync("<p>[[S86:true]]</p>")));
  assert.equal(gunzipSync((await gate.get("/web/a", { ...html, ...jo.cookie, "accept-encoding": "gzip" })).body).toString(), `<p>${jo.token}</p>`);
});

test("a part of a page with tags cannot be had: whoever asks gets the whole, whatever the origin would have given", async () => {
  for (const range of ["bytes=0-9", "bytes=-5", "bytes=100-", "bytes=0-0,5-6"]) {
    for (const more of ["&range=1", ""]) {
      const answer = await show("tags", { ...jo.cookie, range }, more);
      status(answer, 200);
      assert.equal(without(answer.text), without((await show("tags", jo.cookie)).text), range);
      for (const name of GONE) assert.equal(answer.header(name), undefined, `${range} ${name}`);
    }
  }
});

test("a part that is not there is no reason to tell how long the origin's page is", async () => {
  const answer = await show("tags", { ...jo.cookie, range: "bytes=999999-" }, "&range=1");
  assert.deepEqual([answer.status, answer.header("content-range")], [200, undefined]);
});

test("a page without tags arrives byte for byte", async () => {
  const asSent = await bare("plain");
  for (const [headers, more] of [[{}, ""], [jo.cookie, ""], [{ range: "bytes=5-9" }, "&range=1"]]) {
    const answer = await show("plain", headers, more);
    assert.ok(answer.body.equals(asSent.body));
  }
  const odd = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 7) % 256).filter((byte) => byte !== 91));
  serve = (response) => (response.writeHead(200, { "content-type": "text/html" }), response.end(odd));
  assert.ok((await gate.get("/web/a", html)).body.equals(odd));
  const big = await show("big", {}, "&n=3000000");
  assert.equal(big.text.replace(/session: [\w.-]+\n/g, "session: [[S86:true]]\n"), (await bare("big", {}, "&n=3000000")).text);
});

test("what is no page passes untouched, with its length, version and ranges", async () => {
  const part = await gate.get("/site/x?demo=bytes&n=1000", { ...jo.cookie, range: "bytes=250-252" });
  assert.deepEqual([part.status, part.header("content-range"), [...part.body], part.header("etag")], [206, "bytes 250-252/1000", [250, 0, 1], '"bytes-1000"']);
  const known = await gate.get("/site/x?demo=etag", { ...jo.cookie, "if-none-match": '"demo-etag-1"' });
  assert.deepEqual([known.status, known.header("etag")], [304, '"demo-etag-1"']);
  const text = '{"a":"[[S86:true]] <convio:session name=\\"86\\"/>"}';
  for (const type of ["application/json", "text/plain", "text/javascript", "text/css", "application/xml", "image/svg+xml", "text/html+x", undefined]) {
    serve = (response) => (response.writeHead(200, { ...(type && { "content-type": type }), etag: '"1"', "content-length": text.length }), response.end(text));
    const answer = await gate.get("/web/a", html);
    assert.deepEqual([answer.text, answer.header("etag"), answer.header("content-length"), answer.cookies.length], [text, '"1"', `${text.length}`, 0], type);
  }
});

test("a page in an encoding that cannot be read so passes untouched", async () => {
  const text = "<p>[[S86:true]]</p>";
  for (const [type, body] of [["text/html; charset=utf-16", Buffer.from(`\ufeff${text}`, "utf16le")], ["text/html; charset=utf-16le", Buffer.from(text, "utf16le")], ["text/html; charset=utf-7", Buffer.from(text)], ["text/html; charset=iso-2022-jp", Buffer.from(text)], ['text/html; charset="Shift_JIS"', Buffer.from(text)]]) {
    serve = (response) => (response.writeHead(200, { "content-type": type, etag: '"1"' }), response.end(body));
    const answer = await gate.get("/web/a", { ...html, ...jo.cookie });
    assert.ok(answer.body.equals(body), type);
    assert.equal(answer.header("etag"), '"1"');
  }
  for (const type of ["text/html; charset=utf-8", "TEXT/HTML;CHARSET=ISO-8859-1", "application/xhtml+xml", 'text/html; charset="windows-1252"']) {
    serve = (response) => (response.writeHead(200, { "content-type": type }), response.end(text));
    assert.equal((await gate.get("/web/a", { ...html, ...jo.cookie })).text, `<p>${jo.token}</p>`, type);
  }
});

test("on a route without tags, and in what a post is answered with, they stay", async () => {
  const page = await bare("tags", jo.cookie);
  assert.ok(page.text.includes("[[S86:true]]") && !page.text.includes(jo.token));
  assert.equal(page.header("content-length"), String(page.body.length));
  assert.match(page.header("etag"), /^"[0-9a-f]+"$/);
  serve = (response) => (response.writeHead(200, { "content-type": "text/html" }), response.end("[[S86:true]]"));
  assert.equal((await gate.form("/web/a", "a=1", { ...html, ...jo.cookie })).text, "[[S86:true]]");
});

test("error pages of the origin are pages, too", async () => {
  serve = (response) => (response.writeHead(404, { "content-type": "text/html" }), response.end("<form>[[S86]]</form>"));
  const answer = await gate.get("/web/a", { ...html, ...jo.cookie });
  assert.deepEqual([answer.status, answer.text, answer.header("cache-control")], [404, `<form>${field}</form>`, "private, no-store"]);
});

theLogHoldsNoCredential(gateway);
