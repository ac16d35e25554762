// A link that signs somebody in once: it lands on the clean address, and nothing afterwards gives the nonce away.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { confirmedRoute, demoPolicy, theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { picture, startBrowser } from "./lib/browser.mjs";

const policy = demoPolicy(confirmedRoute);
const { gateway, gate, address, visit, stop } = await startBrowser(policy);
after(stop);
const mint = (more) => gate.admin("nonce", { subject: "1001002", route: "account", ...more });

test("the link lands on the clean address, and no later request or page knows the nonce", async () => {
  const { page, context, troubles } = await visit();
  const { url, nonce } = await mint({ path: "/account/orders?year=2026" });
  assert.ok(url.startsWith(address));
  const referers = [];
  page.on("request", (request) => referers.push(request.headers().referer ?? ""));
  const answer = await page.goto(url);
  assert.equal(answer.status(), 200);
  assert.equal(page.url(), `${address}/account/orders?year=2026`);
  assert.ok(!(await page.content()).includes(nonce));
  const { name, httpOnly, sameSite } = (await context.cookies()).find(({ name }) => name === "edgegate");
  assert.deepEqual([name, httpOnly, sameSite], ["edgegate", true, "Lax"]);

  await page.getByRole("link", { name: "All routes of the demo" }).click();
  await page.waitForURL(`${address}/`);
  assert.ok(!(await page.evaluate("document.referrer")).includes(nonce));
  await page.goBack();
  assert.equal(page.url(), `${address}/account/orders?year=2026`, "nor does the history");
  assert.ok(referers.every((referer) => !referer.includes(nonce)), referers.join());
  assert.deepEqual(troubles, []);
  await page.goto(url).catch(() => {});
  assert.ok(!(await page.content()).includes(nonce));
});

test("opened a second time by somebody else, it says so in plain words", async () => {
  const { url } = await mint();
  const first = await visit();
  await first.page.goto(url);
  const { page } = await visit();
  const answer = await page.goto(url);
  assert.equal(answer.status(), 403);
  assert.equal(await page.getByRole("heading").innerText(), "This link does not work any more");
  await picture(page, "nonce-used");
  await page.getByRole("link", { name: "Sign in" }).click();
  assert.equal(await page.locator("input[name=next]").first().getAttribute("value"), "/account/", "and leads on without the nonce");
});

for (const javaScriptEnabled of [true, false]) {
  test(`the page in between: looking uses nothing up, the button does, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
    const { url, nonce } = await mint({ route: "confirmed", path: "/confirmed/a?x=1" });
    for (let looks = 0; looks < 2; looks++) {
      const scanner = await visit();
      await scanner.page.goto(url);
      assert.deepEqual(await scanner.context.cookies(), []);
    }
    const { page, context, troubles } = await visit({ javaScriptEnabled });
    await page.goto(url);
    await picture(page, "confirm");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForURL(`${address}/confirmed/a?x=1`);
    assert.match(await page.locator("main").innerText(), /edgegate-subject\s+1001002/);
    assert.ok(!(await page.content()).includes(nonce));
    assert.deepEqual((await context.cookies()).map(({ name }) => name).sort(), ["XSRF-TOKEN", "edgegate"]);
    assert.deepEqual(troubles, []);
  });
}

theLogHoldsNoCredential(gateway);
