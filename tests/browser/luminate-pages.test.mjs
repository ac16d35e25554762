// Pages with tags, and what connects a browser to a session: as a browser gets and sends them.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { demoPolicy, theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { picture, startBrowser } from "./lib/browser.mjs";
import { startSite } from "./lib/site.mjs";

const { gateway, gate, address, visit, stop } = await startBrowser(demoPolicy());
// `localhost` is another site than 127.0.0.1.
const elsewhere = await startSite({}, { host: "localhost" });
after(() => (elsewhere.stop(), stop()));

const COMMON = { v: "1.0", api_key: "demo-api-key", response_format: "json" };
const form = (page) => `${address}/site/SPageServer?pagename=${page}`;
const theSession = async (context) => (await context.cookies()).find(({ name }) => name === "JSESSIONID")?.value;

/** A call of the API by the browser's own cookie: its JSON. */
async function call(context, method, fields = {}) {
  const answer = await context.request.post(`${address}/site/CRConsAPI`, { form: { ...COMMON, method, ...fields } });
  return answer.json();
}
async function logIn(context) {
  const { loginResponse } = await call(context, "login", { user_name: "jo", password: "correct horse battery staple" });
  for (const credential of ["token", "nonce", "JSESSIONID"]) gateway.seen.add(loginResponse[credential]);
  return loginResponse;
}
/** What a partner's server gets for jo. */
async function byServer() {
  const fields = { ...COMMON, method: "getSingleSignOnToken", cons_id: "1001002", login_name: "api_admin", login_password: "admin-pass-0001" };
  const answer = await gate.form("/site/SRConsAPI", new URLSearchParams(fields).toString(), { "cf-connecting-ip": "127.0.0.1" });
  const { getSingleSignOnTokenResponse: got } = answer.json;
  for (const credential of ["token", "nonce", "JSESSIONID"]) gateway.seen.add(got[credential]);
  return got;
}
const establish = (nonce, next) => `${address}/site/EstablishSession?NONCE_TOKEN=${nonce}&NEXTURL=${encodeURIComponent(next)}`;

for (const javaScriptEnabled of [true, false]) {
  test(`the form holds the token of the session, and the browser sends it, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
    const { page, context, troubles } = await visit({ javaScriptEnabled });
    const { token } = await logIn(context);
    const answer = await page.goto(form("form"));
    assert.equal(answer.headers()["cache-control"], "private, no-store");
    const field = page.locator("input[name=auth]");
    assert.deepEqual(await Promise.all(["value", "id", "type"].map((name) => field.getAttribute(name))), [token, "auth", "hidden"]);
    const [sent] = await Promise.all([page.waitForRequest((request) => request.method() === "POST"), page.getByRole("button", { name: "Show my record" }).click()]);
    assert.equal(new URLSearchParams(sent.postData()).get("auth"), token);
    await page.waitForURL(`${address}/site/CRConsAPI`);
    assert.deepEqual(JSON.parse(await page.locator("body").innerText()), { getConsResponse: { cons_id: "1001002", email: { primary_address: "jo@example.org" } } });
    assert.deepEqual(troubles, []);
  });
}

test("a visitor who is not signed in gets a session with the form, and is told that nobody is signed in", async () => {
  const { page, context } = await visit();
  await page.goto(form("form"));
  const session = await theSession(context);
  assert.ok(session);
  gateway.seen.add(session);
  gateway.seen.add(await page.locator("input[name=auth]").getAttribute("value"));
  await page.getByRole("button", { name: "Show my record" }).click();
  await page.waitForURL(`${address}/site/CRConsAPI`);
  const { errorResponse } = JSON.parse(await page.locator("body").innerText());
  assert.equal(errorResponse.code, "204", "the origin's word: the call itself was good");
});

test("a form that was left open while somebody signed in is refused, and good again when it is loaded anew", async () => {
  const { page, context } = await visit();
  await page.goto(form("form"));
  await logIn(context);
  await page.getByRole("button", { name: "Show my record" }).click();
  await page.waitForURL(`${address}/site/CRConsAPI`);
  assert.equal(JSON.parse(await page.locator("body").innerText()).errorResponse.code, "5");
  await page.goto(form("form"));
  await page.getByRole("button", { name: "Show my record" }).click();
  await page.waitForURL(`${address}/site/CRConsAPI`);
  assert.equal(JSON.parse(await page.locator("body").innerText()).getConsResponse.cons_id, "1001002");
});

test("every tag stands where it shall, as a browser reads the page, and the others stay", async () => {
  const { page, context, troubles } = await visit();
  const { token } = await logIn(context);
  await page.goto(form("tags"));
  const place = (name) => page.locator(`[data-place=${name}]`);
  for (const name of ["field", "field-false", "field-xml", "form"]) {
    const input = place(name).locator("input[name=auth]");
    assert.deepEqual(await Promise.all(["value", "id", "type"].map((one) => input.getAttribute(one))), [token, "auth", "hidden"], name);
  }
  assert.equal(await place("token").innerText(), token);
  assert.equal(await place("rewrite").innerText(), `${token};jsessionid=00000000.app1`);
  assert.equal(await place("not").innerText(), "[[S86x]] [[S86:maybe]] [[S1:first_name]] [S86] [[S86] ]");
  const attributes = await place("attributes").evaluate((one) => [one.title, one.dataset.single, one.dataset.bare, one.dataset.field]);
  assert.deepEqual(attributes.slice(0, 3), [token, token, token]);
  assert.equal(await page.locator("#token").inputValue(), token);
  const link = new URL(await place("link-query").getAttribute("href"));
  assert.deepEqual([link.origin, link.pathname, link.hash, [...link.searchParams.keys()]], ["http://127.0.0.1:8788", "/landing", "#here", ["a", "b", "NONCE_TOKEN"]]);
  assert.match(await place("form").getAttribute("action"), /^http:\/\/127\.0\.0\.1:8787\/site\/CRConsAPI\?NONCE_TOKEN=[\w.-]+$/);
  for (const name of ["nonce", "link", "form-address"]) {
    const text = (await place(name).getAttribute("href")) ?? (await place(name).innerText());
    gateway.seen.add(new URL(text).searchParams.get("NONCE_TOKEN"));
  }
  assert.equal(await page.locator("#kept").innerText(), '["[[S86]]", "[[S86:true]]", "[[S86:true:rewrite]]", "[[S1112:http://127.0.0.1:8788/landing]]"]');
  assert.match(await page.locator(".kept").evaluate((one) => getComputedStyle(one, "::after").content), /\[\[S86:true\]\]/);
  const comment = await page.evaluate(() => document.createNodeIterator(document, NodeFilter.SHOW_COMMENT).nextNode().data);
  assert.match(comment, /^ \[\[S86\]\] \[\[S86:true\]\]/);
  assert.deepEqual(troubles, [], "and no style or script that the page's own policy forbids");
});

for (const name of ["form", "tags", "hostile"]) {
  test(`${name}: on a narrow screen and a wide one, in light and dark`, async () => {
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [320, 1280]) {
        const { page, context } = await visit({ viewport: { width, height: 800 }, colorScheme });
        await logIn(context);
        await page.goto(form(name));
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        await picture(page, `luminate-${name}-${colorScheme}-${width}`);
        if (name !== "hostile") assert.equal(overflow, 0, `${overflow} px wider than a screen of ${width}, ${colorScheme}`);
      }
    }
  });
}

test("a partner's server asks, and the browser that it sends on is signed in on the page where it lands", async () => {
  const { page, context } = await visit();
  await page.goto(elsewhere.url);
  const { nonce, JSESSIONID } = await byServer();
  const url = establish(nonce, `${address}/site/SPageServer?pagename=form`);
  await page.evaluate((to) => {
    const link = document.body.appendChild(document.createElement("a"));
    link.href = to;
    link.click();
  }, url);
  await page.waitForURL(form("form"));
  assert.equal(await theSession(context), JSESSIONID);
  await page.getByRole("button", { name: "Show my record" }).click();
  await page.waitForURL(`${address}/site/CRConsAPI`);
  assert.equal(JSON.parse(await page.locator("body").innerText()).getConsResponse.cons_id, "1001002");

  const second = await visit();
  const answer = await second.page.goto(url);
  assert.equal(answer.status(), 403, "once");
  assert.equal(await theSession(second.context), undefined);
});

test("a page elsewhere can neither use up a nonce nor sign a visitor in behind his back", async () => {
  const { nonce } = await byServer();
  const url = establish(nonce, `${address}/site/PixelServer`);
  const { page, context } = await visit();
  await page.goto(elsewhere.url);
  const loaded = await page.evaluate(async (from) => {
    const image = new Image();
    const shown = await new Promise((resolve) => Object.assign(image, { src: from, onload: () => resolve(true), onerror: () => resolve(false) }));
    const frame = document.body.appendChild(document.createElement("iframe"));
    await new Promise((resolve) => Object.assign(frame, { src: from, onload: resolve }));
    await fetch(from, { mode: "no-cors", credentials: "include" }).catch(() => {});
    return shown;
  }, url);
  assert.equal(loaded, false);
  assert.deepEqual(await context.cookies(), []);
  const wanted = await visit();
  await wanted.page.goto(url);
  assert.ok(await theSession(wanted.context), "the nonce is still good for a person who follows the link");
});

test("NEXTURL leads nowhere but to listed places, and the nonce outlives the attempt", async () => {
  const { nonce } = await byServer();
  const { page, context } = await visit();
  const seen = [];
  page.on("request", (request) => seen.push(new URL(request.url()).host));
  for (const next of ["https://evil.example/", "//evil.example/", "/\\evil.example/", "\t//evil.example", `${address}@evil.example/`, "javascript:alert(1)"]) {
    const answer = await page.goto(establish(nonce, next));
    assert.equal(answer.status(), 400, next);
    assert.deepEqual(await context.cookies(), [], next);
  }
  assert.deepEqual([...new Set(seen)], [new URL(address).host]);
  await page.goto(establish(nonce, form("form")));
  assert.equal(page.url(), form("form"));
});

for (const [name, place] of [["its own site", () => form("plain&csp=off")], ["another site", () => elsewhere.url]]) {
  test(`the picture that keeps a session alive is one, also embedded by a page of ${name}, and by way of EstablishSession`, async () => {
    const { page, troubles } = await visit();
    await page.goto(place());
    const ping = `${address}/site/EstablishSession;jsessionid=00000000.app1?s_x=y&NEXTURL=${encodeURIComponent(`${address}/site/PixelServer`)}`;
    for (const source of [`${address}/site/PixelServer`, ping]) {
      const size = await page.evaluate(async (from) => {
        const image = document.body.appendChild(new Image());
        image.src = from;
        await image.decode();
        return [image.naturalWidth, image.naturalHeight];
      }, source);
      assert.deepEqual(size, [1, 1]);
    }
    assert.deepEqual(troubles, []);
  });
}

theLogHoldsNoCredential(gateway);
