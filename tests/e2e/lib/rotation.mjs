// A gate whose keys are changed, all of them at once and step by step: what stands in the policy and the secrets at each step,
// an origin and an issuer that take the old value and the new one, and one of everything that a key makes.

import assert from "node:assert/strict";
import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import { importJWK, jwtVerify } from "jose";
import { answered, brokered, page, sent } from "./broker.mjs";
import { forwarded, status } from "./expect.mjs";
import { demoPolicy, secrets as demo } from "./gateway.mjs";
import { AUDIENCE, iss, origin, startIssuer, SUBJECT, trusted } from "./issuer.mjs";
import { call, granted, login, serverCall } from "./luminate.mjs";
import * as oauth from "./oauth.mjs";
import { cookieOf, signIn } from "./schemes.mjs";
import { link, now, redirect } from "./sign.mjs";

const fresh = () => randomBytes(32).toString("base64url");
export const secrets = {
  LINK_KEY_2: fresh(), DIGEST_KEY_2: fresh(), SEAL_KEY_2: fresh(), CLIENT_KEY_2: fresh(), ASSERTION_KEY_2: fresh(), APP_TOKEN_2: fresh(),
  ADMIN_KEY_2: fresh(), BROKER_KEY: fresh(), BROKER_KEY_2: fresh(), ISSUER_SECRET: fresh(), ISSUER_SECRET_2: fresh(),
};

/** Everybody is the same person to it, if the gate's assertion is by the old key or the new one. */
function person(response, { headers }, body) {
  const [, prefix, mac] = /^(v1\.\d+\.)(\S+)$/.exec(headers["edgegate-assertion"] ?? "") ?? [];
  const text = prefix + createHash("sha256").update(body).digest("hex");
  const isTrue = [demo.EDGEGATE_ASSERTION_KEY, secrets.ASSERTION_KEY_2].some((key) => createHmac("sha256", key).update(text).digest("base64url") === mac);
  response.writeHead(isTrue ? 200 : 403, { "content-type": "application/json" }).end(JSON.stringify({ subject: "1001002" }));
}

/** Whose passwords are checked, and who is asked about tokens: both know what was and what will be. */
export const people = await startIssuer({
  "/check-password": person,
  "/find-person": person,
  "/introspect": (response, { headers }) => {
    const [, secret] = Buffer.from(headers.authorization.slice(6), "base64").toString().split(":");
    const isTrue = [secrets.ISSUER_SECRET, secrets.ISSUER_SECRET_2].includes(secret);
    const told = { active: true, sub: SUBJECT, iss: iss("partner"), aud: AUDIENCE, exp: now() + 600 };
    response.writeHead(isTrue ? 200 : 401, { "content-type": "application/json" }).end(JSON.stringify(told));
  },
});

/** A step: "old" alone, the "next" one behind it, the next one first and the "last" one behind it, the "new" one alone. */
export function policy(step) {
  const at = ["old", "next", "last", "new"].indexOf(step);
  const keys = (old, next) => JSON.stringify([[old], [old, next], [next, old], [next]][at]);
  const one = (old, next) => JSON.stringify(at < 2 ? old : next);
  let text = demoPolicy(
    brokered("http://127.0.0.1:9/sign-in"),
    origin("people", people.url),
    trusted("partner", { origin: "people", introspection: "/introspect", jwks: undefined, algorithms: undefined, client_id: "gate", secret: at < 2 ? "ISSUER_SECRET" : "ISSUER_SECRET_2" }),
    ...[["link", "LINK_KEY_2"], ["digest", "DIGEST_KEY_2"], ["seal", "SEAL_KEY_2"], ["client", "CLIENT_KEY_2"], ["assertion", "ASSERTION_KEY_2"]].map(([use, secret]) => `[keys.${use}-2]\nsecret = "${secret}"\nuse = "${use}"\n`),
    '[keys.corp-2]\nsecret = "BROKER_KEY_2"\nuse = "link"\n',
    ['origin = "demo"\npath = "/check-password"\nkey = "assertion"', `origin = "people"\npath = "/check-password"\nkey = ${one("assertion", "assertion-2")}`],
    ['app_tokens = ["SUPEROFFICE_APP_TOKEN"]', `app_tokens = ${keys("SUPEROFFICE_APP_TOKEN", "APP_TOKEN_2")}`],
    ['api_keys = ["demo-api-key"]', `api_keys = ${keys("demo-api-key", "next-api-key")}`],
    ['secret = "EDGEGATE_ADMIN_KEY"', [`secret = "EDGEGATE_ADMIN_KEY"`, `secret = "EDGEGATE_ADMIN_KEY"\nnext_secret = "ADMIN_KEY_2"`, `secret = "ADMIN_KEY_2"\nnext_secret = "EDGEGATE_ADMIN_KEY"`, 'secret = "ADMIN_KEY_2"'][at]],
    ['keys = ["id-1", "id-2"]', `keys = ${keys("id-1", "id-2")}`],
  );
  for (const [old, next] of [["demo", "link-2"], ["luminate", "digest-2"], ["seal-1", "seal-2"], ["corp", "corp-2"]]) {
    text = text.replaceAll(`keys = ["${old}"]`, `keys = ${keys(old, next)}`);
  }
  // The clients of the file are of the old key for as long as they live.
  text = text.replace('keys = ["clients-1"]', `keys = ${JSON.stringify([["clients-1"], ["clients-1", "client-2"], ["client-2", "clients-1"]][Math.min(at, 2)])}`);
  return text;
}

/** What clients and signers use that change in the middle: the old value, or the new one. */
const theirs = (isNew) => ({
  link: isNew ? { kid: "link-2", key: secrets.LINK_KEY_2 } : {},
  redirect: isNew ? { secret: secrets.DIGEST_KEY_2 } : {},
  broker: isNew ? { kid: "corp-2", key: secrets.BROKER_KEY_2 } : { key: secrets.BROKER_KEY },
  app: isNew ? secrets.APP_TOKEN_2 : demo.SUPEROFFICE_APP_TOKEN,
  api_key: isNew ? "next-api-key" : "demo-api-key",
  admin: isNew ? secrets.ADMIN_KEY_2 : demo.EDGEGATE_ADMIN_KEY,
});

const admin = (gate, what, body, isNew) => gate.admin(what, body, { key: theirs(isNew).admin });
const path = (url) => url.replace(/^https?:\/\/[^/]+/, "");
const token = async (gate, isNew) => (await admin(gate, "token", { subject: "1001002" }, isNew)).access_token;

/**
 * One of everything. `make(gate, isNew)` makes it at a gate, and `use(gate, made, isNew, keys)` uses it at another and gives what is
 * to be used next time. `once`: it works once; `theirs`: others sign it. `isNew`: those have changed.
 */
export const KINDS = {
  session: {
    make: (gate) => signIn(gate, randomUUID()),
    async use(gate, person) {
      forwarded(await gate.get("/account/", { cookie: person.cookies }));
      forwarded(await gate.post("/SuperOffice/panel", "a=b", { cookie: person.cookies, "x-xsrf-token": person.xsrf, "content-type": "application/x-www-form-urlencoded" }));
      return person;
    },
  },
  token: {
    make: token,
    use: async (gate, token) => (forwarded(await gate.get("/me/a", oauth.bearer(token))), token),
  },
  nonce: {
    once: true,
    make: async (gate, isNew) => path((await admin(gate, "nonce", { subject: "1001002", route: "account" }, isNew)).url),
    use: async (gate, url) => status(await gate.get(url, { accept: "text/html" }), 303),
  },
  code: {
    once: true,
    make: async (gate) => oauth.codeFor(gate, `edgegate=${(await signIn(gate, randomUUID())).session}`),
    use: async (gate, code) => oauth.granted(await oauth.exchange(gate, code)),
  },
  grant: {
    make: async (gate) => oauth.tokensFor(gate, `edgegate=${(await signIn(gate, randomUUID())).session}`),
    async use(gate, tokens) {
      forwarded(await gate.get("/me/a", oauth.bearer(tokens.access_token)));
      return oauth.granted(await oauth.refresh(gate, tokens.refresh_token));
    },
  },
  client: {
    make: async (gate, isNew) => {
      const { client_id: id, client_secret: secret } = await admin(gate, "client/add", { kind: "confidential", name: "Shop", redirect_uris: [oauth.REDIRECT] }, isNew);
      return { id, secret };
    },
    use: async (gate, who) => (assert.equal((await oauth.introspect(gate, "x", { who })).active, false), who),
  },
  link: {
    theirs: true,
    make: (gate, isNew) => link("/files/a", `n=${randomUUID()}`, theirs(isNew).link),
    use: async (gate, url) => (forwarded(await gate.get(url)), url),
  },
  "link, once": {
    once: true,
    theirs: true,
    make: (gate, isNew) => link("/once/a", `n=${randomUUID()}`, theirs(isNew).link),
    use: async (gate, url) => forwarded(await gate.get(url)),
  },
  redirect: {
    once: true,
    theirs: true,
    make: (gate, isNew) => redirect("/landing/a", `n=${randomUUID()}`, theirs(isNew).redirect),
    use: async (gate, url) => forwarded(await gate.get(url)),
  },
  ticket: {
    make: async (gate, isNew) => (await admin(gate, "ticket", { subject: "1001002" }, isNew)).ticket,
    async use(gate, ticket, isNew) {
      for (const place of ["SuperOffice", "Cust12345"]) forwarded(await gate.get(`/${place}/api/v1/a`, { authorization: `SOTicket ${ticket}`, "so-apptoken": theirs(isNew).app }));
      return ticket;
    },
  },
  jsessionid: {
    make: (gate, isNew) => login(gate, { user_name: randomUUID(), password: "x", api_key: theirs(isNew).api_key }),
    async use(gate, person, isNew) {
      const { api_key } = theirs(isNew);
      granted(await call(gate, "loginTest", { ...person.field, api_key }));
      forwarded(await call(gate, "listUserFields", { ...person.own, api_key, demo: "echo" }));
      forwarded(await gate.get("/site/page", person.cookie));
      return person;
    },
  },
  "luminate nonce": {
    once: true,
    make: async (gate, isNew) => (await login(gate, { user_name: randomUUID(), password: "x", api_key: theirs(isNew).api_key })).nonce,
    use: async (gate, nonce) => status(await gate.get(`/site/EstablishSession?NONCE_TOKEN=${nonce}&NEXTURL=/`), 302),
  },
  "sign-on": {
    make: async (gate, isNew) => granted(await serverCall(gate, "getSingleSignOnToken", { cons_id: "1001002", api_key: theirs(isNew).api_key })).token,
    use: async (gate, sso_auth_token, isNew) => (granted(await call(gate, "singleSignOn", { sso_auth_token, api_key: theirs(isNew).api_key })), sso_auth_token),
  },
  "broker's answer": {
    once: true,
    make: (gate) => sent(gate, "/inside/"),
    async use(gate, pending, isNew) {
      const back = await gate.get(answered({ state: pending.state, ...theirs(isNew).broker }), { ...page, cookie: pending.cookie });
      status(back, 303);
      forwarded(await gate.get("/inside/", { cookie: `edgegate=${cookieOf(back, "edgegate")}` }));
    },
  },
  "identity JWT": {
    make: token,
    async use(gate, token, isNew, keys) {
      const jwt = forwarded(await gate.get("/me/a", oauth.bearer(token))).fields.get("edgegate-jwt");
      await jwtVerify(jwt, ({ kid }) => importJWK(keys.find((key) => key.kid === kid) ?? assert.fail(`the origin does not know ${kid}`), "ES256"), { audience: "demo-origin" });
      return token;
    },
  },
  "token that is asked about": {
    make: () => fresh(),
    use: async (gate, token) => (forwarded(await gate.get("/partner/a", oauth.bearer(token))), token),
  },
};

/** The keys that an origin fetches from a gate, and keeps. */
export const published = async (gate) => (await gate.get("/.edgegate/jwks.json")).json.keys;
