// Two consecutive redirects, in a clean profile: from the https gate to its http host, which hands over a session for the
// pages there, and on to the partner. Two hosts, and both schemes.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { demoPolicy, theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { startBrowser } from "./lib/browser.mjs";
import { formTo } from "./lib/form.mjs";
import { startPlain } from "./lib/plain.mjs";
import { startTls } from "./lib/tls.mjs";

const tls = await startTls(() => `<!doctype html><title>partner</title>${form}`);
const plain = await startPlain();
const old = `[[routes]]\nname = "old"\nhost = "${plain.host}"\npath = "/old/*"\naccept = ["http-session"]\nforward = { origin = "demo" }\n`;
const policy = demoPolicy(
  ['issuer = "http://127.0.0.1:8787"', `issuer = "${tls.gate}"`],
  ['redirects = ["127.0.0.1:8787", "127.0.0.1:8788"]', `redirects = ["localhost"]\nhttp_host = "${plain.host}"`],
  ['origins = ["http://127.0.0.1:8788"]', `origins = ["${tls.partner}"]`],
  ['[[routes]]\nname = "landing"', `${old}\n[[routes]]\nname = "landing"`],
);
// The flags let the browser find the http host on this machine, and keep it from asking for https by itself.
const flags = [...tls.flags, `--host-resolver-rules=MAP ${plain.name} 127.0.0.1`, "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable"];
// The demo's own are published, and good on loopback alone.
const secrets = { EDGEGATE_SEAL_KEY: "a-seal-key-of-this-test-0123456789abcdef" };
const { gateway, gate, visit, stop } = await startBrowser(policy, flags, secrets);
tls.to(gate);
plain.to(gate);
after(async () => (await stop(), tls.stop(), plain.stop()));

let form = "";
const FIELDS = { v: "1.0", api_key: "demo-api-key", method: "login", user_name: "jo", password: "correct horse battery staple", sign_redirects: "true" };

/** The partner's page posts a form; the addresses that the browser went to on its own, and what it said of where it came from. */
async function submit(page, fields = {}) {
  const target = `${tls.partner}/in?cons_id=\${loginResponse/cons_id}`;
  form = formTo(`${tls.gate}/site/CRConsAPI`, { ...FIELDS, redirect: target, ...fields });
  await page.goto(`${tls.partner}/form`);
  const seen = [];
  const note = (request) => request.isNavigationRequest() && seen.push(request);
  page.on("request", note);
  await Promise.all([page.waitForURL(/\/in\?/), page.getByRole("button", { name: "Go" }).click()]);
  page.off("request", note);
  for (const request of seen) for (const [, value] of request.url().matchAll(/[?&](?:signature|eg_passage)=([^&#]*)/g)) gateway.seen.add(value);
  return Promise.all(seen.map(async (request) => ({ url: new URL(request.url()), referer: (await request.allHeaders()).referer ?? "" })));
}
const named = async (context, url, name) => (await context.cookies(url)).find((cookie) => cookie.name === name);

test("the first hop hands a session to the http host, the second leads on, and the next time there is none", async () => {
  const { page, context } = await visit({ ignoreHTTPSErrors: true });
  const seen = await submit(page);
  assert.deepEqual(seen.map(({ url }) => url.origin), [tls.gate, plain.url, tls.partner]);
  assert.equal(seen[1].url.pathname, "/.edgegate/http-session");
  assert.match(page.url(), /\/in\?cons_id=1001002&ts=\d+&signature=[0-9a-f]{32}$/);
  for (const { referer } of seen) assert.doesNotMatch(referer, /eg_passage|signature/, "no token in a Referer");
  const held = await named(context, plain.url, "edgegate-http");
  assert.deepEqual([held.httpOnly, held.secure, held.sameSite, held.domain], [true, false, "Lax", plain.name]);
  assert.equal(await named(context, plain.url, "JSESSIONID"), undefined, "the session itself stays where https is");
  gateway.seen.add(held.value);

  await page.goto(`${plain.url}/old/page`);
  assert.match(await page.locator("body").innerText(), /1001002/, "the page that has no https knows who comes");

  const again = await submit(page, { method: "loginTest", password: "", user_name: "" });
  assert.deepEqual(again.map(({ url }) => url.origin), [tls.gate, tls.partner], "no second hop for one session");
  const anew = await submit(page);
  assert.deepEqual(anew.map(({ url }) => url.origin), [tls.gate, plain.url, tls.partner], "another session, another hop");
});

test("what the http host was given opens nothing by https, and dies with its session", async () => {
  const { page, context } = await visit({ ignoreHTTPSErrors: true });
  await submit(page);
  const { value } = await named(context, plain.url, "edgegate-http");
  gateway.seen.add(value);
  await context.addCookies([{ name: "edgegate-http", value, url: tls.gate }]);
  const answer = await context.request.post(`${tls.gate}/site/CRConsAPI`, { form: { v: "1.0", api_key: "demo-api-key", response_format: "json", method: "logout" }, ignoreHTTPSErrors: true });
  assert.equal(answer.status(), 200);
  const test = await context.request.post(`${tls.gate}/site/CRConsAPI`, { form: { v: "1.0", api_key: "demo-api-key", response_format: "json", method: "loginTest" }, ignoreHTTPSErrors: true });
  assert.equal((await test.json()).errorResponse.code, "204", "the cookie is sent, and is nobody");
  const refused = await page.goto(`${plain.url}/old/page`);
  assert.equal(refused.status(), 403);
});

theLogHoldsNoCredential(gateway);
