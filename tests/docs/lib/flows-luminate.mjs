// What Luminate's calls cost and leave behind.

import { CR, JO, call, login, read, serverCall, visitor } from "../../e2e/lib/luminate.mjs";
import { now, seal, spelled } from "../../e2e/lib/sign.mjs";
import { costing, expecting, gates, olderSession, page } from "./watched.mjs";

const { gate, other, alone } = gates;
const FAR = { "cf-connecting-ip": "203.0.113.7" };

export async function ofLuminate() {
  const entered = (row, client, headers) => costing(row, client, () => login(client, JO, headers));
  const jo = await entered("`login`", gate, FAR);
  expecting(403, await costing("`login`, wrong password", gate, (client) => call(client, "login", { ...JO, password: "guess" }, FAR)));
  expecting(200, await costing("`getLoginUrl`, no session", gate, (client) => call(client, "getLoginUrl")));
  expecting(200, await costing("call, session known to the isolate", gate, (client) => call(client, "getUser", jo.own)));
  expecting(200, await costing("call, session new to the isolate", other, (client) => call(client, "getUser", jo.own)));
  const nobody = await visitor(gate);
  expecting(200, await costing("call, anonymous session", other, (client) => call(client, "listUserFields", nobody.own)));
  expecting(200, await costing("page with tags, no session", gate, (client) => client.get("/site/SPageServer?pagename=tags", page)));
  expecting(200, await costing("page with tags, session known", gate, (client) => client.get("/site/SPageServer?pagename=tags", { ...page, ...jo.cookie })));

  expecting(200, await costing("nonce redeemed in place", gate, (client) => read(client, "getLoginUrl", { NONCE_TOKEN: jo.nonce })));
  expecting(403, await costing("nonce redeemed in place, used before", gate, (client) => read(client, "getLoginUrl", { NONCE_TOKEN: jo.nonce })));
  const again = await entered(undefined, gate);
  const establish = (nonce) => (client) => client.get(`/site/EstablishSession?NONCE_TOKEN=${nonce}`, page);
  expecting(302, await costing("`EstablishSession`, session new to the isolate", other, establish(again.nonce)));

  let token;
  await costing("`getSingleSignOnToken`", gate, async (client) => {
    const answer = expecting(200, await serverCall(client, "getSingleSignOnToken", { cons_id: "1001002" }));
    ({ token } = answer.json.getSingleSignOnTokenResponse);
    return answer;
  });
  expecting(200, await costing("`sso_auth_token`, nobody signed in", gate, (client) => call(client, "getUser", { sso_auth_token: token })));
  expecting(200, await costing("`sso_auth_token`, with its own session", gate, (client) => call(client, "getUser", { sso_auth_token: token, ...jo.field })));
  expecting(200, await costing("`logout`", gate, (client) => call(client, "logout", jo.field)));
  expecting(200, await costing("`login` over a session", gate, (client) => call(client, "login", { ...JO, ...again.field })));
  expecting(403, await costing(undefined, gate, (client) => serverCall(client, "getUser", { login_password: "guess" })));

  const past = { issued: now() - 900, expires: now() - 1 };
  const forged = [
    (client) => call(client, "getUser", { auth: jo.token, JSESSIONID: spelled(seal("egs", { audience: "servlet", key: "wrong" })) }),
    (client) => call(client, "loginTest", { JSESSIONID: spelled(seal("egs", { audience: "servlet", ...past })) }),
    (client) => read(client, "getLoginUrl", { NONCE_TOKEN: spelled(seal("egn", { audience: "session", ...past })) }),
    (client) => call(client, "getUser", { sso_auth_token: spelled(seal("ego", past)) }),
    (client) => call(client, "login", { ...JO, api_key: "guess" }),
  ];
  for (const one of forged) expecting(403, await costing("call, forged or expired", gate, one));

  const aged = await olderSession(5 * 60, { audience: "servlet", idle: 15 * 60 });
  expecting(200, await costing(undefined, gate, (client) => call(client, "loginTest", { JSESSIONID: spelled(aged) })));
  const without = await entered(undefined, alone);
  expecting(200, await costing(undefined, alone, (client) => call(client, "getLoginUrl", {}, { to: `${CR}?NONCE_TOKEN=${without.nonce}` })));
}
