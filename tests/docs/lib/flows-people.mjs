// What sam has here, who looks at it, and its end: what that costs and leaves behind.

import { html, urlencoded } from "../../e2e/lib/luminate.mjs";
import { consentForm, exchange, visit } from "../../e2e/lib/oauth.mjs";
import { admin, costing, expecting, gates, local, page } from "./watched.mjs";

const { other } = gates;

/** A session of sam's: a Cookie field. */
async function opened() {
  const nonce = admin("nonce", { subject: "1001003", route: "account" });
  const { url } = expecting(201, await costing("admin/nonce", other, nonce)).json;
  const answer = await costing(undefined, other, (client) => client.get(local(url), page));
  return expecting(303, answer).cookies[0].split(";")[0];
}

export async function ofPeople() {
  const [cookie] = [await opened(), await opened()];
  const { consent, action } = await costing(undefined, other, (client) => consentForm(client, {}, { cookie }));
  const allow = (client) => client.form(action, urlencoded({ consent, decision: "allow" }), { ...html, cookie, "sec-fetch-site": "same-origin" });
  expecting(303, await costing("consent given, to be remembered", other, allow));
  const back = expecting(302, await costing("authorization page, its consent remembered", other, (client) => visit(client, {}, { cookie })));
  const code = new URL(back.header("location")).searchParams.get("code");
  expecting(200, await costing("code redeemed", other, (client) => exchange(client, code)));

  const whose = { subject: "1001003" };
  const me = (client) => client.get("/.edgegate/me", { ...html, cookie });
  expecting(200, await costing("`/.edgegate/me`, of two sessions, one grant and its consent", other, me));
  expecting(200, await costing("admin/session/list, of two sessions", other, admin("session/list", whose)));
  expecting(200, await costing("admin/grant/list, of one grant", other, admin("grant/list", whose)));
  expecting(200, await costing("admin/grant/revoke, of one grant", other, admin("grant/revoke", whose)));
  expecting(200, await costing("admin/session/revoke, by subject, of two sessions", other, admin("session/revoke", whose)));
}
