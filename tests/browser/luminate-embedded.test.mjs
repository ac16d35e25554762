// A trusted site embeds the API over https, in a browser that keeps no cookies of other sites: the session lives in a
// cookie of that site's own partition.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { demoPolicy, theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { startBrowser } from "./lib/browser.mjs";
import { startTls } from "./lib/tls.mjs";

const tls = await startTls();
const policy = demoPolicy(['issuer = "http://127.0.0.1:8787"', `issuer = "${tls.gate}"`], ['origins = ["http://127.0.0.1:8788"]', `origins = ["${tls.partner}"]`]);
// The headless shell keeps cookies of other sites.
const { gateway, gate, visit, stop } = await startBrowser(policy, tls.flags, {}, { isWhole: true });
tls.to(gate);
after(async () => (await stop(), tls.stop()));

/** A call by a script of that page: its JSON. */
async function call(page, method, fields = {}) {
  const body = { method, v: "1.0", api_key: "demo-api-key", response_format: "json", suppress_response_codes: "true", ...fields };
  const answer = await page.evaluate(
    async ([url, form]) => (await fetch(url, { method: "POST", credentials: "include", body: new URLSearchParams(form) })).json(),
    [`${tls.gate}/site/CRConsAPI`, body],
  );
  for (const member of Object.values(answer)) for (const name of ["token", "nonce", "JSESSIONID"]) if (member[name]) gateway.seen.add(member[name]);
  return answer;
}
const jo = { user_name: "jo", password: "correct horse battery staple" };

test("after a log-in by a script of the partner's page the next call carries the session, by cookie alone", async () => {
  const { page, context } = await visit({ ignoreHTTPSErrors: true });
  await page.goto(tls.partner);
  tls.takeCookies();
  const { getLoginUrlResponse: nobody } = await call(page, "getLoginUrl");
  const { loginResponse } = await call(page, "login", { ...jo, JSESSIONID: nobody.JSESSIONID });
  assert.equal(loginResponse.cons_id, "1001002");
  const set = tls.takeCookies();
  assert.equal(set.length, 2);
  for (const cookie of set) assert.match(cookie, /^JSESSIONID=[^;]+; Path=\/; Max-Age=\d+; Secure; HttpOnly; SameSite=None; Partitioned$/);

  const { getLoginUrlResponse } = await call(page, "getLoginUrl");
  assert.equal(getLoginUrlResponse.JSESSIONID, loginResponse.JSESSIONID, "the cookie came with the call");
  assert.equal((await call(page, "loginTest")).loginResponse.cons_id, "1001002");
  assert.equal((await call(page, "getUser", { auth: loginResponse.token })).getConsResponse.cons_id, "1001002");
  const [cookie] = await context.cookies(tls.gate);
  assert.deepEqual([cookie.name, cookie.secure, cookie.httpOnly, cookie.sameSite], ["JSESSIONID", true, true, "None"]);
  assert.match(JSON.stringify(cookie.partitionKey ?? ""), /localhost/);

  // The old session's field beside the new cookie, as the clients send it.
  assert.equal((await call(page, "getLoginUrl", { JSESSIONID: nobody.JSESSIONID })).getLoginUrlResponse.JSESSIONID, loginResponse.JSESSIONID);
  assert.ok((await call(page, "logout", { JSESSIONID: loginResponse.JSESSIONID })).loginResponse.message);
  assert.equal((await call(page, "loginTest")).errorResponse.code, "204");
  assert.deepEqual(await context.cookies(tls.gate), [], "and the browser has given the cookie up");
});

test("at the gate's own site that visitor is nobody: the cookie is the partner's partition's", async () => {
  const { page } = await visit({ ignoreHTTPSErrors: true });
  await page.goto(tls.partner);
  await call(page, "login", jo);
  await page.goto(`${tls.gate}/site/SPageServer?pagename=plain&csp=off`);
  assert.equal((await call(page, "loginTest")).errorResponse.code, "204");
  tls.takeCookies();
  await call(page, "login", jo);
  assert.match(tls.takeCookies()[0], /; Secure; HttpOnly; SameSite=Lax$/, "there it is a cookie of the gate's own");
});

test("the browser of this test does keep other sites' cookies away where they are not partitioned", async () => {
  const { page, context } = await visit({ ignoreHTTPSErrors: true });
  await context.addCookies([{ name: "unpartitioned", value: "1", url: tls.gate, secure: true, sameSite: "None" }]);
  for (const [place, isSent] of [[`${tls.gate}/site/SPageServer?pagename=plain&csp=off`, true], [tls.partner, false]]) {
    await page.goto(place);
    tls.takeSent();
    await page.evaluate((url) => fetch(url, { mode: "no-cors", credentials: "include" }), `${tls.gate}/site/PixelServer`);
    const [cookies] = tls.takeSent();
    assert.equal(cookies.includes("unpartitioned=1"), isSent, place);
  }
});

theLogHoldsNoCredential(gateway);
