// Tags in pages: each stands for what it is to in its place, and nowhere else, however the page arrives.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { forwarded } from "../lib/expect.mjs";
import { theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { SAM, call, cookieOf, granted, html, login, read, startPages, visitor, without } from "../lib/luminate.mjs";

const pages = await startPages();
const { gateway, gate, show, bare } = pages;
after(pages.stop);

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

test("a page in chunks of any size, slow or at once, gives one and the same page", async () => {
  const page = Buffer.from((await bare("tags")).text);
  const whole = without((await show("tags", jo.cookie)).text);
  for (const [size, pause] of [[1, 0], [7, 0], [64, 0], [1024, 5], [page.length, 0]]) {
    pages.serve = async (response) => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      for (let at = 0; at < page.length; at += size) {
        response.write(page.subarray(at, at + size));
        if (pause) await sleep(pause);
      }
      response.end();
    };
    assert.equal(without((await gate.get("/web/a", { ...html, ...jo.cookie })).text), whole, `chunks of ${size}`);
  }
  pages.serve = async (response) => {
    response.writeHead(200, { "content-type": "text/html" });
    for (const piece of ["<p>[", "[S8", "6:t", "rue]", "]</p><convio:ses", 'sion name="86"', "/>", "[[S86:tr"]) response.write(piece), await sleep(30);
    response.end();
  };
  assert.equal((await gate.get("/web/a", { ...html, ...jo.cookie })).text, `<p>${jo.token}</p>${field}[[S86:tr`);
});

test("what is ready is not held back until the page's end", async () => {
  let end;
  pages.serve = (response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.write(`<p>[[S86:true]]</p>${"x".repeat(70_000)}`);
    end = () => response.end("<p>end</p>");
  };
  const response = await fetch(`http://127.0.0.1:${gate.port}/web/a`, { headers: { ...html, host: gate.host, ...jo.cookie }, signal: AbortSignal.timeout(5000) });
  const { value } = await response.body.getReader().read();
  assert.ok(Buffer.from(value).toString().startsWith("<p>"));
  end();
});

test("a compressed page is expanded and compressed again", async () => {
  const zipped = await show("tags", { ...jo.cookie, "accept-encoding": "gzip" }, "&encoding=gzip");
  assert.equal(zipped.header("content-encoding"), "gzip");
  assert.equal(without(gunzipSync(zipped.body).toString()), without((await show("tags", jo.cookie)).text));
  for (const name of ["content-length", "etag"]) assert.equal(zipped.header(name), undefined, name);
  pages.serve = (response) => (response.writeHead(200, { "content-type": "text/html", "content-encoding": "gzip" }), response.end(gzipSync("<p>[[S86:true]]</p>")));
  assert.equal(gunzipSync((await gate.get("/web/a", { ...html, ...jo.cookie, "accept-encoding": "gzip" })).body).toString(), `<p>${jo.token}</p>`);
});

theLogHoldsNoCredential(gateway);
