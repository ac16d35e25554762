// What clients, grants, token pairs and tokens of others cost and leave behind.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { calculateJwkThumbprint } from "jose";
import { secrets } from "../../e2e/lib/gateway.mjs";
import { keyFor, proof } from "../../e2e/lib/issuer.mjs";
import { html, urlencoded } from "../../e2e/lib/luminate.mjs";
import { ask, basic, bearer, consentForm, exchange, ISSUER, pair, pkce, REDIRECT } from "../../e2e/lib/oauth.mjs";
import { refresh, revoke, signIn, visit } from "../../e2e/lib/oauth.mjs";
import { now, seal } from "../../e2e/lib/sign.mjs";
import { jwt, opaque } from "./issuers.mjs";
import { admin, costing, expecting, gates, plant, seen, spent } from "./watched.mjs";

const { gate, other, alone } = gates;
const key = await keyFor("ES256");
const thumbprint = await calculateJwkThumbprint(key.jwk);
const bent = (text) => text.slice(0, -3) + (text.at(-3) === "A" ? "B" : "A") + text.slice(-2);
const past = { issued: now() - 7200, expires: now() - 1 };
const cookies = new Map();

const say = (decision, { consent, action }, cookie) => (client) =>
  client.form(action, urlencoded({ consent, decision }), { ...html, cookie, "sec-fetch-site": "same-origin" });

/** A code of jo's. */
async function codeOf(client, params = {}) {
  const row = client === alone ? [] : ["authorization page", "consent given"];
  if (!cookies.has(client)) cookies.set(client, await signIn(client));
  const cookie = cookies.get(client);
  const form = await costing(row[0], client, (client) => consentForm(client, params, { cookie }));
  const answer = expecting(303, await costing(row[1], client, say("allow", form, cookie)));
  return new URL(answer.header("location")).searchParams.get("code");
}

const tokens = async (row, client, send) => expecting(200, await costing(row, client, send)).json;
const grant = async (row, client = gate) => {
  const code = await codeOf(client);
  return tokens(row, client, (client) => exchange(client, code));
};
const call = (token, scheme) => (client) => client.get("/me/", bearer(token, scheme));

/** A proof for a request, which is noted as spent. */
async function proofFor(url, method, token) {
  const jti = randomUUID();
  spent.push(["dpop", thumbprint, Buffer.from(jti), now() + 120]);
  return proof(key, { method, url: `${ISSUER}${url}`, token }, { jti });
}

export async function ofGrants() {
  expecting(303, await costing("authorization page, nobody signed in", gate, (client) => visit(client, {})));
  const code = await codeOf(gate);
  const denied = await consentForm(gate, {}, { cookie: cookies.get(gate) });
  expecting(303, await costing("consent not given", gate, say("deny", denied, cookies.get(gate))));
  expecting(400, await costing("code, not for this client", gate, (client) => exchange(client, code, { redirect_uri: `${REDIRECT}/` })));
  const first = await tokens("code redeemed", gate, (client) => exchange(client, code));
  for (const forged of [bent(code), seal("egc", past).text, first.refresh_token]) {
    expecting(400, await costing("code, forged or expired", gate, (client) => exchange(client, forged)));
  }

  expecting(200, await costing("access token, known to the isolate", gate, call(first.access_token)));
  expecting(200, await costing("access token, new to the isolate", other, call(first.access_token)));
  expecting(200, await costing("access token, known, strict route", gate, (client) => client.get("/strict/", bearer(first.access_token))));
  expecting(401, await costing("access token, forged or expired", gate, call(bent(first.access_token))));

  const again = (token) => (client) => refresh(client, token);
  const second = await tokens("refresh", gate, again(first.refresh_token));
  const same = await tokens("refresh, again within the window", gate, again(first.refresh_token));
  assert.equal(same.refresh_token, second.refresh_token);
  expecting(400, await costing("refresh token, forged or expired", gate, again(bent(second.refresh_token))));
  expecting(400, await costing("refresh token, forged or expired", gate, again(code)));
  expecting(400, await costing("refresh, again after the window", other, again(first.refresh_token)));

  const third = await grant();
  expecting(200, await costing("refresh, grant new to the isolate", other, again(third.refresh_token)));
  const { code_verifier, asked } = pkce();
  const proven = await codeOf(gate, asked);
  const begun = await tokens("code redeemed", gate, (client) => exchange(client, proven, { code_verifier }));
  const retried = await tokens("code redeemed, again within the window", gate, (client) => exchange(client, proven, { code_verifier }));
  assert.equal(retried.refresh_token, begun.refresh_token);
  const spentCode = await codeOf(gate);
  await tokens("code redeemed", gate, (client) => exchange(client, spentCode));
  expecting(400, await costing("code redeemed before", gate, (client) => exchange(client, spentCode)));

  const about = (token) => (client) => ask(client, { token }, { to: "/oauth/introspect" });
  const ended = await grant();
  expecting(200, await costing("introspection, grant known to the isolate", gate, about(ended.access_token)));
  expecting(200, await costing("introspection, grant new to the isolate", other, about(ended.access_token)));
  expecting(200, await costing("introspection, forged or expired", gate, about(bent(ended.access_token))));
  const end = (token) => (client) => revoke(client, token);
  expecting(200, await costing("revocation, forged or expired", gate, end(bent(ended.refresh_token))));
  expecting(200, await costing("revocation, by refresh token", gate, end(ended.refresh_token)));
  expecting(200, await costing("revocation, ended before", gate, end(ended.refresh_token)));
  const { access_token } = await grant();
  expecting(200, await costing("revocation, by access token", gate, end(access_token)));
  expecting(200, await costing("admin/token/revoke", gate, admin("token/revoke", { token: (await grant()).access_token })));
}

export async function ofKeys() {
  const code = await codeOf(gate);
  const dpop = await proofFor("/oauth/token/", "POST");
  const bound = await tokens("code redeemed, with a proof", gate, (client) => exchange(client, code, {}, { dpop }));
  const show = (dpop) => (client) => client.get("/me/", { ...bearer(bound.access_token, "DPoP"), dpop });
  const shown = await proofFor("/me/", "GET", bound.access_token);
  expecting(200, await costing("access token with a proof", gate, show(shown)));
  expecting(401, await costing("access token with a proof, used before", gate, show(shown)));
  const stale = await proof(key, { url: `${ISSUER}/me/`, token: bound.access_token }, { iat: now() - 600 });
  for (const wrong of [stale, bent(await proofFor("/me/", "GET", bound.access_token)), "x", undefined]) {
    expecting(401, await costing("access token with a proof, forged or expired", gate, show(wrong)));
  }
}

export async function ofClients() {
  const { code_verifier, asked } = pkce();
  const added = { name: "Shop", redirect_uris: [REDIRECT], scope: ["read", "write"], resources: [`${ISSUER}/me`] };
  const add = admin("client/add", { kind: "confidential", introspect: true, ...added });
  const { client_id: id, client_secret: secret } = expecting(201, await costing("admin/client/add", gate, add)).json;
  const who = { id, secret };
  const code = await codeOf(gate, { client_id: id, resource: added.resources[0], ...asked });
  const mine = await tokens("code redeemed, by a registered client", gate, (client) => exchange(client, code, { code_verifier }, { who }));
  expecting(200, await costing("access token, known to the isolate", gate, call(mine.access_token)));
  expecting(200, await costing("access token, its client also new to the isolate", other, call(mine.access_token)));
  const pairs = { kind: "token-pair", name: "Office", scope: ["read"], subject: "1001002", act_for_others: true };
  const office = expecting(201, await costing("admin/client/add", gate, admin("client/add", pairs))).json;
  const knock = (who) => (client) => client.get("/api/3.0/x", basic(who));
  const registered = { id: office.client_id, secret: office.client_secret };
  expecting(200, await costing("token pair of the policy", gate, knock(pair)));
  expecting(200, await costing("token pair, known to the isolate", gate, knock(registered)));
  expecting(200, await costing("token pair, new to the isolate", other, knock(registered)));
  for (const wrong of [{ ...registered, secret: "guess" }, { ...registered, id: bent(registered.id) }, { ...pair, id: "nobody" }]) {
    expecting(401, await costing("token pair, forged", gate, knock(wrong)));
  }

  const young = admin("client/rotate", { client_id: office.client_id });
  expecting(200, await costing("admin/client/rotate", gate, young));
  const old = seal("egi", { issued: now() - 600, expires: 4_102_444_800, kid: "clients-1", key: secrets.EDGEGATE_CLIENT_KEY });
  await plant(old.record, { client_id: old.text, name: "Old", kind: "confidential", dpop: true, pkce: true, redirect_uris: [REDIRECT], secrets: [] });
  expecting(200, await costing("admin/client/list, of three clients", gate, admin("client/list", {})));
  const named = { client_id: old.text };
  expecting(200, await costing("admin/client/rotate", gate, admin("client/rotate", { ...named, overlap: 600 })));
  expecting(200, await costing("admin/client/rotate", gate, admin("client/rotate", { ...named, overlap: 600 })));
  expecting(200, await costing("admin/client/remove", gate, admin("client/remove", named)));
  expecting(201, await costing(undefined, gate, admin("client/add", { kind: "public", name: "App", redirect_uris: [REDIRECT], dpop: true })));
}

export async function ofIssuers() {
  const show = (name, token) => (client) => client.get(`/${name}/`, { ...bearer(token), "cf-connecting-ip": "203.0.113.7" });
  const good = await jwt();
  for (const client of [gate, gate, other]) expecting(200, await costing("JWT of an issuer", client, show("corp", good)));
  for (const bad of [await jwt({ aud: "another" }), await jwt({}, { alg: "ES256", kid: "other" }), `${good.slice(0, -4)}AAAA`]) {
    expecting(401, await costing("JWT, forged or expired", gate, show("corp", bad)));
  }
  const token = opaque();
  for (const client of [gate, gate]) expecting(200, await costing("token that its issuer is asked about", client, show("asked", token)));
  expecting(401, await costing("token that its issuer is asked about", gate, show("asked", "opaque-guess")));
}

export async function withoutTheLedger() {
  const code = await codeOf(alone);
  const dpop = await proofFor("/oauth/token/", "POST");
  const first = await tokens(undefined, alone, (client) => exchange(client, code, {}, { dpop }));
  await tokens(undefined, alone, (client) => refresh(client, first.refresh_token));
  expecting(400, await costing(undefined, alone, (client) => exchange(client, code)));
  expecting(200, await costing(undefined, alone, (client) => revoke(client, first.refresh_token)));
  expecting(201, await costing(undefined, alone, admin("client/add", { kind: "token-pair", name: "Office", scope: ["read"] })));
  assert.ok(!seen.some((one) => one.gate === "alone" && one.store === "ledger"), "the Ledger was asked");
}
