// The Luminate API as its clients call it, and what a test says of its answers.

import assert from "node:assert/strict";
import { forwarded } from "./expect.mjs";
import { demoPolicy, startGateway } from "./gateway.mjs";
import { startOrigin } from "./origin.mjs";

export const CR = "/site/CRConsAPI";
export const SR = "/site/SRConsAPI";
export const TRUSTED = "http://127.0.0.1:8788";
export const COMMON = { v: "1.0", api_key: "demo-api-key", response_format: "json" };
export const JO = { user_name: "jo", password: "correct horse battery staple" };
export const SAM = { user_name: "sam", password: "staple battery horse correct" };
export const ADMINISTRATOR = { login_name: "api_admin", login_password: "admin-pass-0001" };
/** A partner's server calls from here. */
export const FROM = { "cf-connecting-ip": "127.0.0.1" };

/** Fields as a form; a list sends one several times, undefined leaves one out. */
export function urlencoded(fields) {
  const pairs = Object.entries(fields).flatMap(([name, values]) => [values].flat().map((value) => [name, value]));
  return pairs.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
}

/** Posts a call. `fields` may change the common ones. */
export function call(gate, method, fields = {}, { to = CR, ...headers } = {}) {
  return gate.form(to, urlencoded({ method, ...COMMON, ...fields }), headers);
}

/** The same by GET. */
export function read(gate, method, fields = {}, { to = CR, ...headers } = {}) {
  return gate.get(`${to}?${urlencoded({ method, ...COMMON, ...fields })}`, headers);
}

export function serverCall(gate, method, fields = {}, headers = FROM) {
  return call(gate, method, { ...ADMINISTRATOR, ...fields }, { to: SR, ...headers });
}

/** Somebody who has logged in: token, nonce, JSESSIONID, and what a call of theirs sends. */
export async function login(gate, who = JO, headers = {}) {
  return person(granted(await call(gate, "login", who, headers)));
}

/** A visitor who has not, with the same. */
export async function visitor(gate, headers = {}) {
  return person(granted(await call(gate, "getLoginUrl", {}, headers)));
}

function person({ token, nonce, JSESSIONID, url }) {
  const ofUrl = /NONCE_TOKEN=([0-9A-F]+)/.exec(url ?? "")?.[1];
  return { token, nonce: nonce ?? ofUrl, JSESSIONID, field: { JSESSIONID }, own: { auth: token, JSESSIONID }, cookie: { cookie: `JSESSIONID=${JSESSIONID}` } };
}

/** The gateway answered with 200: gives what stands under the root. */
export function granted(answer) {
  assert.equal(answer.status, 200, answer.text.slice(0, 300));
  const [[root, content], ...more] = Object.entries(answer.json);
  assert.equal(more.length, 0);
  assert.notEqual(root, "errorResponse", answer.text);
  assert.equal(answer.header("cache-control"), "no-store");
  return content;
}

/** An error in the envelope of the API, in the format asked for. The origin's are told from ours by `echo` and count. */
export function failed(answer, code, status = 403, format = "json") {
  const said = `expected code ${code} with ${status}, got ${answer.status}: ${answer.text.slice(0, 300)}`;
  assert.equal(answer.status, status, said);
  if (format === "json") {
    assert.match(answer.header("content-type"), /^application\/json/, said);
    assert.deepEqual(Object.keys(answer.json), ["errorResponse"], said);
    assert.deepEqual(Object.keys(answer.json.errorResponse), ["code", "message"]);
    assert.equal(answer.json.errorResponse.code, code, said);
    assert.match(answer.json.errorResponse.message, /\w/);
  } else {
    assert.match(answer.header("content-type"), /^text\/xml/, said);
    const form = /^<\?xml version="1\.0" encoding="UTF-8"\?>\s*<errorResponse xmlns="http:\/\/convio\.com\/crm\/v1\.0"[^>]*><code>(\w+)<\/code><message>[^<]+<\/message><\/errorResponse>\s*$/;
    assert.equal(form.exec(answer.text)?.[1], code, said);
  }
  assert.equal(answer.header("cache-control"), "no-store");
}

/** Refused in the envelope, for that reason, and no session handed over. One at a time. */
export async function refusedCall(sent, code, reason, status = 403) {
  const answer = await sent;
  const line = await answer.client.decided();
  failed(answer, code, status);
  assert.deepEqual([line.edgegate, line.reason], ["refused", reason]);
  assert.ok(answer.cookies.every((cookie) => /^JSESSIONID(?:=;|-aside=)/.test(cookie)), `${answer.cookies}`);
  return answer;
}

/** As whom a session goes through: its subject, null if it is anonymous. */
export async function subjectOf(gate, { field }) {
  const fields = forwarded(await call(gate, "listUserFields", { ...field, demo: "echo" })).fields;
  return fields.get("edgegate-subject") ?? null;
}

/** The value of the session cookie that an answer hands over. */
export function cookieOf(answer) {
  const values = answer.cookies.map((cookie) => /^JSESSIONID=([^;]+)/.exec(cookie)?.[1]).filter(Boolean);
  assert.equal(values.length, 1, `one session cookie: ${answer.cookies}`);
  return values[0];
}

/** Nothing of what `work` sends to the gate is forwarded; the gateway's own questions are no forwarding. */
export async function nothingForwarded(gate, work) {
  await gate.take();
  await work();
  const through = (await gate.take()).forwarded.filter(({ url }) => !/\/(check-password|find-person)$/.test(url));
  assert.deepEqual(through, []);
}

/**
 * The demo's policy with two more routes: /web/* is an origin at `url`, with tags; /bare/* is /site/* without them.
 * Routes to the same origin with other `tags` may be named.
 */
export function tagged(url, more = {}) {
  const route = (name, tags) => `[[routes]]\nname = "${name}"\npath = "/${name}/*"\nmethods = ["GET", "HEAD", "POST"]\naccept = ["luminate"]\ntags = ${tags}\nforward = { origin = "web" }\n`;
  const web = Object.entries({ web: '["html"]', ...more }).map(([name, tags]) => route(name, tags)).join("");
  const bare = '[[routes]]\nname = "bare"\npath = "/bare/*"\nmethods = ["GET", "HEAD"]\naccept = ["luminate"]\nforward = { origin = "demo", path = "/site/*" }\n';
  return demoPolicy(['[[routes]]\nname = "site"', `[origins.web]\nurl = "${url}"\n${web}${bare}\n[[routes]]\nname = "site"`]);
}

export const html = { accept: "text/html" };

/** The demo with `tagged` routes. `serve(response, request)` may be set: what the origin behind /web/* says. */
export async function startPages() {
  const pages = { serve: () => {} };
  const origin = await startOrigin((request, response) => pages.serve(response, request));
  const gateway = await startGateway({ gate: { policy: tagged(origin.url) } });
  const { gate } = gateway;
  const page = (route) => (name, headers = {}, more = "") => gate.get(`/${route}/SPageServer?pagename=${name}${more}`, { ...html, ...headers });
  return Object.assign(pages, { gateway, gate, show: page("site"), bare: page("bare"), stop: () => (origin.stop(), gateway.stop()) });
}

/** A page without its nonces, which differ each time. */
export const without = (text) => text.replace(/NONCE_TOKEN=[0-9A-F]+/g, "NONCE_TOKEN=nonce");

/** The same text with one character in its middle changed. */
export function spoiled(text) {
  const at = Math.floor(text.length / 2);
  return text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
}

/** A form as browsers send it: parts are [name, value] or [name, value, file name]. */
export function multipart(parts, boundary = "----formdata-0123456789abcdef") {
  const pieces = parts.flatMap(([name, value, file]) => {
    const disposition = `Content-Disposition: form-data; name="${name}"`;
    const header = file === undefined ? disposition : `${disposition}; filename="${file}"\r\nContent-Type: application/octet-stream`;
    return [Buffer.from(`--${boundary}\r\n${header}\r\n\r\n`), Buffer.from(value), Buffer.from("\r\n")];
  });
  const body = Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
  return { body, type: { "content-type": `multipart/form-data; boundary=${boundary}` } };
}
