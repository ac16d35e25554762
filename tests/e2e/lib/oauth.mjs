// OAuth over the demo, as clients and people go through it: signing in, the page that asks for consent, the endpoints.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { HOST } from "./client.mjs";
import { demoPolicy, startGateway } from "./gateway.mjs";
import { html, JO, urlencoded } from "./luminate.mjs";

export const ISSUER = `http://${HOST}`;
export const REDIRECT = "http://127.0.0.1:8788/cb";
export const client = { id: "1d2d5cad60174b5972243693d082e4b4e54979bf", secret: "sekret-0123456789abcdef0123456789" };
export const publicClient = { id: "demo-public" };
export const pair = { id: "3be98641f0745b6fe7dacc2df947adbc1da7312d", secret: "4c4d598a5d940f08fdb435b69af986c70f2206dd" };

/** Starts gates whose log must not hold the demo's client secrets either. */
export async function startOAuth(gates = { gate: {} }) {
  const gateway = await startGateway(gates);
  for (const { secret } of [client, pair]) gateway.seen.add(secret);
  return gateway;
}

/** The demo's policy, in which a refresh token that was used is used up at once: no answer was lost. */
export function unforgiving(...changes) {
  const lifetime = 'access_lifetime = "14000s"';
  return demoPolicy([lifetime, `${lifetime}\nretry_window = "0s"`], ...changes);
}

export const bearer = (token, scheme = "Bearer") => ({ authorization: `${scheme} ${token}` });
export const basic = ({ id, secret }) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}` });

/** Notes every credential in a text, for the test of the log. */
export function remember(gate, text) {
  for (const [credential] of text.matchAll(/eg[ckrst]_[\w-]{12,}/g)) gate.seen.add(credential);
}

/** Signs jo in: the value of the Cookie header. */
export async function signIn(gate, { user_name, password } = JO) {
  const form = urlencoded({ account: user_name, password, next: "/account/" });
  const answer = await gate.form("/.edgegate/sign-in", form, { ...html, "sec-fetch-site": "same-origin" });
  expect(answer, 303);
  return /^[^;]+/.exec(answer.cookies[0])[0];
}

/** A verifier of RFC 7636, and what the authorization page is told of it. */
export function pkce() {
  const code_verifier = randomBytes(32).toString("base64url");
  const code_challenge = createHash("sha256").update(code_verifier).digest("base64url");
  return { code_verifier, asked: { code_challenge, code_challenge_method: "S256" } };
}

/** The authorization page. `params`: the address that a client made, or what is changed of an ordinary request; undefined leaves out. */
export function visit(gate, params, { path = "/oauth/", ...headers } = {}) {
  const fields = { response_type: "code", client_id: client.id, redirect_uri: REDIRECT, ...params };
  const target = params instanceof URL ? params.pathname + params.search : `${path}?${urlencoded(fields)}`;
  return gate.get(target, { ...html, ...headers });
}

/** What the page's form would post, and where to. */
export async function consentForm(gate, params, options) {
  const page = await visit(gate, params, options);
  expect(page, 200);
  const input = /<input\b[^>]*\bname="consent"[^>]*>/.exec(page.text)?.[0];
  const form = /<form\b[^>]*\bmethod="post"[^>]*>/.exec(page.text)?.[0];
  assert.ok(input && form, `no form that asks for consent: ${page.text}`);
  const consent = plain(/\bvalue="([^"]*)"/.exec(input)[1]);
  gate.seen.add(consent);
  return { consent, action: plain(/\baction="([^"]*)"/.exec(form)[1]) };
}

/** Asks, and decides as the person would: the address that the browser is sent back to. */
export async function authorize(gate, params, { cookie, decision = "allow", path } = {}) {
  const { consent, action } = await consentForm(gate, params, { cookie, path });
  const answer = await gate.form(action, urlencoded({ consent, decision }), { ...html, cookie, "sec-fetch-site": "same-origin" });
  expect(answer, 303);
  remember(gate, answer.header("location"));
  return new URL(answer.header("location"));
}

/** Asks for a code and gives it alone. */
export async function codeFor(gate, cookie, params = {}) {
  return (await authorize(gate, params, { cookie })).searchParams.get("code");
}

/** The whole way to tokens, which it gives. */
export async function tokensFor(gate, cookie, params = {}) {
  return granted(await exchange(gate, await codeFor(gate, cookie, params)));
}

/** Posts to the token endpoint, or to another: by Basic if the client has a secret, else with its id in the form. */
export async function ask(gate, fields, { to = "/oauth/token/", who = client, ...headers } = {}) {
  const [field, header] = who.secret ? [{}, basic(who)] : [{ client_id: who.id }, {}];
  const answer = await gate.form(to, urlencoded({ ...fields, ...field }), { ...header, ...headers });
  remember(gate, answer.text);
  return answer;
}

export function exchange(gate, code, fields = {}, options) {
  return ask(gate, { grant_type: "authorization_code", code, redirect_uri: REDIRECT, ...fields }, options);
}

export function refresh(gate, refresh_token, fields = {}, options) {
  return ask(gate, { grant_type: "refresh_token", refresh_token, ...fields }, options);
}

export function revoke(gate, token, options) {
  return ask(gate, { token }, { to: "/oauth/revoke", ...options });
}

export async function introspect(gate, token, options) {
  const answer = await ask(gate, { token }, { to: "/oauth/introspect", ...options });
  expect(answer, 200);
  return answer.json;
}

/** The token endpoint answered with tokens: gives them. */
export function granted(answer) {
  expect(answer, 200);
  assert.match(answer.header("content-type"), /^application\/json\b/);
  assert.equal(answer.header("cache-control"), "no-store");
  return answer.json;
}

/** An error of RFC 6749 section 5.2. `says`: a pattern of its description. */
export function failed(answer, status, error, says = /\w/) {
  expect(answer, status);
  assert.match(answer.header("content-type"), /^application\/json\b/);
  assert.equal(answer.header("cache-control"), "no-store");
  const { error: code, error_description = "none", ...more } = answer.json;
  assert.deepEqual([code, more], [error, {}]);
  assert.match(error_description, says);
}

/**
 * A `fetch` for clients that know the gateway by its issuer's address: what they send goes to the gate's own port,
 * with the headers that Node's fetch adds.
 */
export const fetchOf = (gate) => async (url, { method, headers, body }) => {
  const { pathname, search } = new URL(url);
  const sent = { accept: "*/*", "accept-language": "*", "sec-fetch-mode": "cors", "user-agent": "node", ...headers };
  const answer = await gate.request(method, pathname + search, { headers: sent, body: body?.toString() });
  remember(gate, answer.text);
  const fields = answer.rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, answer.rawHeaders[at + 1]]] : []));
  return new Response(answer.body, { status: answer.status, headers: fields });
};

function expect(answer, status) {
  assert.equal(answer.status, status, answer.text.slice(0, 300));
}

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
const plain = (text) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => ENTITIES[name]);
