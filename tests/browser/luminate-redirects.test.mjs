// A form of a page leads on: the browser posts it, follows every redirect, and lands where it was sent, let in and signed
// in; without script.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { demoPolicy, theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { startBrowser } from "./lib/browser.mjs";
import { formTo } from "./lib/form.mjs";
import { startSite } from "./lib/site.mjs";

// A form of the partner's page: its site is one that may call.
let form = "";
const partner = await startSite({ get "/form"() { return ["text/html", `<!doctype html><title>form</title>${form}`]; } });
const { gateway, address, visit, stop } = await startBrowser(demoPolicy(['"127.0.0.1:8787", "127.0.0.1:8788"]', `"127.0.0.1"]`], ['origins = ["http://127.0.0.1:8788"]', `origins = ["${partner.url}"]`]));
after(() => (partner.stop(), stop()));

const COMMON = { v: "1.0", api_key: "demo-api-key", sign_redirects: "true" };
const JO = { user_name: "jo", password: "correct horse battery staple" };

/** Opens the partner's page with a form of these fields, and presses its button. */
async function submit(page, fields, method = "post") {
  form = formTo(`${address}/site/CRConsAPI`, { ...COMMON, ...fields }, method);
  await page.goto(`${partner.url}/form`);
  const seen = [];
  page.on("request", (request) => request.isNavigationRequest() && seen.push({ url: request.url(), referer: request.headers().referer ?? "" }));
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Go" }).click()]);
  for (const { url } of seen) for (const [, value] of url.matchAll(/[?&](?:signature|password)=([^&#]*)/g)) gateway.seen.add(value);
  return seen;
}

for (const javaScriptEnabled of [true, false]) {
  test(`a log-in lands on the landing page, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
    const { page, context, troubles } = await visit({ javaScriptEnabled });
    const target = `${address}/landing/welcome?cons_id=\${loginResponse/cons_id}&n=O'Neil&visit=${javaScriptEnabled}#part`;
    const seen = await submit(page, { method: "login", ...JO, success_redirect: target, error_redirect: `${partner.url}/error` });
    const landed = new URL(page.url());
    assert.equal(landed.pathname, "/landing/welcome");
    assert.equal(landed.hash, "#part");
    assert.match(landed.search, /^\?cons_id=1001002&n=O%27Neil&visit=\w+&ts=\d+&signature=[0-9a-f]{32}$/);
    assert.match(await page.locator("body").innerText(), /1001002/);
    assert.deepEqual(seen.map(({ url }) => new URL(url).pathname), ["/site/CRConsAPI", "/landing/welcome"]);
    assert.ok((await context.cookies(address)).some(({ name }) => name === "JSESSIONID"), "and signed in");
    for (const { referer } of seen) assert.doesNotMatch(referer, /signature|password/);
    assert.deepEqual(troubles, []);
    await page.goto(page.url().replace("#part", ""));
    assert.match(await page.locator("body").innerText(), /works only once/);
  });
}

test("a wrong password lands on the partner's page, with its code", async () => {
  const { page } = await visit();
  await submit(page, { method: "login", ...JO, password: "wrong", success_redirect: `${address}/landing/welcome`, error_redirect: `${partner.url}/error?code=\${errorResponse/code}&message=\${errorResponse/message}` });
  const landed = new URL(page.url());
  assert.equal(landed.origin, partner.url);
  assert.deepEqual([landed.searchParams.get("code"), landed.searchParams.get("message")], ["202", "Invalid user name or password."]);
  assert.match(landed.search, /&ts=\d+&signature=[0-9a-f]{32}$/);
});

test("a form by GET asks who is signed in, and lands with the answer", async () => {
  const { page } = await visit();
  const fields = { method: "loginTest", redirect: `${partner.url}/cb?current_cons_id=\${loginResponse/cons_id}` };
  await submit(page, fields, "get");
  assert.match(page.url(), /\/cb\?current_cons_id=&ts=/);
  await submit(page, { method: "login", ...JO, redirect: `${partner.url}/in` });
  await submit(page, fields, "get");
  assert.match(page.url(), /\/cb\?current_cons_id=1001002&ts=/);
});

test("a target that the policy does not list is a refusal, and no redirect", async () => {
  const { page, context } = await visit();
  await submit(page, { method: "login", ...JO, success_redirect: "https://evil.example/" });
  assert.equal(page.url(), `${address}/site/CRConsAPI`);
  assert.match(await page.locator("body").innerText(), /not to an allowed address/);
  assert.deepEqual(await context.cookies(address), []);
});

theLogHoldsNoCredential(gateway);
