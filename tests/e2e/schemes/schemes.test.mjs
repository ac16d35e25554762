// SuperOffice's scheme matrix in workerd: every cell of fixtures/schemes.json as it goes over the wire, and the vectors of
// protocols.md C5.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, root, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { cookieOf, signIn, signOut } from "../lib/schemes.mjs";

const APP = "qw123f4c56770bc278017796cd16bd11";
const ROBOT = "robot-password-0123456789";
const policy = demoPolicy(
  ["[basic]", '[basic.machines.robot]\nsecret = "ROBOT_PASSWORD"'],
  // Prefixes are a matter of Bearer alone; here both deployments take the same.
  ['bearer = { prefix = "8A:Cust12345." }', ""],
);
const rotating = demoPolicy(['app_tokens = ["SUPEROFFICE_APP_TOKEN"]', 'app_tokens = ["SUPEROFFICE_APP_TOKEN", "NEXT_APP_TOKEN"]'], ["pages = true", "pages = false"]);
const gateway = await startGateway({ gate: { policy, secrets: { ROBOT_PASSWORD: ROBOT } }, demo: {}, rotating: { policy: rotating } });
const { gate, demo } = gateway;
after(() => gateway.stop());

const PATHS = { onsite: "/SuperOffice/api/v1/Contact/7", online: "/Cust12345/api/v1/Contact/7" };
const ENABLED = { onsite: ["Bearer", "SOTicket", "Basic", "Cookie"], online: ["Bearer", "SOTicket", "Cookie"] };
const base64 = (text) => Buffer.from(text).toString("base64");
/** The schemes of a 401; the runtime writes several fields of one name as one. */
const challenges = (answer) => answer.header("www-authenticate").split(/, (?=\w+ realm=)/).map((challenge) => challenge.split(" ")[0]);

/** What the rows name. */
async function names() {
  const [dead, other, live] = [await signIn(gate), await signIn(gate), await signIn(gate)];
  const token = async () => (await gate.admin("token", { subject: "1001002" })).access_token;
  const ticket = async () => (await gate.admin("ticket", { subject: "1001002" })).ticket;
  const [deadToken, deadTicket, liveTicket] = [await token(), await ticket(), await ticket()];
  await gate.admin("token/revoke", { token: deadToken });
  await gate.admin("session/revoke", { session: deadTicket });
  await signOut(gate, dead);
  const text = {
    robot: base64(`robot:${ROBOT}`), token: await token(), ticket: liveTicket, ticket64: base64(liveTicket), "app-token": APP,
    "dead-token": deadToken, "dead-ticket": deadTicket, "dead-cookies": dead.cookies, "dead-xsrf": dead.xsrf,
    cookies: live.cookies, xsrf: live.xsrf, "other-xsrf": other.xsrf, "session-name": "edgegate", "session-cookie": `edgegate=${live.session}`,
  };
  return (row) => row.replace(/\{([a-z0-9-]+)\}/g, (_, name) => text[name] ?? assert.fail(`nothing is called ${name}`));
}

const fill = await names();
const rows = JSON.parse(readFileSync(path.join(root, "fixtures/schemes.json"), "utf8"));

for (const { scheme, state, headers, ...outcomes } of rows) {
  for (const deployment of ["onsite", "online"]) {
    test(`${scheme}, ${state}, ${deployment}: ${outcomes[deployment]}`, async () => {
      const [status, what] = outcomes[deployment].split(" ");
      for (const method of ["GET", "POST"]) {
        // Two fields of one name are what "doubled" is on the wire.
        const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, name === "cookie" ? fill(value) : fill(value).split(", ")]));
        const answer = await gate.request(method, PATHS[deployment], { headers: sent });
        if (status === "200") {
          const echo = forwarded(answer);
          assert.equal(echo.path, "/api/v1/Contact/7");
          for (const name of ["authorization", "so-apptoken", "x-xsrf-token", "cookie"]) assert.ok(!echo.fields.has(name), `${name} reached the origin`);
          assert.equal((await gate.decision(answer.requestId)).credential, what);
        } else {
          await refused(answer, Number(status), what);
          assert.deepEqual(challenges(answer), ENABLED[deployment]);
        }
      }
    });
  }
}

const call = (target, headers) => demo.get(target, headers);
const messages = async (answer, reason) => {
  await refused(answer, 401, reason);
  assert.deepEqual(Object.keys(answer.json), ["Message"]);
  assert.match(answer.json.Message, /\. This address takes Bearer, SOTicket( with SO-AppToken|, Basic), a session with X-XSRF-TOKEN\.$/);
};

test("O1, O7: nothing, 401; a paragraph for each scheme where nobody asked for JSON, and no Negotiate", async () => {
  await messages(await call("/SuperOffice/api/v1/Contact/2"), "credential_missing");
  const page = await call("/SuperOffice/api/v1/Contact/2", { accept: "*/*" });
  await refused(page, 401, "credential_missing");
  assert.ok(page.header("www-authenticate").includes('Basic realm="SuperOffice Username or Ticket"'));
  assert.ok(!/negotiate|ntlm/i.test(page.header("www-authenticate") + page.text));
  for (const word of ["BASIC", "SOTICKET", "BEARER"]) assert.ok(page.text.includes(`<p>${word}: `), word);
});

test("O2: a session and its token, as a page's script sends them", async () => {
  const { cookies, xsrf } = await signIn(demo);
  assert.equal((await call("/SuperOffice/api/v1/Contact/2", { cookie: cookies, "x-xsrf-token": xsrf })).json.ContactId, 2);
});

test("O3: a user name and an empty password, onsite; online 401", async () => {
  const basic = { authorization: "Basic YWRtMDo=" };
  const answer = await call("/SuperOffice/api/v1/Contact/2", basic);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.ContactId, 2);
  const fields = new Map(answer.json.received.headers);
  assert.equal(fields.get("edgegate-subject"), "adm0");
  assert.ok(!fields.has("authorization"));
  await messages(await call("/Cust12345/api/v1/Contact/2", basic), "scheme_not_accepted");
});

test("a right password is asked for once a minute, a wrong one every time; another password of the same name is another", async () => {
  const basic = (text) => ({ authorization: `Basic ${base64(text)}`, "cf-connecting-ip": "198.51.100.7" });
  const send = (text) => call("/SuperOffice/api/v1/Contact/7", basic(text));
  const right = "sam:staple battery horse correct";
  await demo.take();
  forwarded(await send(right));
  assert.ok((await demo.take()).ledger > 0, "the guess is counted");
  forwarded(await send(right));
  assert.equal((await demo.take()).ledger, 0, "no guess is counted for what is known");
  // The same wrong one again and again tells nobody anything, and locks nobody out.
  for (let tries = 0; tries < 40; tries++) await messages(await send("sam:of last year"), "sign_in_failed");
  forwarded(await send(right));
  for (let tries = 0; tries < 18; tries++) await messages(await send(`sam:guess ${tries}`), "sign_in_failed");
  await messages(await send("sam:"), "sign_in_failed");
  await refused(await send("sam:one more"), 429, "throttled");
  await refused(await send(right), 429, "throttled"); // a right one tells nothing either
});

test("sixty right passwords at one moment, at an isolate that knows none: all go through, and the account is open after", async () => {
  const basic = { authorization: `Basic ${base64("jo:correct horse battery staple")}`, "cf-connecting-ip": "198.51.100.8" };
  const answers = await Promise.all(Array.from({ length: 60 }, () => call("/SuperOffice/api/v1/Contact/7", basic)));
  answers.forEach((answer) => forwarded(answer));
  await signIn(demo);
});

test("O4, O5: a ticket online, in every spelling of the scheme, and not without SO-AppToken", async () => {
  const { ticket } = await demo.admin("ticket", { subject: "1001002" });
  assert.match(ticket, /^7T:[A-Za-z0-9+/]+=*$/);
  const target = "/Cust12345/api/v1/MDOList/category?flat=True";
  for (const scheme of ["SOTicket", "SoTicket", "SOTICKET", "soticket"]) {
    const echo = forwarded(await call(target, { authorization: `${scheme} ${ticket}`, "SO-AppToken": APP, "SO-Language": "en-US" }));
    assert.equal(echo.path, "/api/v1/MDOList/category?flat=True");
    assert.equal(echo.fields.get("so-language"), "en-US");
  }
  await messages(await call(target, { authorization: `SOTICKET ${ticket}` }), "app_token_missing");
  await messages(await call(target, { authorization: "SoTicket 7A:adasd098098sdfs0df8KJHSKh230...123dsa==", "SO-AppToken": APP }), "ticket_forged");
});

test("O6: a token as SuperOffice writes it, for that tenant alone", async () => {
  const { access_token: token } = await demo.admin("token", { subject: "1001002", route: "cust12345" });
  assert.match(token, /^8A:Cust12345\.egt_/);
  const bearer = (text) => ({ authorization: `Bearer ${text}` });
  forwarded(await call("/Cust12345/api/v1/Contact/7", bearer(token)));
  forwarded(await call("/Cust12345/api/v1/Contact/7", bearer((await demo.admin("token", { subject: "1001002" })).access_token)));
  await messages(await call("/SuperOffice/api/v1/Contact/7", bearer(token)), "authorization_malformed");
  await messages(await call("/SuperOffice/api/v1/Contact/7", bearer(token.replace("8A:Cust12345.", ""))), "token_resource");
  await messages(await call("/Cust12345/api/v1/Contact/7", bearer("8A:Cust12345.AbC")), "token_forged");
});

test("a token with its prefix is shown and revoked as it was handed out", async () => {
  const { access_token: token } = await demo.admin("token", { subject: "1001002", route: "cust12345" });
  assert.equal((await demo.admin("token/show", { token })).state, "live");
  assert.equal((await demo.admin("token/revoke", { token })).state, "revoked");
  await messages(await call("/Cust12345/api/v1/Contact/7", { authorization: `Bearer ${token}` }), "token_revoked");
});

test("a second application token that has no value yet takes nothing away; pages get tickets only where they may", async () => {
  const { rotating } = gateway;
  const { ticket } = await rotating.admin("ticket", { subject: "1001002" });
  const send = (app) => rotating.get("/Cust12345/api/v1/Contact/7", { authorization: `SOTicket ${ticket}`, "SO-AppToken": app });
  forwarded(await send(APP));
  await refused(await send("wrong"), 503, "secret_missing");
  const { cookies, xsrf } = await signIn(rotating);
  await refused(await rotating.post("/.edgegate/ticket", "", { cookie: cookies, "x-xsrf-token": xsrf }), 404, "no_route");
});

test("O8, O10: what is no text and what was encoded once more, 401", async () => {
  await messages(await call("/SuperOffice/api/v1/Contact/2", { authorization: "Basic YWrtMdo=" }), "basic_malformed");
  const { ticket } = await demo.admin("ticket", { subject: "1001002" });
  await messages(await call("/SuperOffice/api/v1/Contact/2", { authorization: `SOTicket ${base64(ticket)}` }), "ticket_forged");
});

test("O9: after the log-out, or with another session's token, or one that is not the cookie's: 401", async () => {
  const [first, second] = [await signIn(demo), await signIn(demo)];
  const target = "/SuperOffice/api/v1/Contact/2";
  await messages(await call(target, { cookie: `edgegate=${first.session}`, "x-xsrf-token": second.xsrf }), "bound_token_mismatch");
  await messages(await call(target, { cookie: `edgegate=${first.session}; XSRF-TOKEN=${second.xsrf}`, "x-xsrf-token": first.xsrf }), "bound_token_mismatch");
  const out = await signOut(demo, first);
  assert.ok(out.cookies.some((cookie) => cookie.startsWith("XSRF-TOKEN=; ")), "the token is taken back");
  const answer = await call(target, { cookie: first.cookies, "x-xsrf-token": first.xsrf });
  await messages(answer, "session_revoked");
  assert.equal(cookieOf(answer, "XSRF-TOKEN"), undefined, "a refusal may come late: a newer session's token stays");
});

test("the same session has the same token, and its pages get it again if it was lost", async () => {
  const { session, xsrf } = await signIn(demo);
  const page = await demo.get("/SuperOffice/panel", { cookie: `edgegate=${session}`, accept: "text/html" });
  assert.equal(cookieOf(page, "XSRF-TOKEN"), xsrf);
  assert.ok(page.text.includes(`<input value="${xsrf}" name="XSRF_TOKEN" id="XSRF_TOKEN" type="hidden"></input>`));
  assert.match(page.header("cache-control"), /no-store/);
  const echo = forwarded(await demo.form("/SuperOffice/panel", `XSRF_TOKEN=${xsrf}&note=a+b`, { cookie: `edgegate=${session}` }));
  assert.equal(echo.body_length, "note=a+b".length, "the field is cut from what goes on");
  await refused(await demo.form("/SuperOffice/panel", "note=a", { cookie: `edgegate=${session}` }), 401, "bound_token_missing");
});

test("a page of a signed-in person gets a ticket, which ends with the session", async () => {
  const { cookies, xsrf } = await signIn(demo);
  const made = await demo.post("/.edgegate/ticket", "", { cookie: cookies, "x-xsrf-token": xsrf });
  assert.equal(made.status, 201, made.text);
  const headers = { authorization: made.json.authorization };
  assert.equal(forwarded(await call("/SuperOffice/api/v1/Contact/7", headers)).fields.get("edgegate-subject"), "1001002");
  await signOut(demo, { cookies });
  await messages(await call("/SuperOffice/api/v1/Contact/7", headers), "ticket_revoked");
});

theLogHoldsNoCredential(gateway, { subjects: ["1001002", "1001003", "adm0", ROBOT, APP] });
