// axios as npm has it, in a page of the site: it reads the cookie and sends the header on its own. A page of another
// origin cannot ride the session, whatever it tries.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { demoPolicy, root, theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { signIn } from "./lib/app.mjs";
import { picture, startBrowser } from "./lib/browser.mjs";
import { startSite } from "./lib/site.mjs";

const AXIOS = readFileSync(path.join(root, "node_modules/axios/dist/axios.min.js"), "utf8");
const PAGE = '<!doctype html><meta charset="utf-8"><title>a page</title><link rel="icon" href="data:,"><script src="axios.js"></script>';
const pages = { "/app/": ["text/html", PAGE], "/app/axios.js": ["text/javascript", AXIOS] };
const [app, elsewhere] = [await startSite(pages), await startSite(pages, { host: "evil.localhost" })];
const { gateway, address, visit, stop } = await startBrowser(demoPolicy(`
[origins.app]
url = "${app.url}"

[[routes]]
name = "app"
path = "/app/*"
accept = ["none"]
forward = { origin = "app" }`), ["--host-resolver-rules=MAP *.localhost 127.0.0.1"]);
after(() => (app.stop(), elsewhere.stop(), stop()));

const CONTACT = "/SuperOffice/api/v1/Contact/7";

/** A person who has signed in, on a page of the site. */
async function atHome() {
  const visitor = await visit();
  await visitor.page.goto(`${address}/.edgegate/sign-in?next=/app/`);
  await signIn(visitor.page);
  await visitor.page.waitForFunction("window.axios");
  assert.equal(visitor.page.url(), `${address}/app/`);
  for (const { value } of await visitor.context.cookies()) gateway.seen.add(value);
  return visitor;
}

/** axios in the page: the status, and what the origin saw. */
const call = (page, method, url, config = {}) =>
  page.evaluate(
    async ([method, url, config]) => {
      const answer = await axios({ method, url, data: method === "get" ? undefined : { a: 1 }, validateStatus: () => true, ...config }).catch((error) => ({ status: error.code }));
      return { status: answer.status, data: answer.data };
    },
    [method, url, config],
  );
const field = (data, name) => new Map(data.headers).get(name);

test("axios reads the cookie and sends the header on its own, on every method", async () => {
  const { page, context } = await atHome();
  const cookie = (await context.cookies()).find(({ name }) => name === "XSRF-TOKEN");
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [false, "Lax", "/"]);
  for (const method of ["get", "post", "put", "delete"]) {
    const { status, data } = await call(page, method, CONTACT);
    assert.equal(status, 200, JSON.stringify(data));
    assert.equal(field(data, "edgegate-subject"), "1001002");
    assert.ok(!JSON.stringify(data).includes(cookie.value), "the token ends at the gate");
  }
  // The same without the header is what a page elsewhere could send.
  assert.equal((await call(page, "get", CONTACT, { xsrfCookieName: "none" })).status, 401);
});

test("after the log-out axios is refused, and with the next session it goes on", async () => {
  const { page } = await atHome();
  await page.goto(`${address}/.edgegate/sign-out`);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Signed out" }).waitFor();
  await page.goto(`${address}/app/`);
  assert.equal(await page.evaluate("document.cookie"), "");
  assert.equal((await call(page, "get", CONTACT)).status, 401);
  await page.goto(`${address}/.edgegate/sign-in?next=/app/`);
  await signIn(page);
  await page.waitForFunction("window.axios");
  assert.equal((await call(page, "get", CONTACT)).status, 200);
});

test("a page of another origin cannot ride the session: scripts, forms, frames, pictures", async () => {
  const { page, context } = await atHome();
  await page.goto(`${elsewhere.url}/app/`);
  for (const config of [{}, { withCredentials: true }, { withCredentials: true, withXSRFToken: true }, { headers: { "X-XSRF-TOKEN": "abc1234" }, withCredentials: true }]) {
    for (const method of ["get", "post"]) {
      const { status } = await call(page, method, `${address}${CONTACT}`, config);
      assert.equal(status, "ERR_NETWORK", `${method} ${JSON.stringify(config)}`);
    }
  }
  const submits = (target) => `<form method="post" action="${address}${target}"><input name="XSRF_TOKEN" value="abc"><input name="note" value="evil"><button>Go</button></form>`;
  for (const target of [CONTACT, "/SuperOffice/panel", "/account/"]) {
    await page.goto(`${elsewhere.url}/app/`);
    await page.setContent(submits(target));
    const [answer] = await Promise.all([page.waitForResponse((response) => response.url() === `${address}${target}`), page.getByRole("button").click()]);
    assert.ok([401, 403].includes(answer.status()), `${target}: ${answer.status()}`);
  }
  await page.goto(`${elsewhere.url}/app/`);
  const framed = await page.evaluate(
    (src) => new Promise((resolve) => {
      const picture = Object.assign(new Image(), { src, onload: () => resolve("loaded"), onerror: () => resolve("refused") });
      document.body.append(picture);
    }),
    `${address}${CONTACT}`,
  );
  assert.equal(framed, "refused");
  await page.goto(`${address}/app/`);
  assert.ok((await context.cookies()).some(({ name }) => name === "edgegate"), "the session itself goes on");
});

test("another port of the same host is same-site: its page gets the cookies sent, and no further", async () => {
  const { page } = await atHome();
  await page.goto(`${app.url}/app/`);
  const cookies = await page.evaluate("document.cookie"); // cookies know no ports: this page can even read the token
  assert.match(cookies, /XSRF-TOKEN=/);
  for (const config of [{ withCredentials: true }, { withCredentials: true, withXSRFToken: true }]) {
    assert.equal((await call(page, "post", `${address}${CONTACT}`, config)).status, "ERR_NETWORK");
  }
  const token = /XSRF-TOKEN=([^;]+)/.exec(cookies)[1];
  await page.setContent(`<form method="post" action="${address}/SuperOffice/panel"><input name="XSRF_TOKEN" value="${token}"><button>Go</button></form>`);
  const [answer] = await Promise.all([page.waitForResponse(`${address}/SuperOffice/panel`), page.getByRole("button").click()]);
  assert.equal(answer.status(), 403, "even with the token: Origin and Fetch Metadata say that it comes from elsewhere");
});

for (const javaScriptEnabled of [true, false]) {
  test(`the panel's form carries the token that the gate put into it, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
    const { page, context, troubles } = await visit({ javaScriptEnabled });
    await page.goto(`${address}/SuperOffice/panel`);
    await page.getByRole("link", { name: "Sign in" }).click();
    await signIn(page);
    assert.equal(page.url(), `${address}/SuperOffice/panel`);
    await picture(page, "panel");
    const hidden = await page.locator("input[name=XSRF_TOKEN]").getAttribute("value");
    assert.equal((await context.cookies()).find(({ name }) => name === "XSRF-TOKEN").value, hidden);
    for (const { value } of await context.cookies()) gateway.seen.add(value);
    await page.getByLabel("A note").fill("called back");
    await page.getByRole("button", { name: "Send" }).click();
    const shown = await page.locator("main").innerText();
    assert.match(shown, /edgegate-subject\s+1001002/);
    assert.ok(!shown.includes(hidden));
    assert.deepEqual(troubles, []);
  });
}

test("a person who opens an address of the API is told what it takes", async () => {
  const { page } = await visit();
  const answer = await page.goto(`${address}/Cust12345/api/v1/Contact/2`);
  assert.equal(answer.status(), 401);
  assert.equal(await page.getByRole("heading").innerText(), "Unauthorized");
  assert.match(await page.locator("main").innerText(), /SOTICKET: a ticket as it was given/);
  await picture(page, "superoffice-401");
});

theLogHoldsNoCredential(gateway);
