// Whether somebody may still be signed in: the provider is asked once per `recheck`, by the refresh token, however many
// requests there are. Who was removed there is out; newer claims count; a provider that is gone changes nothing.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { broken, inside, JO, policyWith, provided, said, SAM, secrets, startProvider } from "../lib/provider.mjs";
import { Visitor } from "../lib/visitor.mjs";

// The providers' own clocks stand still while the gate's goes on: what they issue is good for as long as this file needs.
const configure = (usual) => ({ ...usual, ttl: { ...usual.ttl, IdToken: 30 * 24 * 60 * 60 } });
const provider = await startProvider({ configure });
const fixed = await startProvider({ configure, rotate: false });
const without = await startProvider({ configure, client: { grant_types: ["authorization_code"] } });
const userinfo = await startProvider({ configure });
const tickets = inside({ name: "tickets" }).replace('accept = ["session"]', 'accept = ["ticket", "session"]');
const crew = inside({ name: "crew", more: 'require = { groups = ["staff"] }' });
const keys = { recheck: "15m" };
// A provider that answers nobody, and what only those whom it signed in may see.
const absent = provided("http://127.0.0.1:9", { client_auth: "none", secret: undefined }, "absent") + inside({ name: "theirs", providers: ["absent"] });
const gateway = await startGateway({
  gate: { policy: policyWith(provider.url, keys) + crew + tickets + absent, secrets },
  twin: { policy: policyWith(provider.url, keys) + crew + tickets + absent, secrets, sharing: "gate" },
  asking: { policy: policyWith(userinfo.url, { ...keys, userinfo: true }), secrets },
  fixed: { policy: policyWith(fixed.url, keys), secrets },
  without: { policy: policyWith(without.url, keys), secrets },
});
const { gate, twin } = gateway;
after(() => ([provider, fixed, without, userinfo].forEach((one) => one.stop()), gateway.stop()));

const QUARTER = 15 * 60;
let clock = 0;
/** Time passes, for every gate and for a browser. */
async function later(seconds, browser) {
  browser?.wait(seconds);
  clock += seconds;
  for (const name of ["gate", "twin", "fixed", "without", "asking"]) await gateway[name].faults({ clock, ledgerClock: clock });
}

async function signedIn(person, at = gate) {
  const browser = new Visitor(at);
  await browser.enter("/inside/", person);
  provider.count();
  return browser;
}
const groupsOf = (echo) => said(echo.fields, "x-user-groups").replaceAll(" ", "");

test("within the time nobody is asked; after it once, and the refresh token that came is the next one's", async () => {
  const browser = await signedIn(JO);
  for (let n = 0; n < 5; n++) forwarded(await browser.ask("/inside/"));
  assert.equal(provider.count("/token"), 0);
  for (let round = 0; round < 3; round++) {
    await later(QUARTER + 1, browser);
    for (let n = 0; n < 3; n++) forwarded(await browser.ask("/inside/"));
    assert.equal(provider.count("/token"), 1, `round ${round}`);
  }
});

test("twenty requests at once, in two isolates, are one question", async () => {
  const browser = await signedIn(JO);
  await later(QUARTER + 1, browser);
  const gates = [gate, twin];
  const cookie = browser.cookiesFor(new URL(`http://${gate.host}/inside/`));
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => gates[n % 2].get(`/inside/${n}`, { cookie })));
  for (const answer of answers) forwarded(answer);
  assert.equal(provider.count("/token"), 1);
});

test("who was removed at the provider is out within the time, and stays out", async () => {
  const browser = await signedIn(SAM);
  provider.remove(SAM);
  forwarded(await browser.ask("/inside/"));
  await later(QUARTER + 1, browser);
  const answers = [];
  for (let n = 0; n < 3; n++) answers.push(await browser.ask("/inside/"));
  assert.deepEqual(answers.map(({ status }) => status), [401, 401, 401]);
  await refused(answers[0], 401, "session_removed");
  const page = await browser.go("/inside/");
  assert.equal(page.url.origin, provider.url, "a page is sent to sign in again");
  provider.people.push({ ...SAM });
});

test("a group that was taken away closes its route, one that was given opens it", async () => {
  const browser = await signedIn(JO);
  const jo = provider.people.find(({ user_name }) => user_name === "jo");
  forwarded(await browser.ask("/crew/"));
  jo.groups = ["members"];
  await later(QUARTER + 1, browser);
  assert.equal(groupsOf(forwarded(await browser.ask("/inside/"))), "members");
  status(await browser.ask("/crew/"), 403);
  jo.groups = [...JO.groups];
  await later(QUARTER + 1, browser);
  forwarded(await browser.ask("/crew/"));
});

test("a provider that is down, slow or out of order changes nothing, and is not asked by every request", async () => {
  const browser = await signedIn(JO);
  for (const trouble of [broken.down, broken.failing, broken.saying(503, { error: "temporarily_unavailable" })]) {
    provider.trouble["/token"] = trouble;
    await later(QUARTER + 1, browser);
    provider.count();
    for (let n = 0; n < 5; n++) forwarded(await browser.ask("/inside/"));
    assert.ok(provider.count("/token") <= 2, "asked again each minute, not each time");
  }
  delete provider.trouble["/token"];
  await later(90);
  forwarded(await browser.ask("/inside/"));
  assert.equal(provider.count("/token"), 1);
});

test("a new refresh token is kept although what comes next fails: the old one is used up", async () => {
  const browser = await signedIn(JO, gateway.asking);
  userinfo.trouble["/me"] = broken.failing;
  await later(QUARTER + 1, browser);
  for (let minute = 0; minute < 3; minute++) {
    forwarded(await browser.ask("/inside/"));
    assert.equal((await gateway.asking.decided()).recheck, "provider_unavailable", "it is asked again each minute");
    await later(60, browser);
  }
  userinfo.trouble["/me"] = broken.saying(403, { message: "rate limit exceeded" });
  forwarded(await browser.ask("/inside/")); // which says nothing of the person
  delete userinfo.trouble["/me"];
  await later(10 * 60, browser); // what came of asking lies in the Ledger for some minutes
  forwarded(await browser.ask("/inside/"));
  await later(QUARTER + 1, browser);
  forwarded(await browser.ask("/inside/"));
});

test("an error that says nothing of the person ends no session", async () => {
  const browser = await signedIn(JO);
  for (const error of ["invalid_request", "server_error", "slow_down", "invalid_client", "whatever"]) {
    provider.trouble["/token"] = broken.saying(400, { error });
    await later(QUARTER + 1, browser);
    forwarded(await browser.ask("/inside/"));
    const { reason, recheck } = await gate.decided();
    const mayPass = ["server_error", "slow_down"].includes(error);
    assert.deepEqual([reason, recheck], ["ok", mayPass ? "provider_unavailable" : "provider_client"], "the log says why nothing is known");
    forwarded(await browser.ask("/inside/"));
    assert.equal((await gate.decided()).recheck, undefined, "of the request that asked alone");
  }
  delete provider.trouble["/token"];
  await later(QUARTER + 1, browser);
  forwarded(await browser.ask("/inside/"));
});

test("where the provider wants to see the person, the session ends", async () => {
  for (const error of ["login_required", "interaction_required", "consent_required"]) {
    const browser = await signedIn(JO);
    provider.trouble["/token"] = broken.saying(400, { error });
    await later(QUARTER + 1, browser);
    await refused(await browser.ask("/inside/"), 401, "session_removed");
    delete provider.trouble["/token"];
  }
});

test("who has more claims than a session keeps does not stay with the old ones", async () => {
  const browser = await signedIn(JO);
  const jo = provider.people.find(({ user_name }) => user_name === "jo");
  jo.groups = Array.from({ length: 1_000 }, (_, n) => `a-group-that-anybody-can-join-${n}`);
  await later(QUARTER + 1, browser);
  await refused(await browser.ask("/crew/"), 401, "session_removed");
  jo.groups = [...JO.groups];
});

test("a newer refresh token that KV does not take is not lost, however long that lasts", async () => {
  const browser = await signedIn(JO);
  await later(QUARTER + 1, browser);
  await gate.faults({ clock, ledgerClock: clock, kvWrites: "throw" });
  forwarded(await browser.ask("/inside/"));
  await later(12 * 60, browser);
  const there = { cookie: browser.cookiesFor(new URL(`http://${gate.host}/inside/`)) };
  forwarded(await twin.get("/inside/", there));
  await later(QUARTER + 1, browser);
  forwarded(await twin.get("/inside/", there));
  await later(QUARTER + 1, browser);
  forwarded(await twin.get("/inside/", there));
  assert.equal(provider.count("/token"), 3);
});

test("a request that is refused after it asked does not take back that it asked", async () => {
  const browser = await signedIn(JO);
  const there = { cookie: browser.cookiesFor(new URL(`http://${gate.host}/inside/`)) };
  forwarded(await twin.get("/inside/", there));
  await later(QUARTER + 1, browser);
  await twin.faults({ clock, ledgerClock: clock, kv: "stale" });
  status(await browser.go("/theirs/"), 503);
  forwarded(await twin.get("/inside/", there));
  assert.equal(provider.count("/token"), 1);
});

test("who comes when a minute begins does not ask while somebody waits for the answer", async () => {
  const browser = await signedIn(JO);
  await later(QUARTER + 58, browser);
  provider.trouble["/token"] = broken.late(4_000);
  const first = browser.ask("/inside/");
  await new Promise((due) => setTimeout(due, 2_500));
  const there = { cookie: browser.cookiesFor(new URL(`http://${gate.host}/inside/`)) };
  forwarded(await twin.get("/inside/", there));
  forwarded(await first);
  assert.equal(provider.count("/token"), 1);
  delete provider.trouble["/token"];
});

test("a ticket is rechecked as its session is, and held to the route's providers", async () => {
  const browser = await signedIn(SAM);
  const [, xsrf] = /XSRF-TOKEN=([^;]+)/.exec(browser.cookiesFor(new URL(`http://${gate.host}/`))) ?? [];
  const made = await browser.ask("/.edgegate/ticket", { "x-xsrf-token": xsrf, origin: `http://${gate.host}` }, { method: "POST", body: "" });
  status(made, 201);
  const { ticket } = made.json;
  gateway.seen.add(ticket);
  const ask = () => gate.get("/tickets/", { authorization: `SOTicket ${ticket}` });
  forwarded(await ask());
  provider.trouble["/token"] = broken.saying(400, { error: "invalid_grant" });
  await later(QUARTER + 1, browser);
  await refused(await ask(), 401, "ticket_revoked");
  delete provider.trouble["/token"];

  const local = await gate.admin("ticket", { subject: "1001003" });
  gateway.seen.add(local.ticket);
  await refused(await gate.get("/tickets/", { authorization: `SOTicket ${local.ticket}` }), 401, "session_provider");
});

test("a refresh token that stays the same is used again", async () => {
  const browser = await signedIn(JO, gateway.fixed);
  fixed.count();
  for (let round = 1; round <= 3; round++) {
    await later(QUARTER + 1, browser);
    forwarded(await browser.ask("/inside/"));
    assert.equal(fixed.count("/token"), 1);
  }
});

test("where there is no refresh token the session ends then, and a page is sent to the provider, who knows the person", async () => {
  const browser = await signedIn(JO, gateway.without);
  forwarded(await browser.ask("/inside/"));
  await later(QUARTER + 1, browser);
  await refused(await browser.ask("/inside/"), 401, "session_expired");
  const page = await browser.go("/inside/a?b=1");
  status(page, 200);
  assert.equal(page.url.pathname + page.url.search, "/inside/a?b=1");
  assert.ok(browser.trail.some(({ url }) => url.startsWith(without.url)));
});

test("the refresh token stands neither in a cookie nor in KV as it is", async () => {
  const browser = await signedIn(JO);
  const kv = await gateway.miniflare.getKVNamespace("EDGEGATE_KV", "gate");
  const { keys } = await kv.list();
  const values = await Promise.all(keys.map(({ name }) => kv.get(name)));
  const tokens = provider.tokens();
  assert.ok(tokens.length > 0);
  for (const token of tokens) {
    assert.ok(!values.some((value) => value?.includes(token)), "in KV");
    assert.ok(!browser.jar.some(({ value }) => value.includes(token)), "in a cookie");
  }
});

theLogHoldsNoCredential(gateway, { subjects: [JO.subject, SAM.subject, JO.email] });
