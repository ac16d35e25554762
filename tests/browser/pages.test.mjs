// The gateway's pages and the demo's, as a person meets them: readable, small screens and dark ones included, no script
// and nothing from elsewhere.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { confirmedRoute, demoPolicy } from "../e2e/lib/gateway.mjs";
import { link } from "../e2e/lib/sign.mjs";
import { picture, startBrowser } from "./lib/browser.mjs";
import { contrasts } from "./lib/contrast.mjs";

const policy = demoPolicy(confirmedRoute);
const { gate, address, visit, stop } = await startBrowser(policy);
after(stop);

const pages = {
  landing: ["/", 200],
  "refusal-no-credential": ["/account/", 401],
  "refusal-link": [link("/files/report.pdf", "v=2", { key: "wrong" }), 403],
  "refusal-not-found": ["/nowhere", 404],
  "sign-in": ["/.edgegate/sign-in", 200],
  "sign-out": ["/.edgegate/sign-out", 200],
  confirm: [(await gate.admin("nonce", { subject: "1001002", route: "confirmed" })).url.replace(address, ""), 200],
  explain: [`/.edgegate/explain?url=${encodeURIComponent(`${address}${link("/files/a", "", { key: "wrong" })}`)}`, 200],
  origin: [link("/files/report.pdf", "v=2", { host: gate.host }), 200],
};

for (const [name, [path, status]] of Object.entries(pages)) {
  test(`${name}: title, heading, language, landmarks, and nothing that a reader would trip over`, async () => {
    const { page, troubles } = await visit();
    const requests = [];
    page.on("request", (request) => requests.push(request.url()));
    assert.equal((await page.goto(address + path)).status(), status);
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    assert.equal(await page.getByRole("main").count(), 1);
    const heading = page.getByRole("heading", { level: 1 });
    assert.equal(await heading.count(), 1);
    assert.ok((await page.title()).startsWith(await heading.innerText()));
    const unnamed = await page.evaluate(() => [...document.querySelectorAll("input:not([type=hidden]), textarea, button, a")].filter((one) => !(one.innerText || one.labels?.[0]?.innerText)).map((one) => one.outerHTML));
    assert.deepEqual(unnamed, []);
    assert.equal(await page.locator("script").count(), 0);
    assert.deepEqual(requests.filter((url) => !url.startsWith("data:") && !url.endsWith("/favicon.ico") && url !== page.url()), []);
    assert.deepEqual(troubles, []);
    await picture(page, name);
  });

  test(`${name}: on a narrow screen, in the dark, and with enough contrast`, async () => {
    for (const colorScheme of ["light", "dark"]) {
      const { page } = await visit({ viewport: { width: 320, height: 640 }, colorScheme });
      await page.goto(address + path);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(overflow, 0, `${overflow} px wider than the screen`);
      const weak = await page.evaluate(contrasts);
      assert.deepEqual(weak, [], colorScheme);
      if (colorScheme === "dark") await picture(page, `${name}-dark-narrow`);
    }
  });
}
