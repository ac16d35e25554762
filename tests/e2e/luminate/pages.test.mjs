// What else changes about a page with tags: caches, lengths, ranges. What is no page, or has no tags, or lies on a route
// without them, passes as it is.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { status } from "../lib/expect.mjs";
import { theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { html, login, startPages, without } from "../lib/luminate.mjs";

const pages = await startPages();
const { gateway, gate, show, bare } = pages;
after(pages.stop);
const GONE = ["content-length", "etag", "last-modified", "accept-ranges", "content-range", "content-md5", "digest", "repr-digest"];

const jo = await login(gate);
const field = `<input value="${jo.token}" name="auth" id="auth" type="hidden"></input>`;

test("a page that may have got a token is this visitor's alone, and nothing speaks of the origin's bytes", async () => {
  pages.serve = (response, request) => {
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

test("a part of a page with tags cannot be had: every client gets the whole, whatever the origin would have given", async () => {
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
  pages.serve = (response) => (response.writeHead(200, { "content-type": "text/html" }), response.end(odd));
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
  for (const type of ["application/json", "text/plain", "text/javascript", "text/css", "application/xml", "image/svg+xml", "text/html+x", "application/xhtml+xml", "application/xhtml+xml; charset=utf-8", undefined]) {
    pages.serve = (response) => (response.writeHead(200, { ...(type && { "content-type": type }), etag: '"1"', "content-length": text.length }), response.end(text));
    const answer = await gate.get("/web/a", html);
    assert.deepEqual([answer.text, answer.header("etag"), answer.header("content-length"), answer.cookies.length], [text, '"1"', `${text.length}`, 0], type);
  }
});

test("a page in an encoding that cannot be read so passes untouched", async () => {
  const text = "<p>[[S86:true]]</p>";
  for (const [type, body] of [["text/html; charset=utf-16", Buffer.from(`\ufeff${text}`, "utf16le")], ["text/html; charset=utf-16le", Buffer.from(text, "utf16le")], ["text/html; charset=utf-7", Buffer.from(text)], ["text/html; charset=iso-2022-jp", Buffer.from(text)], ['text/html; charset="Shift_JIS"', Buffer.from(text)]]) {
    pages.serve = (response) => (response.writeHead(200, { "content-type": type, etag: '"1"' }), response.end(body));
    const answer = await gate.get("/web/a", { ...html, ...jo.cookie });
    assert.ok(answer.body.equals(body), type);
    assert.equal(answer.header("etag"), '"1"');
  }
  for (const type of ["text/html; charset=utf-8", "TEXT/HTML;CHARSET=ISO-8859-1", 'text/html; charset="windows-1252"']) {
    pages.serve = (response) => (response.writeHead(200, { "content-type": type }), response.end(text));
    assert.equal((await gate.get("/web/a", { ...html, ...jo.cookie })).text, `<p>${jo.token}</p>`, type);
  }
});

test("from the byte on by which a page takes itself for another encoding nothing is expanded", async () => {
  const tag = "[[S86:true]]";
  const cjk = Buffer.from(tag).toString("utf16le"); // what somebody writes whose bytes are the tag
  for (const [before, after] of [
    ["", Buffer.from(`\ufeff<p>${cjk}</p>`, "utf16le")],
    ["", Buffer.from(`\ufeff<p>${cjk}</p>`, "utf16le").swap16()],
    ["", Buffer.from(`<?xml version="1.0" encoding="utf-16"?><p>${cjk}</p>`, "utf16le")],
    ['<meta charset="iso-2022-jp"><p>', Buffer.from(`\x1b$B</p><p title="${tag}">${tag}</p>`)],
    ["<p>", Buffer.from(`\x1b(J${tag}`)],
    ["<p>", Buffer.from(`\0${tag}`)],
  ]) {
    pages.serve = (response) => (response.writeHead(200, { "content-type": "text/html; charset=utf-8" }), response.end(Buffer.concat([Buffer.from(before + (before && tag)), after])));
    const answer = await gate.get("/web/a", { ...html, ...jo.cookie });
    assert.ok(answer.body.equals(Buffer.concat([Buffer.from(before + (before && jo.token)), after])), before);
  }
});

test("on a route without tags, and in what a post is answered with, they stay", async () => {
  const page = await bare("tags", jo.cookie);
  assert.ok(page.text.includes("[[S86:true]]") && !page.text.includes(jo.token));
  assert.equal(page.header("content-length"), String(page.body.length));
  assert.match(page.header("etag"), /^"[0-9a-f]+"$/);
  pages.serve = (response) => (response.writeHead(200, { "content-type": "text/html" }), response.end("[[S86:true]]"));
  assert.equal((await gate.form("/web/a", "a=1", { ...html, ...jo.cookie })).text, "[[S86:true]]");
});

test("error pages of the origin are pages, too", async () => {
  pages.serve = (response) => (response.writeHead(404, { "content-type": "text/html" }), response.end("<form>[[S86]]</form>"));
  const answer = await gate.get("/web/a", { ...html, ...jo.cookie });
  assert.deepEqual([answer.status, answer.text, answer.header("cache-control")], [404, `<form>${field}</form>`, "private, no-store"]);
});

theLogHoldsNoCredential(gateway);
