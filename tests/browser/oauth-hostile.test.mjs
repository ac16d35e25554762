// Somebody else's page wants a code that nobody allowed: by a frame over which it lays its own buttons, by a form that it
// sends itself, by a token of the form that it guessed or got hold of.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { demoPolicy, theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { JO, SAM } from "../e2e/lib/luminate.mjs";
import { publicClient, remember } from "../e2e/lib/oauth.mjs";
import { asking, noted, signIn, startApp } from "./lib/app.mjs";
import { startBrowser } from "./lib/browser.mjs";
import { formTo } from "./lib/form.mjs";
import { startSite } from "./lib/site.mjs";

let body = "";
const pages = { get "/page"() { return ["text/html", `<!doctype html><title>hostile</title>${body}`]; }, "/framed": ["text/html", "<main>framed</main>"] };
// Another port is another origin of the same site to a browser, and gets the cookie; another name is another site.
const sites = { "the same site": await startSite(pages), "another site": await startSite(pages, { host: "localhost" }) };
const app = await startApp();
const { gateway, gate, address, visit, stop } = await startBrowser(demoPolicy(...app.changes));
after(() => (Object.values(sites).forEach((site) => site.stop()), app.stop(), stop()));
for (const { password } of [JO, SAM]) gateway.seen.add(password);

const registered = await gate.admin("client/add", { kind: "confidential", name: "Another", pkce: false, redirect_uris: [app.callback], scope: ["read", "write"] });
remember(gate, JSON.stringify(registered));
const ordinary = { state: "s1", scope: "read" };
const target = asking(address, app, ordinary);
const allow = (page) => page.getByRole("button", { name: "Allow", exact: true });

/** Somebody who is signed in and is asked, and the token of the form. */
async function asked(who = JO) {
  const { page, context } = await visit();
  await page.goto(target);
  await signIn(page, who);
  await allow(page).waitFor();
  return { page, context, consent: await noted(gateway, page, context) };
}

const EMBEDDED = {
  iframe: (url) => `<iframe src="${url}"></iframe>`,
  "sandboxed iframe": (url) => `<iframe sandbox="allow-forms allow-scripts allow-same-origin" src="${url}"></iframe>`,
  object: (url) => `<object type="text/html" data="${url}"></object>`,
  embed: (url) => `<embed type="text/html" src="${url}">`,
};

for (const [where, site] of Object.entries(sites)) {
  for (const [how, embed] of Object.entries(EMBEDDED)) {
    test(`${where}: no ${how} shows the question, or the page without one`, async () => {
      const { context } = await asked();
      const page = await context.newPage();
      // How many of the gate's pages are there; a frame that the browser gave up has none.
      const shown = async (url) => {
        body = embed(url.replaceAll("&", "&amp;"));
        const answered = page.waitForResponse(url);
        await page.goto(`${site.url}/page`);
        await answered;
        const counts = page.frames().slice(1).map((frame) => frame.locator("main").count().catch(() => 0));
        return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
      };
      assert.equal(await shown(`${site.url}/framed`), 1, "the test sees what can be embedded");
      for (const url of [target, asking(address, app, { client_id: "nobody" })]) assert.equal(await shown(url), 0);
    });
  }

  test(`${where}: a form gets no code, not even with the right token`, async () => {
    const { consent: others } = await asked(SAM);
    const { context, consent } = await asked();
    for (const token of ["", "guess".padEnd(43, "A"), others, consent]) {
      const page = await context.newPage();
      body = formTo(target, { consent: token, decision: "allow" });
      await page.goto(`${site.url}/page`);
      const [answer] = await Promise.all([page.waitForResponse(target), page.getByRole("button").click()]);
      // Of another site no cookie comes along: nobody is signed in.
      const [status, heading] = [403, "This is not allowed"];
      assert.equal(answer.status(), status);
      await page.getByRole("heading", { name: heading }).waitFor();
      assert.deepEqual(app.takeCame(), []);
      await page.close();
    }
  });

  test(`${where}: nor does a script, and it reads nothing of the question`, async () => {
    const { context, consent } = await asked();
    const page = await context.newPage();
    body = "";
    await page.goto(`${site.url}/page`);
    const read = await page.evaluate(
      async ([url, form]) => {
        const options = { method: "POST", credentials: "include", body: new URLSearchParams(form) };
        const got = await fetch(url, { credentials: "include" }).then((answer) => answer.text(), () => "");
        await fetch(url, { ...options, mode: "no-cors" }).catch(() => {});
        await fetch(url, options).catch(() => {});
        return got;
      },
      [target, { consent, decision: "allow" }],
    );
    assert.equal(read, "");
    assert.deepEqual(app.takeCame(), []);
  });
}

test("the gate's own form gets no code with a token of another session or another request", async () => {
  const { consent: others } = await asked(SAM);
  const { page, context, consent } = await asked();
  const asks = (params) => asking(address, app, { ...ordinary, ...params });
  const wrong = [
    [target, "guess".padEnd(43, "A")],
    [target, ""],
    [target, `${consent}.`],
    [target, others],
    [asks({ state: "s2" }), consent],
    [asks({ state: undefined }), consent],
    [asks({ scope: "read write" }), consent],
    [asks({ client_id: registered.client_id }), consent],
    [asks({ redirect_uri: undefined }), consent],
    [`${target}&resource=`, consent],
  ];
  for (const [url, token] of wrong) {
    await page.goto(url);
    await noted(gateway, page, context);
    await page.locator("input[name=consent]").evaluate((input, value) => (input.value = value), token);
    const [answer] = await Promise.all([page.waitForResponse(url), allow(page).click()]);
    assert.equal(answer.status(), 403, url);
    assert.equal(await page.getByRole("heading").innerText(), "This is not allowed");
    assert.deepEqual(app.takeCame(), []);

    // The other way round: the token as the page has it, and the form sent somewhere else.
    if (url === target) continue;
    await page.goto(target);
    await page.locator("form:has(input[name=consent])").evaluate((form, action) => (form.action = action), url);
    const [other] = await Promise.all([page.waitForResponse(url), allow(page).click()]);
    assert.equal(other.status(), 403, url);
    assert.deepEqual(app.takeCame(), []);
  }
  await page.goto(target);
  await allow(page).click();
  await page.waitForURL(`${app.callback}?**`);
  const [{ code, state }] = app.takeCame();
  assert.match(code, /^egc_/, "and is good for what it was made for");
  assert.equal(state, "s1");
  gateway.seen.add(code);
});

test("a form without a decision, or with two, allows nothing", async () => {
  const { page } = await asked();
  await page.locator("form:has(input[name=consent])").evaluate((form) => form.insertAdjacentHTML("beforeend", '<input name="decision" value="allow">'));
  const [answer] = await Promise.all([page.waitForResponse(target), allow(page).click()]);
  assert.equal(answer.status(), 400);
  assert.deepEqual(app.takeCame(), []);

  await page.goto(target);
  await page.locator("form:has(input[name=consent])").evaluate((form) => form.submit());
  await page.waitForURL(`${app.callback}?**`);
  const [{ error, code }] = app.takeCame();
  assert.deepEqual([error, code], ["access_denied", undefined]);
});

test("a link that says something twice leads nowhere", async () => {
  const { page } = await asked();
  const twice = [`client_id=${publicClient.id}`, `redirect_uri=${encodeURIComponent(sites["another site"].url)}`, "state=s2"];
  for (const url of twice.map((parameter) => `${target}&${parameter}`)) {
    const answer = await page.goto(url);
    assert.equal(answer.status(), 400, url);
    assert.equal(page.url(), url);
  }
  assert.deepEqual(app.takeCame(), []);
});

theLogHoldsNoCredential(gateway);
