// The JavaScript API: pages on trusted sites may call with their visitor's session, no other page may, and what the
// cookie looks like where it has to live inside another site.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { COMMON, CR, JO, TRUSTED, call, cookieOf, failed, granted, login, read, refusedCall, urlencoded } from "../lib/luminate.mjs";
import { seal, spelled } from "../lib/sign.mjs";

const policy = demoPolicy(['cors = { origins = ["http://127.0.0.1:8788"]', 'cors = { origins = ["http://127.0.0.1:8788", "https://*.partner.example"]']);
const gateway = await startGateway({ gate: { policy }, none: { policy: demoPolicy([', credentials = true } # a page', ' } # a page']) } });
const { gate } = gateway;
after(() => gateway.stop());

const OWN = "http://127.0.0.1:8787";
const cors = (answer) => Object.fromEntries(answer.rawHeaders.flatMap((name, at) => (at % 2 === 0 && /^access-control-/i.test(name) ? [[name.toLowerCase().slice(15), answer.rawHeaders[at + 1]]] : [])));
const GRANTED = (origin) => ({ "allow-origin": origin, "allow-credentials": "true" });
const untrusted = ["https://evil.example", "null", "http://127.0.0.1:8789", "https://127.0.0.1:8788", "http://127.0.0.1:8788.evil.example", "https://partner.example", "https://evilpartner.example", "https://a.partner.example.evil.example", "http://a.partner.example", "http://127.0.0.1:8788/"];

test("a page on a trusted site calls with credentials: the answer names its origin, errors and the origin's answers too", async () => {
  for (const origin of [TRUSTED, "https://a.partner.example", "https://b.a.partner.example"]) {
    const jo = await login(gate, JO, { origin });
    const answers = [
      await read(gate, "getLoginUrl", {}, { origin }),
      await call(gate, "login", JO, { origin }),
      await call(gate, "login", { ...JO, password: "guess" }, { origin }),
      await call(gate, "getUser", { ...jo.own }, { origin }),
      await call(gate, "getUser", { ...jo.own }, { origin, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }),
      await call(gate, "nothing", {}, { origin }),
      await gate.get(`/site/CRNothingAPI?${urlencoded(COMMON)}`, { origin }),
      await call(gate, "logout", jo.field, { origin }),
    ];
    for (const answer of answers) {
      assert.deepEqual(cors(answer), GRANTED(origin), answer.text);
      assert.match(answer.header("vary"), /\bOrigin\b/);
    }
  }
});

test("a page of another origin gets code 5, no header of CORS, and no cookie; nothing is forwarded, nobody logged in or out", async () => {
  const jo = await login(gate);
  for (const origin of untrusted) {
    await gate.take();
    const calls = [
      read(gate, "getLoginUrl", {}, { origin }), call(gate, "login", JO, { origin }), call(gate, "logout", {}, { origin, ...jo.cookie }), call(gate, "loginTest", {}, { origin, ...jo.cookie }),
      call(gate, "getUser", jo.own, { origin, ...jo.cookie }), read(gate, "getLoginUrl", { NONCE_TOKEN: jo.nonce }, { origin }), call(gate, "singleSignOn", { sso_auth_token: "x".repeat(80) }, { origin }),
    ];
    for (const sent of calls) {
      const answer = await sent;
      failed(answer, "5");
      assert.deepEqual(cors(answer), {}, origin);
      assert.equal(answer.cookies.length, 0);
      assert.match(answer.header("vary"), /\bOrigin\b/);
    }
    assert.deepEqual(await gate.take(), { kv: 0, ledger: 0, limiter: 0, forwarded: [] }, origin);
  }
  assert.equal(granted(await call(gate, "loginTest", jo.field)).cons_id, "1001002");
  assert.equal(granted(await read(gate, "getLoginUrl", { NONCE_TOKEN: jo.nonce })).JSESSIONID, jo.JSESSIONID, "the nonce was not used up");
});

test("a picture, script or form of another site makes no call either", async () => {
  const jo = await login(gate);
  for (const [site, mode] of [["cross-site", "no-cors"], ["same-site", "no-cors"], ["cross-site", "cors"], ["same-site", "cors"]]) {
    await refusedCall(read(gate, "logout", {}, { ...jo.cookie, "sec-fetch-site": site, "sec-fetch-mode": mode }), "5", "cross_site");
  }
  await refusedCall(call(gate, "logout", {}, { ...jo.cookie, origin: "https://evil.example", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }), "5", "cross_site");
  for (const mine of [{ origin: OWN, "sec-fetch-site": "same-origin" }, { "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }, {}]) {
    assert.equal(granted(await read(gate, "loginTest", {}, { ...jo.cookie, ...mine })).cons_id, "1001002");
  }
});

test("a preflight is answered for a trusted origin alone, and never forwarded", async () => {
  await gate.take();
  const ask = (origin) => gate.request("OPTIONS", CR, { headers: { origin, "access-control-request-method": "POST" } });
  const answer = await ask(TRUSTED);
  status(answer, 204);
  assert.equal(cors(answer)["allow-origin"], TRUSTED);
  assert.equal(cors(answer)["allow-credentials"], "true");
  for (const origin of untrusted) {
    const denied = await ask(origin);
    await refused(denied, 403, "preflight_denied");
    assert.deepEqual(cors(denied), {});
  }
  assert.deepEqual((await gate.take()).forwarded, []);
});

test("a page of the site itself is no page of another", async () => {
  const jo = await login(gate);
  assert.deepEqual(cors(await gate.get("/site/SPageServer?pagename=form", { ...jo.cookie, origin: "https://evil.example", accept: "text/html" })), {});
  assert.equal(forwarded(await call(gate, "getUser", { ...jo.own, demo: "echo" }, { origin: OWN })).fields.get("edgegate-subject"), "1001002");
});

const https = { "e2e-scheme": "https" };

test("cookies: Lax for the site itself, None and Partitioned inside a trusted site, none for any other", async () => {
  const lax = /^JSESSIONID=[0-9a-f]+\.app1; Path=\/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax$/;
  const embedded = /^JSESSIONID=[0-9a-f]+\.app1; Path=\/; Max-Age=43200; Secure; HttpOnly; SameSite=None; Partitioned$/;
  for (const [headers, form] of [
    [{}, lax],
    [{ origin: "https://127.0.0.1:8787", "sec-fetch-site": "same-origin" }, lax],
    [{ origin: TRUSTED, "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" }, lax],
    [{ origin: TRUSTED, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }, embedded],
    [{ origin: "https://a.partner.example", "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }, embedded],
    [{ origin: "https://a.partner.example" }, embedded],
    [{ origin: TRUSTED, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }, lax],
  ]) {
    const { cookies } = await call(gate, "login", JO, { ...https, ...headers });
    assert.equal(cookies.length, 1);
    assert.match(cookies[0], form, JSON.stringify(headers));
  }
  for (const headers of [{ origin: "https://evil.example", "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }]) {
    assert.deepEqual((await refusedCall(call(gate, "login", JO, { ...https, ...headers }), "5", "cross_site")).cookies, []);
  }
});

test("logging out inside a trusted site takes the cookie back in both places", async () => {
  const inside = { ...https, origin: TRUSTED, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" };
  const jo = await login(gate, JO, inside);
  const out = await call(gate, "logout", {}, { ...inside, ...jo.cookie });
  assert.deepEqual(out.cookies, ["JSESSIONID=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax", "JSESSIONID=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=None; Partitioned"]);
  const plain = await login(gate);
  assert.deepEqual((await call(gate, "logout", plain.field, { origin: OWN })).cookies, ["JSESSIONID=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"]);
});

test("a cookie of a key that is not known is set aside where it lives, so that the next call works, and not taken back", async () => {
  const cookie = `JSESSIONID=${spelled(seal("egs", { audience: "servlet", key: "an older key" }))}`;
  const inside = { ...https, origin: TRUSTED, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" };
  const answer = await call(gate, "loginTest", {}, { ...inside, cookie });
  failed(answer, "5");
  assert.equal(answer.cookies.length, 1);
  assert.match(answer.cookies[0], /^JSESSIONID-aside=[\w-]{22}; Path=\/; Max-Age=60; Secure; HttpOnly; SameSite=None; Partitioned$/);
  failed(await call(gate, "loginTest", {}, { ...inside, cookie: `${cookie}; ${answer.cookies[0].split(";")[0]}` }), "204");
});

test("without credentials in the policy the header of credentials is not there", async () => {
  const answer = await read(gateway.none, "getLoginUrl", {}, { origin: TRUSTED });
  assert.deepEqual(cors(answer), { "allow-origin": TRUSTED });
  assert.equal(cookieOf(answer), granted(answer).JSESSIONID);
});

theLogHoldsNoCredential(gateway);
