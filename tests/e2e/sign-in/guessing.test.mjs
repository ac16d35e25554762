// How often the origin is asked about passwords, by every way to sign in, with the real Durable Object and limiter:
// nothing is asked that was not counted, a network has a bound of its own, and what cannot count refuses.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, secrets, startGateway, strictRoute, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { withinOneMinute } from "../lib/limiter.mjs";
import { ADMINISTRATOR, FROM, JO, SAM, SR, call, granted, login, read, visitor } from "../lib/luminate.mjs";

const ROBOT = "robot-password-0123456789";
const robot = ["[basic]", '[basic]\npeople = true\n[basic.machines.robot]\nsecret = "ROBOT_PASSWORD"'];
const changing = ['methods = ["get*",', 'methods = ["changePassword", "get*",'];
const counted = demoPolicy(robot, changing, strictRoute("basic"));
const alone = demoPolicy(robot, changing, '[storage]\nsingle_use = "best-effort"');
const more = { secrets: { ROBOT_PASSWORD: ROBOT } };
const gateway = await startGateway({
  ledger: { policy: counted, ...more },
  beside: { policy: counted, sharing: "ledger", ...more },
  limiter: { policy: alone, ...more },
  limiterFails: { policy: alone, ...more },
  ledgerFails: { policy: counted, ...more },
  noLimiter: { policy: counted, without: ["EDGEGATE_LIMITER"], ...more },
});
const { ledger, beside, limiter } = gateway;
after(() => gateway.stop());

const page = { origin: "http://127.0.0.1:8787" };
const basic = (name, password) => ({ authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}` });
const from = (address) => ({ "cf-connecting-ip": address });
/** Every way to sign in with a name and a password. */
const WAYS = {
  page: (gate, name, password, at) => gate.form("/.edgegate/sign-in", new URLSearchParams({ account: name, password }).toString(), { ...page, ...at }),
  basic: (gate, name, password, at) => gate.get("/SuperOffice/api/v1/Contact/7", { ...basic(name, password), ...at }),
  "strict basic": (gate, name, password, at) => gate.get("/strict/a", { ...basic(name, password), ...at }),
  login: (gate, name, password, at) => call(gate, "login", { user_name: name, password }, at),
  authenticateUser: (gate, name, password, at) => call(gate, "authenticateUser", { user_name: name, password }, at),
  // A server calls from its own network.
  "server login": (gate, name, password) => call(gate, "login", { ...ADMINISTRATOR, user_name: name, password }, { to: SR, ...FROM }),
};
const waysOf = (gate) => Object.entries(WAYS).filter(([way]) => way !== "strict basic" || gate.name !== limiter.name);

/** How often the origin's password check was asked since the last time, by these gates. */
async function questions(...gates) {
  const taken = await Promise.all(gates.map((gate) => gate.take()));
  return taken.flatMap(({ forwarded }) => forwarded).filter(({ url }) => url.endsWith("/check-password")).length;
}

let [number, networks] = [0, 0];
const network = () => `10.7.${(++networks) >> 8}.${networks & 255}`;
/** An account that nothing else guesses at. */
const stranger = () => `somebody-${++number}`;

for (const gate of [ledger, limiter]) {
  for (const [way, send] of waysOf(gate)) {
    test(`${gate.name}, ${way}: sixty passwords, each sent twice while throttled: none is asked about`, async () => {
      const [name, at] = [stranger(), from(network())];
      await gate.take();
      if (gate === limiter) await withinOneMinute();
      for (let tries = 0; tries < 20; tries++) await send(gate, name, `first ${tries}`, at);
      assert.equal(await questions(gate), 20);
      for (let tries = 0; tries < 60; tries++) {
        for (const copy of await Promise.all([1, 2].map(() => send(gate, name, `wrong ${tries}`, at)))) status(copy, 429);
      }
      assert.equal(await questions(gate), 0);
    });

    test(`${gate.name}, ${way}: 64 at once, two of each: at most 20 are asked about`, async () => {
      const [name, at] = [stranger(), from(network())];
      await gate.take();
      if (gate === limiter) await withinOneMinute();
      await Promise.all(Array.from({ length: 64 }, (_, tries) => send(gate, name, `wrong ${tries >> 1}`, at)));
      const asked = await questions(gate);
      assert.ok(asked <= 20, `${asked}`);
    });
  }
}

for (const [name, fault] of [["ledgerFails", "ledger"], ["limiterFails", "limiter"]]) {
  test(`nobody is asked while the ${fault} fails that counts, right or wrong, and afterwards it goes on`, async () => {
    const gate = gateway[name];
    for (const how of ["throw", ...(fault === "ledger" ? ["garbage"] : [])]) {
      await gate.take();
      await gate.faults({ [fault]: how });
      for (const [way, send] of Object.entries(WAYS).filter(([way]) => way !== "strict basic" || fault === "ledger")) {
        for (const password of [JO.password, "a wrong one", JO.password, "a wrong one"]) {
          const answer = await send(gate, "jo", password, from(network()));
          assert.equal(answer.status, 503, `${way}: ${answer.text}`);
        }
      }
      await gate.faults();
      assert.equal(await questions(gate), 0);
    }
    forwarded(await WAYS.basic(gate, "jo", JO.password, from(network())));
  });
}

test("the Ledger fails where it counts a network: nobody is asked; what the network's count is not needed for goes on", async () => {
  const gate = gateway.ledgerFails;
  const at = from(network());
  status(await WAYS.page(gate, "jo", JO.password, at), 303);
  await gate.take();
  await gate.faults({ network: "throw" });
  const answers = await Promise.all(Array.from({ length: 32 }, () => WAYS.page(gate, stranger(), "a wrong one", from(network()))));
  // One in 32 accounts lies in the object of its network, which asks itself.
  const elsewhere = answers.filter(({ status }) => status === 503);
  assert.ok(elsewhere.length >= 24, `${elsewhere.length}`);
  assert.equal(await questions(gate), answers.length - elsewhere.length);
  status(await WAYS.page(gate, "jo", JO.password, at), 303);
  await gate.faults();
});

test("300 accounts, one password each, one address, over two isolates: cut off at 100; names that the network knows sign in", async () => {
  for (const [way, send] of [...Object.entries(WAYS).filter(([way]) => way !== "server login"), ["all of them", undefined]]) {
    const at = from(network());
    for (const who of [JO, SAM]) status(await WAYS.page(ledger, who.user_name, who.password, at), 303);
    await questions(ledger, beside);
    const ways = Object.values(WAYS).filter((one) => one !== WAYS["server login"]);
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, which) => (send ?? ways[which % ways.length])([ledger, beside][which % 2], stranger(), "Summer2026", at)),
    );
    const asked = await questions(ledger, beside);
    const statuses = answers.map(({ status }) => status);
    const cutOff = statuses.filter((status) => status === 429).length;
    assert.ok(asked <= 100 && asked + cutOff === 300, `${way}: ${asked} asked about, ${statuses.join()}`);
    assert.ok(asked >= 95, `${way}: ${asked}`);
    for (const gate of [ledger, beside]) {
      for (const one of ways) {
        const answer = await one(gate, "jo", JO.password, at);
        assert.ok([200, 303].includes(answer.status), `${way}: ${answer.status}`);
        const typing = await one(gate, "sam", `typing error by ${way}`, at);
        assert.ok([401, 403].includes(typing.status), `${way}: ${typing.status}`);
      }
    }
    status(await WAYS.page(beside, stranger(), "Summer2026", at), 429);
    status(await WAYS.page(beside, stranger(), "Summer2026", from(network())), 401);
  }
});

test("the same of a server that calls, which is a network too", async () => {
  await questions(ledger);
  await Promise.all(Array.from({ length: 300 }, () => WAYS["server login"](ledger, stranger(), "Summer2026")));
  const asked = await questions(ledger);
  assert.ok(asked > 0 && asked <= 100, `${asked}`);
});

test("the same where the limiter counts alone", async () => {
  const at = from(network());
  await withinOneMinute();
  status(await WAYS.page(limiter, "jo", JO.password, at), 303);
  await questions(limiter);
  const ways = waysOf(limiter).filter(([way]) => way !== "server login").map(([, send]) => send);
  await Promise.all(Array.from({ length: 300 }, (_, which) => ways[which % ways.length](limiter, stranger(), "Summer2026", at)));
  const asked = await questions(limiter);
  assert.ok(asked > 50 && asked <= 100, `${asked}`);
  for (const send of ways) assert.ok([200, 303].includes((await send(limiter, "jo", JO.password, at)).status));
});

test("one address in several spellings, and the addresses of an IPv6 /64, are one network", async () => {
  const each = [
    ["192.0.2.9", "::ffff:192.0.2.9", "::FFFF:C000:209"],
    ["2001:db8:9:9::1", "2001:0DB8:9:9:0:0:0:2", "2001:db8:9:9:ffff::"],
  ];
  for (const spellings of each) {
    await questions(ledger);
    await Promise.all(Array.from({ length: 150 }, (_, which) => WAYS.page(ledger, stranger(), "x", from(spellings[which % 3]))));
    assert.equal(await questions(ledger), 100);
  }
});

test("200 right passwords at once, twice, on an ordinary route and a strict one: all go through, and the person signs in", async () => {
  const at = from(network());
  for (const send of [WAYS.basic, WAYS["strict basic"]]) {
    for (let round = 0; round < 2; round++) {
      const answers = await Promise.all(Array.from({ length: 200 }, (_, which) => send([ledger, beside][which % 2], "sam", SAM.password, at)));
      for (const answer of answers) assert.equal(answer.status, 200, answer.text);
    }
  }
  status(await WAYS.page(ledger, "sam", SAM.password, at), 303);
});

test("a password that goes on to the origin in a call is a guess at whom it names, and at who is signed in", async () => {
  const through = async (send, tries = 40) => {
    const answers = [];
    for (let at = 0; at < tries; at++) answers.push(await send(at));
    return answers.filter(({ status }) => status !== 429).length;
  };
  const nobody = await visitor(ledger);
  const name = stranger();
  const at = from(network());
  assert.equal(await through((tries) => call(ledger, "changePassword", { ...nobody.own, user_name: name, old_password: `${tries}` }, at)), 20);
  status(await WAYS.login(ledger, name, "x", at), 429); // it is one count
  const jo = await login(ledger, JO, from(network()));
  assert.equal(await through((tries) => call(ledger, "changePassword", { ...jo.own, user_name: stranger(), old_password: `${tries}` }, from("203.0.113.77"))), 20);
  assert.equal(await through((tries) => call(ledger, "update", { ...jo.own, "old.Password": `${tries}` }, from("203.0.113.78"))), 20);
  const file = (tries) => `--b\r\ncontent-disposition: form-data; name="f"; filename="f"\r\n\r\nx\r\n--b\r\ncontent-disposition: form-data; name="old_password"\r\n\r\n${tries}\r\n--b--\r\n`;
  const query = new URLSearchParams({ method: "update", v: "1.0", api_key: "demo-api-key", response_format: "json" });
  const behind = await ledger.post(`/site/CRConsAPI?${query}`, file(1), { "content-type": "multipart/form-data; boundary=b", ...jo.cookie, ...at });
  assert.ok(behind.status >= 400, "a password behind a file is not seen, so it does not pass");
  assert.equal(await through((tries) => call(ledger, "changePassword", { ...ADMINISTRATOR, user_name: "sam", old_password: `${tries}` }, { to: SR, ...FROM })), 20);
  assert.equal(await through((tries) => call(ledger, "getUser", jo.own, at)), 40);
  granted(await read(ledger, "getLoginUrl", {}, at));
});

test("a limiter that is not bound makes who guesses wrong wait, wherever it counts; who does not, needs none", async () => {
  const gate = gateway.noLimiter;
  const admin = (key, at) => gate.post("/.edgegate/admin/token", '{"subject":"1001002"}', { authorization: `Bearer ${key}`, ...at });
  const administrator = (password, at) => call(gate, "getUser", { ...ADMINISTRATOR, login_password: password, cons_id: "1001002" }, { to: SR, ...at });
  const cases = [
    [(password) => WAYS.basic(gate, "robot", password, from("203.0.113.1")), ROBOT],
    [(key) => admin(key, FROM), secrets.EDGEGATE_ADMIN_KEY],
    [(password) => administrator(password, FROM), ADMINISTRATOR.login_password],
    [(password) => WAYS.page(gate, "jo", password, from("203.0.113.2")), JO.password],
    [(password) => WAYS.login(gate, "sam", password, from("203.0.113.3")), SAM.password],
    [(password) => WAYS.basic(gate, "sam", password, from("203.0.113.4")), SAM.password],
  ];
  for (const [send, right] of cases) {
    const first = await send(right);
    assert.ok(first.status < 400, first.text);
    const wrong = await send("a wrong one of sixteen letters");
    assert.equal(wrong.status, 503, wrong.text);
    await gate.take();
    for (const password of [right, "another wrong one of many letters", right]) status(await send(password), 429);
    assert.equal(await questions(gate), 0);
  }
});

theLogHoldsNoCredential(gateway, { subjects: ["1001002", "1001003"] });
