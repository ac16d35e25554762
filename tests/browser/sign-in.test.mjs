// A person signs in, looks at the account, and signs out; by mouse, by keyboard, with and without script.

import assert from "node:assert/strict";
import http from "node:http";
import { after, test } from "node:test";
import { theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { picture, startBrowser } from "./lib/browser.mjs";

const { gateway, address, visit, stop } = await startBrowser();
after(stop);
const password = "correct horse battery staple";
gateway.seen.add(password);

for (const javaScriptEnabled of [true, false]) {
  test(`from the refusal to the account and out again, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
    const { page, context, troubles } = await visit({ javaScriptEnabled });
    const refused = await page.goto(`${address}/account/orders?year=2026`);
    assert.equal(refused.status(), 401);
    await page.getByRole("link", { name: "Sign in" }).click();
    assert.equal(new URL(page.url()).pathname, "/.edgegate/sign-in");
    await picture(page, "sign-in");

    await page.getByLabel("User name or e-mail").fill("jo");
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    assert.match(await page.getByRole("alert").innerText(), /not right/);
    await picture(page, "sign-in-wrong");

    await page.getByLabel("User name or e-mail").fill("jo");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    assert.equal(page.url(), `${address}/account/orders?year=2026`);
    assert.match(await page.locator("main").innerText(), /edgegate-subject\s+1001002/);
    await picture(page, "account");

    const [token, cookie, ...more] = (await context.cookies()).sort((a, b) => (a.name < b.name ? -1 : 1));
    assert.deepEqual([token.name, token.httpOnly, more], ["XSRF-TOKEN", false, []]);
    assert.deepEqual([cookie.name, cookie.path, cookie.httpOnly, cookie.sameSite, cookie.secure, cookie.domain], ["edgegate", "/", true, "Lax", false, "127.0.0.1"]);
    assert.ok(Math.abs(cookie.expires - Date.now() / 1000 - 43_200) < 60);
    gateway.seen.add(cookie.value).add(token.value);
    if (javaScriptEnabled) assert.equal(await page.evaluate("document.cookie"), `XSRF-TOKEN=${token.value}`);

    await page.goto(`${address}/.edgegate/sign-out`);
    await picture(page, "sign-out");
    await page.getByRole("button", { name: "Sign out" }).click();
    assert.equal(await page.getByRole("heading").innerText(), "Signed out");
    assert.deepEqual(await context.cookies(), []);
    assert.equal((await page.goto(`${address}/account/`)).status(), 401);
    await context.addCookies([cookie]);
    assert.equal((await page.goto(`${address}/account/`)).status(), 401, "the cookie put back opens nothing");
    assert.deepEqual(troubles, []);
  });
}

test("the keyboard is enough", async () => {
  const { page } = await visit();
  await page.goto(`${address}/.edgegate/sign-in?next=%2Faccount%2F`);
  for (let tabs = 0; tabs < 9 && (await page.evaluate("document.activeElement.id")) !== "account"; tabs++) await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.id"), "account");
  await page.keyboard.type("sam");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.id"), "password");
  await page.keyboard.type("staple battery horse correct");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${address}/account/`);
  assert.match(await page.locator("main").innerText(), /edgegate-subject\s+1001003/);
});

test("a form on another site cannot sign anybody in or out", async () => {
  const foreign = http.createServer(({ url }, response) => {
    const form = `<form method="post" action="${address}${url}"><input name="account" value="jo"><input name="password" value="${password}"><button>go</button></form>`;
    response.setHeader("content-type", "text/html").end(`<!doctype html><title>foreign</title>${form}`);
  });
  await new Promise((resolve) => foreign.listen(0, "127.0.0.1", resolve));
  try {
    // Another port is the same site to a browser, another name is another site: both are refused.
    for (const host of ["127.0.0.1", "localhost"]) {
      for (const path of ["/.edgegate/sign-in", "/.edgegate/sign-out"]) {
        const { page, context } = await visit();
        await page.goto(`http://${host}:${foreign.address().port}${path}`);
        const [answer] = await Promise.all([page.waitForResponse(address + path), page.getByRole("button").click()]);
        assert.equal(answer.status(), 403, `${host} ${path}`);
        assert.equal(await page.getByRole("heading").innerText(), "This is not allowed");
        assert.deepEqual(await context.cookies(), []);
      }
    }
  } finally {
    foreign.close();
    foreign.closeAllConnections();
  }
});

theLogHoldsNoCredential(gateway);
