// What the demo's links, redirects, tokens, nonces and sessions cost and leave behind.

import { createHmac } from "node:crypto";
import { secrets } from "../../e2e/lib/gateway.mjs";
import { link, now, redirect, seal } from "../../e2e/lib/sign.mjs";
import { admin, costing, expecting, gates, local, olderSession, own, page, plant, spent } from "./watched.mjs";

const { gate, other, alone } = gates;
const FAR = { "cf-connecting-ip": "203.0.113.7" };
const bearer = (path, token) => (client) => client.get(path, { authorization: `Bearer ${token}` });
const cookieOf = (answer) => /edgegate=(egs_[\w-]+)/.exec(answer.cookies.join(" "))[1];
const signIn = (client) => client.form("/.edgegate/sign-in", "account=jo&password=correct+horse+battery+staple", own);

/** A link that is noted as spent. */
function linkOnce(path) {
  const once = link(path, `n=${now()}`);
  spent.push(["link", "demo", Buffer.from(once.split("eg_sig=")[1], "base64url"), now() + 600]);
  return once;
}

async function nonce() {
  return local(expecting(201, await costing("admin/nonce", gate, admin("nonce", { subject: "1001002", route: "account" }))).json.url);
}

export async function ofDemo() {
  // links and redirects
  const once = linkOnce("/once/a");
  const landing = redirect("/landing/a", `n=${now()}`);
  spent.push(["signed-redirect", "luminate", Buffer.from(landing.split("signature=")[1], "hex")]);
  expecting(200, await costing("signed link", gate, (client) => client.get(link("/files/a"))));
  expecting(200, await costing("signed link, once", gate, (client) => client.get(once)));
  expecting(403, await costing("signed link, once, used before", gate, (client) => client.get(once)));
  expecting(403, await costing("signed link, forged or expired", gate, (client) => client.get(link("/once/a", "", { exp: now() - 1 }))));
  expecting(403, await costing("signed link, forged or expired", gate, (client) => client.get(`${once}x`)));
  expecting(200, await costing("signed redirect, once", gate, (client) => client.get(landing)));

  // webhooks and networks
  const time = now();
  const mac = createHmac("sha256", Buffer.from(secrets.STANDARD_WEBHOOK_SECRET.slice("whsec_".length), "base64")).update(`msg_1.${time}.{}`).digest();
  const fields = { "webhook-id": "msg_1", "webhook-timestamp": time, "webhook-signature": `v1,${mac.toString("base64")}` };
  const deliver = (body) => (client) => client.post("/hooks/standard", body, fields);
  spent.push(["webhook", "standard", mac, time + 301]);
  expecting(200, await costing("webhook, once", gate, deliver("{}")));
  expecting(403, await costing("webhook, once, used before", gate, deliver("{}")));
  expecting(403, await costing("webhook, forged or expired", gate, deliver("[]")));
  expecting(200, await costing("client of a network", gate, (client) => client.get("/office/", { "cf-connecting-ip": "127.0.0.1" })));

  // rates
  const visit = (path) => (client) => client.get(path, FAR);
  expecting(200, await costing("route with a rate", gate, visit("/rated/")));
  expecting(200, await costing("route with an exact rate", gate, visit("/counted/")));
  for (const client of [gate, other]) expecting(429, await costing("route with an exact rate, exceeded, new to the isolate", client, visit("/counted/")));
  for (const client of [gate, other]) expecting(429, await costing("route with an exact rate, exceeded, known to the isolate", client, visit("/counted/")));

  // tokens
  const mint = admin("token", { subject: "1001002", client: "demo", scope: "read" });
  const token = expecting(201, await costing("admin/token", gate, mint)).json.access_token;
  expecting(200, await costing("Bearer token, known to the isolate", gate, bearer("/me/", token)));
  expecting(200, await costing("Bearer token, new to the isolate", other, bearer("/me/", token)));
  expecting(200, await costing("Bearer token, known, strict route", gate, bearer("/strict/", token)));
  expecting(200, await costing("admin/token/show", gate, admin("token/show", { token })));
  expecting(200, await costing("admin/token/revoke", gate, admin("token/revoke", { token })));
  const expired = seal("egt", { issued: now() - 100, expires: now() - 1 }).text;
  for (const bad of [expired, `${token}x`]) expecting(401, await costing("Bearer token, forged or expired", gate, bearer("/me/", bad)));

  // nonces and sessions
  const first = await nonce();
  const session = cookieOf(expecting(303, await costing("nonce redeemed, new to the isolate", other, (client) => client.get(first, page))));
  expecting(403, await costing("nonce used before", other, (client) => client.get(first, page)));
  const withSession = (value) => (client) => client.get("/account/", { cookie: `edgegate=${value}` });
  expecting(200, await costing("session, known to the isolate", other, withSession(session)));
  expecting(200, await costing("session, new to the isolate", gate, withSession(session)));
  const second = await nonce();
  const over = { ...page, cookie: `edgegate=${session}` };
  const renewed = cookieOf(expecting(303, await costing("nonce redeemed over a session", other, (client) => client.get(second, over))));
  const forged = `/account/?NONCE_TOKEN=${seal("egn", { audience: "account", expires: now() - 1 }).text}`;
  expecting(403, await costing("nonce, forged or expired", gate, (client) => client.get(forged, page)));
  expecting(200, await costing("admin/session/revoke", other, admin("session/revoke", { session: renewed })));

  const aged = await olderSession(10 * 60);
  expecting(200, await costing("session, its life to be noted", gate, withSession(aged.text)));
  const idle = await olderSession(40 * 60);
  await plant(`${idle.record}:seen`, String(now() - 20 * 60));
  expecting(200, await costing("session, idle except for its note", gate, withSession(idle.text)));

  const signed = cookieOf(expecting(303, await costing("sign-in", gate, signIn)));
  const out = (client) => client.form("/.edgegate/sign-out", "", { ...own, cookie: `edgegate=${signed}` });
  expecting(200, await costing("sign-out", gate, out));
  const guess = (client) => client.form("/.edgegate/sign-in", "account=Jo+&password=guess", { ...own, ...FAR });
  expecting(401, await costing("sign-in, wrong password", gate, guess));
  const wrongKey = { authorization: "Bearer guess-guess-guess-guess", "cf-connecting-ip": "127.0.0.1" };
  expecting(401, await costing(undefined, gate, (client) => client.post("/.edgegate/admin/token", "{}", wrongKey)));

  // without the Ledger
  expecting(200, await costing(undefined, alone, (client) => client.get(linkOnce("/once/b"))));
  const minted = expecting(201, await costing(undefined, alone, admin("nonce", { subject: "1001002", route: "account" })));
  expecting(303, await costing(undefined, alone, (client) => client.get(local(minted.json.url), page)));
  expecting(303, await costing(undefined, alone, signIn));
}
