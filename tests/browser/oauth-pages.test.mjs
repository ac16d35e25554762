// The question that an application has the gate ask, and the page for a person who cannot be asked, as they look on
// any screen, enlarged, in the dark, and by ear; whatever the application calls itself.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { demoPolicy, theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { JO } from "../e2e/lib/luminate.mjs";
import { client, remember } from "../e2e/lib/oauth.mjs";
import { asking, noted, signIn, startApp } from "./lib/app.mjs";
import { picture, startBrowser } from "./lib/browser.mjs";
import { contrasts } from "./lib/contrast.mjs";

const app = await startApp();
const { gateway, gate, address, visit, stop } = await startBrowser(demoPolicy(...app.changes));
after(() => (app.stop(), stop()));
gateway.seen.add(JO.password);

/** Another client, of that name. */
async function register(name, more = {}) {
  const registered = await gate.admin("client/add", { kind: "confidential", name, pkce: false, redirect_uris: [app.callback], ...more });
  remember(gate, JSON.stringify(registered));
  return registered.client_id;
}
const long = await register("W".repeat(200), {
  redirect_uris: [`https://${"a".repeat(63)}.${"b".repeat(63)}.example.org/cb`],
  scope: [`https://api.example.org/${"c".repeat(100)}`],
});
const pages = {
  consent: { client_id: client.id },
  "consent-read": { client_id: client.id, scope: "read" },
  "consent-long": { client_id: long, redirect_uri: undefined },
  lost: { client_id: "nobody" },
};

/** The page, as somebody who is signed in sees it. */
async function shown(params, options) {
  const { page, context, troubles } = await visit(options);
  await page.goto(`${address}/.edgegate/sign-in`);
  await signIn(page);
  await page.waitForURL(`${address}/`);
  const answer = await page.goto(asking(address, app, params));
  if (answer.status() === 200) await noted(gateway, page, context);
  return { page, troubles, answer };
}

// 1280 pixels at 200 % are 640 of the page's own, at 400 % they are 320.
const SCREENS = {
  phone: { viewport: { width: 375, height: 667 } },
  narrow: { viewport: { width: 320, height: 640 } },
  "200 %": { viewport: { width: 640, height: 360 }, deviceScaleFactor: 2 },
};

for (const [name, params] of Object.entries(pages)) {
  for (const [screen, options] of Object.entries(SCREENS)) {
    test(`${name}, ${screen}: fits, in light and dark, with text at twice its size too, and with enough contrast`, async () => {
      for (const colorScheme of ["light", "dark"]) {
        const { page } = await shown(params, { ...options, colorScheme });
        const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(await overflow(), 0, `too wide, ${colorScheme}`);
        assert.deepEqual(await page.evaluate(contrasts), [], colorScheme);
        await picture(page, `oauth-${name}-${screen.replace(" %", "")}-${colorScheme}`);
        await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
        assert.equal(await overflow(), 0, `too wide with large text, ${colorScheme}`);
      }
    });
  }
}

for (const [screen, options] of Object.entries(SCREENS)) {
  test(`the two buttons, ${screen}: large enough, apart, and only one of them invites`, async () => {
    for (const colorScheme of ["light", "dark"]) {
      const { page } = await shown({}, { ...options, colorScheme });
      const [allow, deny] = await page.getByRole("button").evaluateAll((buttons) =>
        buttons.map((button) => {
          const { x, y, width, height, right, bottom } = button.getBoundingClientRect();
          return { x, y, width, height, right, bottom, ground: getComputedStyle(button).backgroundColor };
        }),
      );
      for (const { width, height } of [allow, deny]) assert.ok(width >= 44 && height >= 44, `${width} x ${height}`);
      const gap = deny.y >= allow.bottom ? deny.y - allow.bottom : deny.x - allow.right;
      assert.ok(gap >= 8, `${gap} px between them`);
      assert.notEqual(allow.ground, deny.ground, colorScheme);
      if (screen === "phone") assert.ok(deny.bottom <= options.viewport.height, "and on the first screen");
    }
  });
}

const HEARD = (host, own) => `- banner:
  - paragraph: ${own}
- main:
  - heading "Allow Demo shop?" [level=1]
  - paragraph: "Demo shop asks to use your account, in order to:"
  - list:
    - listitem: See bookings and items
    - listitem: Make and change bookings
  - paragraph: If you allow it, you go on to ${host}. It can use your account until you sign out there, or this site ends it.
  - paragraph:
    - button "Allow"
    - button "Do not allow"
  - paragraph: Signed in as 1001002
  - button "Use another account"`;

test("by ear: a heading, who asks, a list of what for, two buttons with names, and nothing else", async () => {
  const { page, troubles } = await shown({});
  assert.equal(await page.locator("body").ariaSnapshot(), HEARD(new URL(app.url).host, new URL(address).host));
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  assert.equal(await page.title(), "Allow Demo shop?");
  assert.equal(await page.locator("script, img, iframe").count(), 0);
  assert.deepEqual(troubles, []);
});

const HOSTILE = '<b>x</b>"&<img src=x onerror=alert(1)></title><script>alert(1)</script>';

test("whatever an application calls itself is text", async () => {
  const { page, troubles } = await shown({ client_id: await register(HOSTILE), scope: undefined });
  page.on("dialog", () => troubles.push("a script ran"));
  assert.equal(await page.title(), `Allow ${HOSTILE}?`);
  assert.equal(await page.getByRole("heading").innerText(), `Allow ${HOSTILE}?`);
  assert.equal(await page.getByRole("main").locator("b").first().innerText(), HOSTILE);
  assert.equal(await page.locator("script, img, h1 *, b *").count(), 0);
  await picture(page, "oauth-hostile-name");
  assert.deepEqual(troubles, []);
});

test("a request full of markup is no part of the page, and comes back as it was sent", async () => {
  const state = '"><script>alert(1)</script>&amp;\'';
  const { page, troubles } = await shown({ state });
  assert.equal(await page.locator("script").count(), 0);
  await page.getByRole("button", { name: "Do not allow" }).click();
  await page.waitForURL(`${app.callback}?**`);
  assert.equal(app.takeCame()[0].state, state);
  assert.deepEqual(troubles, []);
});

theLogHoldsNoCredential(gateway);
