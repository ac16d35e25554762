// What Luminate's methods need is down, slow or wrong: 503 in the envelope whatever codes are suppressed, never a session,
// and nothing forwarded.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { JO, SR, ADMINISTRATOR, call, failed, granted, login, read, refusedCall, serverCall, visitor } from "../lib/luminate.mjs";
import { startOrigin } from "../lib/origin.mjs";

let say = () => {};
const check = await startOrigin((request, response, body) => say(response, body));
const uncached = ['server_networks = ["127.0.0.0/8", "::1/128"]', 'server_networks = ["127.0.0.0/8", "::1/128"]\ncache = "0s"'];
const gateway = await startGateway({
  gate: { policy: demoPolicy(uncached) },
  here: {},
  there: { sharing: "here" },
  asking: { policy: demoPolicy(['[sign_in]\norigin = "demo"', `[origins.check]\nurl = "${check.url}"\n[sign_in]\norigin = "check"`]) },
  noKv: { without: ["EDGEGATE_KV"] },
  noLedger: { without: ["EDGEGATE_LEDGER"] },
  noLimiter: { without: ["EDGEGATE_LIMITER"] },
  noOrigin: { without: ["ORIGIN"] },
  noSecrets: { secrets: { EDGEGATE_SEAL_KEY: undefined, LUMINATE_ADMIN_PASSWORD: undefined, CONVIO_API_SECRET_KEY: undefined } },
});
const { gate, asking } = gateway;
after(() => (check.stop(), gateway.stop()));

const wrong = { ...JO, password: "a wrong password" };
const page = { accept: "text/html" };
// The gateway counts a guess before it knows what becomes of it, so everybody asks from an address of their own.
let callers = 0;
const from = () => ({ "cf-connecting-ip": `198.51.100.${++callers}` });
/** Another of the partner's servers. */
const fromServer = () => ({ "cf-connecting-ip": `127.0.1.${++callers}` });
const questions = /\/(check-password|find-person)$/;

/** Refused with 503 in the envelope; suppressing codes changes nothing. */
async function unavailable(send, reason) {
  for (const suppress_response_codes of [undefined, "true"]) {
    const answer = await refusedCall(send({ suppress_response_codes }), "1", reason, 503);
    assert.ok(!/JSESSIONID|token|nonce/.test(answer.text), answer.text);
    assert.equal(answer.cookies.length, 0);
  }
}

/** With these faults each of the calls is refused, and nothing is forwarded. What hangs, hangs at once. */
async function under(faults, calls) {
  await gate.take();
  await gate.faults(faults);
  try {
    if (Object.values(faults).includes("hang")) {
      const answers = await Promise.all(calls.map(([send]) => send({ suppress_response_codes: "true" })));
      for (const answer of answers) failed(answer, "1", 503), assert.equal(answer.cookies.length, 0);
    } else {
      for (const [send, reason] of calls) await unavailable(send, reason);
    }
  } finally {
    await gate.faults();
  }
  assert.deepEqual((await gate.take()).forwarded.filter(({ url }) => !questions.test(url)), []);
}

const json = (response, status, text) => (response.writeHead(status, { "content-type": "application/json" }), response.end(text));
const checks = {
  "fails with 500": (response) => json(response, 500, '{"subject":"1001002"}'),
  "is not found": (response) => json(response, 404, "{}"),
  "refuses the gateway": (response) => json(response, 403, '{"subject":"1001002"}'),
  "answers 204": (response) => (response.writeHead(204), response.end()),
  "redirects": (response) => (response.writeHead(302, { location: "/elsewhere" }), response.end()),
  "answers no JSON": (response) => json(response, 200, "<subject>1001002</subject>"),
  "answers JSON that is cut": (response) => json(response, 200, '{"subject":"10010'),
  "names no subject": (response) => json(response, 200, '{"user_name":"jo"}'),
  "names an empty subject": (response) => json(response, 200, '{"subject":""}'),
  "names a number": (response) => json(response, 200, '{"subject":1001002}'),
  "names a subject with a line feed": (response) => json(response, 200, '{"subject":"1001002\\nEdgegate-Scope: all"}'),
  "cuts the connection": (response) => response.destroy(),
};
for (const [how, answer] of Object.entries(checks)) {
  test(`the password check ${how}: 503 and no session`, async () => {
    say = answer;
    await unavailable((more) => call(asking, "login", { ...JO, ...more }, from()), "password_check_unavailable");
    await unavailable((more) => call(asking, "login", { ...JO, ...ADMINISTRATOR, ...more }, { to: SR, "cf-connecting-ip": `127.0.0.${++callers}` }), "password_check_unavailable");
  });
}

test("the password check hangs, before its answer and within: 503 after three seconds", { timeout: 30_000 }, async () => {
  for (const slow of [() => {}, (response) => (response.writeHead(200, { "content-type": "application/json" }), response.write('{"subject":'))]) {
    say = slow;
    const started = Date.now();
    await refusedCall(call(asking, "login", JO, from()), "1", "password_check_unavailable", 503);
    const took = Date.now() - started;
    assert.ok(took > 2500 && took < 6000, `${took} ms`);
  }
});

test("the check's question proves that the gateway asks, and holds the password where nobody logs it", async () => {
  say = (response, body) => json(response, JSON.parse(body).password === JO.password ? 200 : 401, '{"subject":"1001002"}');
  check.take();
  granted(await call(asking, "login", JO, from()));
  await refusedCall(call(asking, "login", wrong, from()), "202", "sign_in_failed");
  const [first] = check.take();
  assert.deepEqual([first.method, first.url, first.fields["content-type"]], ["POST", "/check-password", "application/json"]);
  assert.match(first.fields["edgegate-assertion"], /^v1\.\d+\.[\w-]{43}$/);
});

for (const how of ["throw", "hang"]) {
  test(`KV ${how}s: 503 for what has a record; what has none works on`, async () => {
    const jo = await login(gate);
    await under({ kv: how }, [
      [(more) => call(gate, "login", { ...JO, ...more }), "vault_unavailable"],
      [(more) => call(gate, "getUser", { ...jo.own, ...more }), "vault_unavailable"],
      [(more) => serverCall(gate, "getSingleSignOnToken", { cons_id: "1001002", ...more }), "vault_unavailable"],
    ]);
    await gate.faults({ kv: how });
    const nobody = await visitor(gate);
    forwarded(await call(gate, "listUserFields", { ...nobody.own, demo: "echo" }));
    await gate.faults();
  });

  test(`the Durable Object ${how}s: nobody logs in or out, no nonce is redeemed`, async () => {
    const jo = await login(gate);
    const spares = [await login(gate), await login(gate)];
    const spare = () => spares.pop();
    await under({ ledger: how }, [
      [(more) => call(gate, "login", { ...JO, ...more }), "ledger_unavailable"],
      [(more) => call(gate, "login", { ...wrong, ...more }), "ledger_unavailable"],
      [(more) => read(gate, "getLoginUrl", { NONCE_TOKEN: jo.nonce, ...more }), "ledger_unavailable"],
      [async (more) => call(gate, "logout", { ...(await spare()).field, ...more }), "ledger_unavailable"],
    ]);
    assert.equal(granted(await read(gate, "getLoginUrl", { NONCE_TOKEN: (await login(gate)).nonce })).routing_id, "00000000.app1");
  });

  for (const store of ["kv", "ledger"]) {
    test(`logging out while the ${store} ${how}s: what is answered as done is done everywhere, and nothing else`, async () => {
      const { here, there } = gateway;
      const jo = await login(here);
      await here.faults({ [store]: how });
      const answer = await call(here, "logout", jo.field);
      await here.faults();
      // KV gets its tombstone from the Ledger, which is all that a log-out needs.
      if (store === "kv") granted(answer);
      else {
        failed(answer, "1", 503);
        granted(await call(here, "logout", jo.field));
      }
      const begun = performance.now();
      while ((await call(there, "loginTest", jo.field)).status === 200 && performance.now() - begun < 10_000) await sleep(200);
      await refusedCall(call(there, "loginTest", jo.field), "204", "not_signed_in");
    });
  }

  test(`the limiter ${how}s: a wrong password is not answered as one, and who sent it has to wait`, async () => {
    const guess = (more, headers) => serverCall(gate, "getUser", { login_password: "a wrong password", ...more }, headers);
    await under({ limiter: how }, [
      [(more) => call(gate, "login", { ...wrong, ...more }, from()), "limiter_unavailable"],
      [(more) => guess(more, fromServer()), "limiter_unavailable"],
    ]);
    const [visitor, server] = [from(), fromServer()];
    await gate.faults({ limiter: how });
    await Promise.all([call(gate, "login", wrong, visitor), guess({}, server)]);
    await gate.faults();
    await refusedCall(call(gate, "login", JO, visitor), "1", "throttled", 429);
    await refusedCall(serverCall(gate, "getUser", { cons_id: "1001002" }, server), "1", "throttled", 429);
  });
}

test("an answer of the Durable Object that is none is no log-in", async () => {
  await under({ ledger: "garbage" }, [[(more) => call(gate, "login", { ...JO, ...more }), "ledger_unavailable"]]);
});

test("a binding or a secret that is missing: 503, named at start", async () => {
  const { noKv, noLedger, noLimiter, noOrigin, noSecrets } = gateway;
  await unavailable((more) => call(noKv, "login", { ...JO, ...more }), "binding_missing");
  await unavailable((more) => call(noLedger, "login", { ...JO, ...more }), "binding_missing");
  await unavailable((more) => call(noLimiter, "login", { ...wrong, ...more }, from()), "binding_missing");
  await unavailable((more) => call(noOrigin, "login", { ...JO, ...more }), "password_check_unavailable");
  await unavailable((more) => read(noSecrets, "getLoginUrl", more), "secret_missing");
  await unavailable((more) => serverCall(noSecrets, "getUser", more), "secret_missing");
  for (const gate of [noKv, noLedger, noLimiter]) assert.deepEqual((await gate.take()).forwarded.filter(({ url }) => !questions.test(url)), []);
  for (const name of ["binding EDGEGATE_KV", "binding EDGEGATE_LEDGER", "binding EDGEGATE_LIMITER", "binding ORIGIN of origin demo", "secret LUMINATE_ADMIN_PASSWORD"]) {
    assert.ok(gateway.logs.some((line) => line.includes(`${name} is`)), name);
  }
});

test("the origin is down: a call is told in the envelope, a page as every page", async () => {
  const jo = await login(gate);
  await gate.faults({ origin: "throw" });
  try {
    failed(await call(gate, "getUser", { ...jo.own, suppress_response_codes: "true" }), "1", 502);
    assert.equal((await gate.decided()).reason, "origin_unavailable");
    const shown = await gate.get("/site/SPageServer?pagename=form", page);
    await refused(shown, 502, "origin_unavailable");
    assert.equal(shown.cookies.length, 0);
  } finally {
    await gate.faults();
  }
});

theLogHoldsNoCredential(gateway);
