// A person's own page, as the person meets it: on any screen, in the dark, by ear, by keyboard, with and without script.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { tokensFor } from "../e2e/lib/oauth.mjs";
import { picture, startBrowser } from "./lib/browser.mjs";
import { contrasts } from "./lib/contrast.mjs";

const { gateway, gate, address, visit, stop } = await startBrowser();
after(stop);
const password = "staple battery horse correct";
gateway.seen.add(password);

/** A page of somebody who is signed in, and notes the session. */
async function signedIn(options) {
  const visited = await visit(options);
  await visited.page.goto(`${address}/.edgegate/sign-in?next=%2F.edgegate%2Fme`);
  await visited.page.getByLabel("User name or e-mail").fill("sam");
  await visited.page.getByLabel("Password").fill(password);
  await visited.page.getByRole("button", { name: "Sign in" }).click();
  await visited.page.waitForURL(`${address}/.edgegate/me`);
  for (const { value } of await visited.context.cookies()) gateway.seen.add(value);
  for (const token of await visited.page.locator("input[name=token]").all()) gateway.seen.add(await token.inputValue());
  return visited;
}
const ends = (page, of) => page.getByRole("button", { name: new RegExp(`^End: ${of}`) });

test("headings, lists and buttons say what they are", async () => {
  const { page, context, troubles } = await signedIn();
  const { page: other } = await signedIn();
  await tokensFor(gate, (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; "));
  await page.reload();
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Your account");
  assert.deepEqual(await page.getByRole("heading", { level: 2 }).allInnerTexts(), ["This session", "Other sessions", "Applications with access"]);
  assert.equal(await page.getByRole("main").count(), 1);
  assert.ok((await page.getByRole("list").count()) >= 2);
  assert.ok((await ends(page, "Chrome, Linux").count()) >= 1, await page.locator("main").innerText());
  assert.equal(await page.getByRole("button", { name: "Remove access: Demo shop" }).count(), 1);
  assert.match(await page.locator("main").innerText(), /Device\s+Chrome, Linux\s+Network\s+127\.0\.0\.1\s+Since\s+\d{4}-\d\d-\d\d \d\d:\d\d UTC\s+Signed in with\s+Password/);
  assert.equal(await page.locator("script").count(), 0);
  assert.deepEqual(troubles, []);
  await picture(page, "me");
  await other.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`it fits a narrow screen and can be read, ${colorScheme}`, async () => {
    const { page } = await signedIn({ viewport: { width: 320, height: 640 }, colorScheme });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(overflow, 0, `${overflow} px wider than the screen`);
    assert.deepEqual(await page.evaluate(contrasts), []);
    await picture(page, `me-${colorScheme}-narrow`);
  });
}

for (const javaScriptEnabled of [true, false]) {
  test(`another session is ended by keyboard alone, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
    const { page: there } = await signedIn();
    const { page } = await signedIn({ javaScriptEnabled });
    const before = await ends(page, "Chrome, Linux").count();
    assert.ok(before >= 1);
    // This session's two buttons come first, then those of the others.
    for (let presses = 0; presses < 3; presses++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${address}/.edgegate/me?done=session`);
    assert.equal(await page.getByRole("status").innerText(), "It was ended.");
    assert.equal(await ends(page, "Chrome, Linux").count(), before - 1);
    await there.close();
  });
}

test("signed out everywhere, in every browser", async () => {
  const { page: there } = await signedIn();
  const { page, context } = await signedIn();
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  assert.equal(await page.getByRole("heading").innerText(), "Signed out");
  assert.deepEqual((await context.cookies()).filter(({ name }) => name === "edgegate"), []);
  await there.goto(`${address}/.edgegate/me`);
  assert.equal(new URL(there.url()).pathname, "/.edgegate/sign-in", "the other browser is asked to sign in");
});

theLogHoldsNoCredential(gateway);
