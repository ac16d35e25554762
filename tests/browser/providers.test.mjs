// A person signs in with a provider, in Chromium: with script and without, by keyboard, in several tabs, with the back button,
// and from another site.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { demoPolicy, theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { inside, JO, provided, SAM, secrets, startProvider } from "../e2e/lib/provider.mjs";
import { contrasts } from "./lib/contrast.mjs";
import { picture, startBrowser } from "./lib/browser.mjs";
import { startSite } from "./lib/site.mjs";

// The provider is another site than the gate, as providers are; so cookies of one are not those of the other.
const provider = await startProvider({ host: "localhost" });
const posting = await startProvider({ host: "localhost", name: "posting" });
const { gateway, address, visit, stop } = await startBrowser(
  demoPolicy(
    provided(provider.url, { domain: ["example.org"] }), provided(posting.url, { response_mode: "form_post", label: "Posting & Co", secret: "POSTING_SECRET" }, "posting"),
    inside(), inside({ name: "posted", providers: ["posting"] }), inside({ name: "either", providers: ["corp", "posting"] }),
  ),
  ["--host-resolver-rules=MAP *.localhost 127.0.0.1"], { ...secrets, POSTING_SECRET: secrets.CORP_SECRET },
);
for (const one of [provider, posting]) one.sendTo(address);
const elsewhere = await startSite({ "/": ["text/html", `<!doctype html><title>x</title><a href="${address}/inside/?from=elsewhere">Reports</a>`] }, { host: "elsewhere.localhost" });
after(() => (provider.stop(), posting.stop(), elsewhere.stop(), stop()));

/** At the provider's form. */
async function signIn(page, { user_name, password } = JO) {
  await page.getByLabel("User name or e-mail").fill(user_name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}
const noted = async (context) => (await context.cookies()).filter(({ value }) => value.length >= 16).forEach(({ value }) => gateway.seen.add(value));
const shown = (page) => page.locator("main").innerText();

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with script" : "without script";

  test(`${how}: to the provider, and back to the very address`, async () => {
    const { page, context, troubles } = await visit({ javaScriptEnabled });
    await page.goto(`${address}/inside/report?year=2026&&x=%zz`);
    assert.ok(page.url().startsWith(`${provider.url}/sign-in/`), page.url());
    await picture(page, `provider-form-${javaScriptEnabled}`);
    await signIn(page);
    await page.waitForURL(`${address}/inside/report?year=2026&&x=%zz`);
    assert.match(await shown(page), /x-user-email\s+jo@example\.org/);
    assert.deepEqual(troubles, []);
    const cookies = (await context.cookies(address)).map(({ name, sameSite, httpOnly }) => `${name} ${sameSite} ${httpOnly}`);
    assert.ok(cookies.includes("edgegate Lax true"), cookies.join());
    await noted(context);
    // The next page opens by itself.
    assert.equal((await page.goto(`${address}/inside/next`)).request().redirectedFrom(), null);
  });

  test(`${how}: the answer is posted, across sites`, async () => {
    const { page, context } = await visit({ javaScriptEnabled });
    await page.goto(`${address}/posted/a?b=1`);
    await signIn(page);
    if (!javaScriptEnabled) await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForURL(`${address}/posted/a?b=1`);
    assert.match(await shown(page), /x-user-name\s+Jo%20Example/);
    await noted(context);
  });
}

test("by keyboard alone, with a wrong password on the way", async () => {
  const { page, context } = await visit();
  await page.goto(`${address}/inside/`);
  // A browser gives the focus a moment after it shows the page: what is typed before is lost.
  await page.locator("input:not([type=password]):focus").waitFor();
  await page.keyboard.type("sam");
  await page.keyboard.press("Tab");
  await page.keyboard.type("wrong");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  assert.match(await page.getByRole("alert").innerText(), /do not belong together/);
  await page.locator("input[type=password]:focus").waitFor();
  await page.keyboard.type(SAM.password); // the name stands there still
  await page.keyboard.press("Enter");
  await page.waitForURL(`${address}/inside/`);
  assert.match(await shown(page), /x-user-email\s+sam@example\.org/);
  await noted(context);
});

test("by a link on another site", async () => {
  const { page, context } = await visit();
  await page.goto(elsewhere.url);
  await page.getByRole("link").click();
  await signIn(page);
  await page.waitForURL(`${address}/inside/?from=elsewhere`);
  await noted(context);
});

test("cancelled: a page that says so, and a button that tries again", async () => {
  const { page, context } = await visit();
  await page.goto(`${address}/inside/wanted?x=1`);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.waitForURL(`${address}/.edgegate/callback/corp?*`);
  assert.match(await page.locator("h1").innerText(), /cancelled/);
  await picture(page, "provider-cancelled");
  await page.getByRole("link", { name: "Try again" }).click();
  await signIn(page);
  await page.waitForURL(`${address}/inside/wanted?x=1`);
  await noted(context);
});

test("two tabs at once, and the back button after that", async () => {
  const { page, context } = await visit();
  const second = await context.newPage();
  await Promise.all([page.goto(`${address}/inside/1`), second.goto(`${address}/inside/2`)]);
  await signIn(second);
  await second.waitForURL(`${address}/inside/2`);
  await signIn(page); // its form was there before
  await page.waitForURL(`${address}/inside/1`);
  await page.goBack().catch(() => {}); // to the form, whose errand is over
  await page.goForward().catch(() => {});
  await page.goto(`${address}/inside/1`);
  assert.match(await shown(page), /edgegate-subject/);
  await noted(context);
});

test("who is known at the provider sees no form, and keeps the fragment of the address", async () => {
  const { page, context } = await visit();
  await page.goto(`${address}/inside/`);
  await signIn(page);
  await page.waitForURL(`${address}/inside/`);
  await noted(context);
  for (const name of ["edgegate", "edgegate-signed-in"]) await context.clearCookies({ name });
  await page.goto(`${address}/inside/again?x=1#part-2`);
  assert.equal(page.url(), `${address}/inside/again?x=1#part-2`);
  await noted(context);
});

test("several providers: the page asks which, by name or by e-mail address", async () => {
  const { page, context } = await visit({ javaScriptEnabled: false });
  await page.goto(`${address}/either/?a=1`);
  await picture(page, "provider-choice");
  assert.match(await shown(page), /Posting & Co/);
  await page.getByLabel("E-mail address").fill("jo@example.org");
  assert.equal(await page.getByLabel("Password").count(), 0, "no password opens this page");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL(`${provider.url}/sign-in/*`);
  await page.goto(`${address}/either/?a=1`);
  await page.getByRole("link", { name: /Posting & Co/ }).click();
  await page.waitForURL(`${posting.url}/sign-in/*`);
  await signIn(page);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL(`${address}/either/?a=1`);
  await noted(context);
});

test("what a page loads by itself sends nobody to the provider", async () => {
  const { page, context } = await visit();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(elsewhere.url);
  await page.setContent(`<img src="${address}/inside/a.png"><iframe src="${address}/inside/b"></iframe>`);
  await page.waitForTimeout(500);
  assert.deepEqual(asked.filter((url) => url.startsWith(provider.url)), []);
  assert.deepEqual(await context.cookies(address), []);
});

test("signing out here, and then there: the provider asks again", async () => {
  const { page, context } = await visit();
  await page.goto(`${address}/inside/`);
  await signIn(page);
  await page.waitForURL(`${address}/inside/`);
  await noted(context);
  await page.goto(`${address}/.edgegate/sign-out`);
  await page.getByRole("button", { name: "Sign out" }).click();
  await picture(page, "provider-signed-out");
  await page.getByRole("link", { name: /Example Corp/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(`${address}/.edgegate/sign-out*`);
  await page.goto(`${address}/inside/`);
  assert.ok(page.url().startsWith(`${provider.url}/sign-in/`), page.url());
});

test("the provider's page is readable, light and dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page } = await visit({ colorScheme });
    await page.goto(`${address}/inside/`);
    assert.deepEqual(await page.evaluate(contrasts), []);
    await picture(page, `provider-form-${colorScheme}`);
  }
});

theLogHoldsNoCredential(gateway, { subjects: [JO.subject, SAM.subject, JO.email] });
