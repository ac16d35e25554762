// The kinds of credential: how one is got, how it is shown, and what shows that it worked.
//
//   get(lane)       a fresh one: { request: { method, target, headers, body }, secret, ...more }, where `secret` is the text in
//                   the request that nobody can guess, and `wrong`, if there is one, what a guess would be
//   worked(answer)  whether the answer is the one that a good credential gets
//   holds(lane, got, answer)   whether what the answer gave or took is really given or taken; for those that have an effect
//   once            it works once; "same" where showing it again soon gives the same again
//   forwards        the origin sees the request
//   replayedAs      the reason in the log where it was used
//   forgedAs        the reason in the log where it is forged and nothing fails
//   forgiving       a forged one is no error (what ends something: there is nothing to end)

import { randomUUID } from "node:crypto";
import { answered, page, sent } from "../../e2e/lib/broker.mjs";
import { iss, proof, token } from "../../e2e/lib/issuer.mjs";
import { COMMON, CR, FROM, JO, granted as luminate, login, serverCall, urlencoded } from "../../e2e/lib/luminate.mjs";
import { basic, bearer, client, codeFor, exchange, granted, ISSUER, pkce, REDIRECT } from "../../e2e/lib/oauth.mjs";
import { cookieOf, signIn } from "../../e2e/lib/schemes.mjs";
import { link, redirect } from "../../e2e/lib/sign.mjs";
import { issuer } from "./policy.mjs";

let [count, issuers] = [0, 0];
const next = () => ++count;
const local = (url) => url.replace("http://127.0.0.1:8787", "");
const last = (text) => /[^=&]*$/.exec(text)[0];

const get = (target, headers = {}, more = {}) => ({ request: { method: "GET", target, headers }, ...more });
const post = (target, fields, headers = {}, more = {}) => ({
  request: { method: "POST", target, headers: { "content-type": "application/x-www-form-urlencoded", ...headers }, body: urlencoded(fields) },
  ...more,
});

const echoed = (answer) => answer.status === 200 && answer.echo !== undefined;
const opened = (answer) => answer.status === 303 && cookieOf(answer, "edgegate") !== undefined;
const tokens = (answer) => answer.status === 200 && answer.json.access_token !== undefined;
const done = (answer) => answer.status === 200;

const sessionOpens = async (lane, _, answer) => (await lane.gate.get("/account/", { cookie: `edgegate=${cookieOf(answer, "edgegate")}` })).status === 200;
const tokenOpens = async (lane, _, answer) => (await lane.gate.get("/strict/a", bearer(answer.json.access_token))).status === 200;

async function bound({ gate, cookie, key }) {
  const dpop = await proof(key, { method: "POST", url: `${ISSUER}/oauth/token/` });
  return granted(await exchange(gate, await codeFor(gate, cookie), {}, { dpop })).access_token;
}

export const kinds = {
  link: {
    get: () => {
      const target = link("/files/a", `n=${next()}`);
      return get(target, {}, { secret: last(target) });
    },
    worked: echoed,
    forwards: true,
    forgedAs: "link_signature_mismatch",
  },
  "link, once": {
    get: () => {
      const target = link("/once/a", `n=${next()}`);
      return get(target, {}, { secret: last(target) });
    },
    worked: echoed,
    forwards: true,
    once: true,
    replayedAs: "link_replayed",
    forgedAs: "link_signature_mismatch",
  },
  "signed redirect": {
    get: () => {
      const target = redirect("/landing/a", `cons_id=1001002&visit=${next()}`);
      return get(target, {}, { secret: last(target) });
    },
    worked: echoed,
    forwards: true,
    once: true,
    replayedAs: "redirect_replayed",
    forgedAs: "redirect_signature_mismatch",
  },
  "bearer token": {
    get: async ({ gate }) => {
      const { access_token } = await gate.admin("token", { subject: "1001002" });
      return get("/me/a", bearer(access_token), { secret: access_token });
    },
    worked: echoed,
    forwards: true,
    forgedAs: "token_forged",
  },
  "DPoP": {
    get: async (lane) => {
      const token = (lane.bound ??= await bound(lane));
      const dpop = await proof(lane.key, { url: `${ISSUER}/me/a`, token });
      return get("/me/a", { authorization: `DPoP ${token}`, dpop }, { secret: dpop.split(".")[2] });
    },
    worked: echoed,
    forwards: true,
    once: true,
    replayedAs: "dpop_replayed",
    forgedAs: "dpop_malformed",
  },
  session: {
    get: async ({ gate }) => {
      const { session } = await signIn(gate);
      return get("/account/", { cookie: `edgegate=${session}` }, { secret: session });
    },
    worked: echoed,
    forwards: true,
    forgedAs: "session_forged",
  },
  nonce: {
    get: async ({ gate }) => {
      const target = local((await gate.admin("nonce", { subject: "1001002", route: "account" })).url);
      return get(target, { accept: "text/html" }, { secret: last(target) });
    },
    worked: opened,
    holds: sessionOpens,
    once: true,
    replayedAs: "nonce_replayed",
    forgedAs: "nonce_forged",
  },
  "token pair": {
    get: async (lane) => {
      const { client_id: id, client_secret: secret } = (lane.pair ??= await lane.gate.admin("client/add", { kind: "token-pair", name: "Office", scope: ["read"] }));
      const { authorization } = basic({ id, secret });
      return get("/api/3.0/x", { authorization }, { secret: authorization.slice(-40) });
    },
    worked: echoed,
    forwards: true,
    forgedAs: "client_secret",
  },
  "password over Basic": {
    get: () => {
      const { authorization } = basic({ id: JO.user_name, secret: JO.password });
      const wrong = basic({ id: JO.user_name, secret: "a wrong password" }).authorization;
      return get("/SuperOffice/api/v1/Contact/7", { authorization }, { secret: authorization, wrong });
    },
    worked: echoed,
    forwards: true,
    forgedAs: "sign_in_failed",
  },
  ticket: {
    get: async ({ gate }) => {
      const { ticket } = await gate.admin("ticket", { subject: "1001002" });
      return get("/SuperOffice/api/v1/Contact/7", { authorization: `SOTicket ${ticket}` }, { secret: ticket });
    },
    worked: echoed,
    forwards: true,
    forgedAs: "ticket_forged",
  },
  "session and XSRF token": {
    get: async ({ gate }) => {
      const { xsrf, cookies } = await signIn(gate);
      return post("/token/a", { a: "b" }, { cookie: cookies, "x-xsrf-token": xsrf }, { secret: xsrf });
    },
    worked: echoed,
    forwards: true,
    forgedAs: "bound_token_mismatch",
  },
  "JWT of an issuer": {
    get: async ({ idp }) => {
      const name = issuer(issuers++);
      const text = await token(name, idp.key, { iss: iss(name) });
      return get(`/${name}/a`, bearer(text), { secret: text.split(".")[2] });
    },
    worked: echoed,
    forwards: true,
    forgedAs: "jwt_signature",
  },
  "token that its issuer is asked about": {
    get: ({ idp }) => {
      const text = `opaque-${randomUUID()}`;
      idp.known.add(text);
      return get("/asked/a", bearer(text), { secret: text });
    },
    worked: echoed,
    forwards: true,
    forgedAs: "token_inactive",
  },
  code: {
    get: async ({ gate, cookie }) => {
      const { code_verifier, asked } = pkce();
      const code = await codeFor(gate, cookie, asked);
      return post("/oauth/token/", { grant_type: "authorization_code", code, redirect_uri: REDIRECT, code_verifier }, basic(client), { secret: code });
    },
    worked: tokens,
    holds: tokenOpens,
    once: "same",
    forgedAs: "code_forged",
  },
  "refresh token": {
    get: async ({ gate, cookie }) => {
      const { refresh_token } = granted(await exchange(gate, await codeFor(gate, cookie)));
      return post("/oauth/token/", { grant_type: "refresh_token", refresh_token }, basic(client), { secret: refresh_token });
    },
    worked: tokens,
    holds: tokenOpens,
    once: "same",
    forgedAs: "refresh_forged",
  },
  "sign-in": {
    get: () => post("/.edgegate/sign-in", { account: JO.user_name, password: JO.password, next: "/account/" }, { origin: ISSUER }, { secret: encodeURIComponent(JO.password) }),
    worked: opened,
    holds: sessionOpens,
    forgedAs: "sign_in_failed",
  },
  "sign-out": {
    get: async ({ gate }) => {
      const { session, cookies } = await signIn(gate);
      return { request: { method: "POST", target: "/.edgegate/sign-out", headers: { cookie: cookies }, body: "" }, secret: session };
    },
    worked: done,
    holds: async ({ gate }, { secret }) => (await gate.get("/account/", { cookie: `edgegate=${secret}` })).status === 401,
    forgiving: true,
    forgedAs: "ok",
  },
  revocation: {
    get: async ({ gate, cookie }) => {
      const { refresh_token, access_token } = granted(await exchange(gate, await codeFor(gate, cookie)));
      return post("/oauth/revoke", { token: refresh_token }, basic(client), { secret: refresh_token, access_token });
    },
    worked: done,
    holds: async ({ gate }, { access_token }) => (await gate.get("/me/a", bearer(access_token))).status === 401,
    forgiving: true,
    forgedAs: "ok",
  },
  "call of the Luminate API": {
    get: async ({ gate }) => {
      const { own } = await login(gate);
      return post(CR, { method: "listUserFields", ...COMMON, ...own, demo: "echo" }, {}, { secret: own.JSESSIONID });
    },
    worked: echoed,
    forwards: true,
    forgedAs: "bound_token_mismatch",
  },
  "single sign-on": {
    get: async ({ gate }) => {
      const { token, JSESSIONID } = luminate(await serverCall(gate, "getSingleSignOnToken", { cons_id: "1001002" }, FROM));
      return post(CR, { method: "listUserFields", ...COMMON, JSESSIONID, sso_auth_token: token, demo: "echo" }, {}, { secret: token });
    },
    worked: echoed,
    forwards: true,
    forgedAs: "sign_on_forged",
  },
  "answer of a broker": {
    get: async ({ gate }) => {
      const { state, cookie } = await sent(gate, "/inside/");
      const target = answered({ state });
      return get(target, { ...page, cookie }, { secret: last(target) });
    },
    worked: opened,
    holds: sessionOpens,
    once: true,
    replayedAs: "link_replayed",
    forgedAs: "link_signature_mismatch",
  },
};

/** The request with another credential than the good one, and everything else as it was. */
export function forged({ request, secret, wrong = spoiled(secret) }) {
  return JSON.parse(JSON.stringify(request).replaceAll(secret, () => wrong));
}

/** The text with one character in its middle changed, which is another in hex too. */
function spoiled(text) {
  const at = text.length >> 1;
  return text.slice(0, at) + (text[at] === "0" ? "1" : "0") + text.slice(at + 1);
}
