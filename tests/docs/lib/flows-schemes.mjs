// What passwords, tickets, XSRF tokens and brokers cost and leave behind.

import { answered, page as navigation, sent } from "../../e2e/lib/broker.mjs";
import { cookieOf, signIn } from "../../e2e/lib/schemes.mjs";
import { now, seal } from "../../e2e/lib/sign.mjs";
import { admin, costing, expecting, gates, ROBOT, spent, told } from "./watched.mjs";

const { gate, other, alone } = gates;
const CONTACT = "/SuperOffice/api/v1/Contact/7";
const FAR = { "cf-connecting-ip": "203.0.113.8" };
const by = (authorization, path = CONTACT, headers = {}) => (client) => client.get(path, { authorization, ...headers });
const basic = (text) => `Basic ${Buffer.from(text).toString("base64")}`;
const JO = basic("jo:correct horse battery staple");

/** What is handed over is not to be found in any store. */
function hidden(text) {
  told.add(text);
  return text;
}

export async function ofPasswords() {
  expecting(200, await costing("password of a person", gate, by(JO)));
  expecting(200, await costing("password of a person, known to the isolate", gate, by(JO)));
  expecting(200, await costing("password of a person, strict route", gate, by(JO, "/desk/")));
  expecting(401, await costing("password of a person, wrong", gate, by(basic("jo:guess"), CONTACT, FAR)));
  expecting(200, await costing("password of a program", gate, by(basic(`robot:${ROBOT}`))));
  for (const bad of [basic("robot:guess"), "Basic !", basic("none")]) {
    expecting(401, await costing("password of a program, wrong", gate, by(bad, CONTACT, FAR)));
  }
  expecting(200, await costing(undefined, alone, by(JO)));
}

export async function ofTickets() {
  const { ticket } = expecting(201, await costing("admin/ticket", gate, admin("ticket", { subject: "1001002" }))).json;
  const scheme = `SOTicket ${ticket}`;
  expecting(200, await costing("ticket, its session known to the isolate", gate, by(scheme)));
  expecting(200, await costing("ticket, its session new to the isolate", other, by(scheme)));
  expecting(200, await costing("ticket, known, strict route", gate, by(scheme, "/strict/")));
  const online = "/Cust12345/api/v1/Contact/7";
  expecting(401, await costing("ticket, forged or expired", gate, by(scheme, online)));
  const past = seal("egx", { audience: "session ticket", issued: now() - 100, expires: now() - 1 }).text;
  const expired = `7T:${Buffer.from(past.split("_").slice(2).join("_"), "base64url").toString("base64")}`;
  for (const bad of [`${ticket}A`, ticket.replace("7T:", ""), expired]) {
    expecting(401, await costing("ticket, forged or expired", gate, by(`SOTicket ${bad}`)));
  }
  expecting(200, await costing("admin/session/revoke", gate, admin("session/revoke", { session: ticket })));
}

export async function ofXsrfTokens() {
  let jo;
  await costing(undefined, gate, async (client) => (jo = await signIn(client)));
  hidden(jo.xsrf);
  const shown = { cookie: jo.cookies, "x-xsrf-token": jo.xsrf };
  expecting(200, await costing("session with its XSRF token", gate, (client) => client.get(CONTACT, shown)));
  for (const headers of [{ cookie: jo.cookies }, { ...shown, "x-xsrf-token": "abc1234" }]) {
    expecting(401, await costing("session without its XSRF token", gate, (client) => client.get(CONTACT, headers)));
  }
  const ask = (client) => client.post("/.edgegate/ticket", "", shown);
  expecting(201, await costing("ticket for a page", gate, ask));
}

export async function ofBrokers() {
  let pending;
  await costing("browser sent to a broker", gate, async (client) => (pending = await sent(client, "/inside/")).answer);
  hidden(pending.state);
  hidden(pending.cookie.split("=")[1]);
  const come = (target, cookie = pending.cookie) => (client) => client.get(target, { ...navigation, cookie });
  // These links differ only in when they expire: each has an expiry of its own, or a second that passes makes two of them the same.
  const start = now();
  const answer = (seconds) => {
    const expires = start + seconds;
    const target = answered({ state: pending.state, expires });
    spent.push(["link", "corp", Buffer.from(target.split("eg_sig=")[1], "base64url"), expires]);
    return target;
  };
  const first = answer(60);
  const back = expecting(303, await costing("broker's answer", gate, come(first)));
  expecting(403, await costing("broker's answer, used before", gate, come(first)));
  expecting(403, await costing("broker's answer, in another browser", gate, come(answer(90), "a=b")));
  const over = `${pending.cookie}; edgegate=${cookieOf(back, "edgegate")}`;
  expecting(303, await costing("broker's answer over a session", gate, come(answer(120), over)));
  const bad = [{ key: "another-key-0123456789abcdef0123456789" }, { state: `${pending.state}x` }, { expires: now() - 1 }];
  for (const changes of bad) {
    const target = answered({ state: pending.state, ...changes });
    expecting(403, await costing("broker's answer, forged or expired", gate, come(target)));
  }
}
