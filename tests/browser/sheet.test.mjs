// Every page of the gateway as people see it, into a sheet that somebody looks at: target/pages/index.html. On a phone and on a
// desk, light and dark, in English, German and Arabic; EDGEGATE_SHEET=all takes every combination of these. On each page axe-core
// finds nothing, and nothing scrolls sideways.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { after, test } from "node:test";
import { confirmedRoute, demoPolicy } from "../e2e/lib/gateway.mjs";
import { startOrigin } from "../e2e/lib/origin.mjs";
import { link, now } from "../e2e/lib/sign.mjs";
import { root } from "../../scripts/lib/paths.mjs";
import { asking, startApp } from "./lib/app.mjs";
import { startBrowser } from "./lib/browser.mjs";

const folder = path.join(root, "target/pages");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const app = await startApp();
let sentLink;
const mail = await startOrigin((_, response, body) => {
  const { pathname, search } = new URL(JSON.parse(body).url);
  sentLink = pathname + search;
  response.writeHead(200, { "content-type": "application/json" }).end('{"subject":"1001002"}');
});
const policy = demoPolicy(...app.changes, `
[pages]
name = "Example Members"
logo = "logo.svg"
favicon = "logo.svg"
accent = "#7a2048"
home = "/"
support = "mailto:help@example.org"
privacy = "/privacy"
imprint = "/imprint"
text = "Members of the society sign in here."
forgotten = "/forgotten"
${confirmedRoute}

[origins.mail]
url = "${mail.url}"

[email_link]
origin = "mail"
path = "/send-link"
key = "assertion"

[[routes]]
name = "closed"
path = "/closed/*"
accept = ["none"]
maintenance = true
forward = { origin = "demo" }`);
const { gate, address, visit, stop } = await startBrowser(policy);
after(() => (app.stop(), mail.stop(), stop()));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const confirmed = (await gate.admin("nonce", { subject: "1001002", route: "confirmed" })).url.replace(address, "");
const fill = async (page, password) => {
  await page.locator("#account").fill("jo");
  await page.locator("#password").fill(password);
  await page.locator("main form", { has: page.locator("#account") }).locator("button").last().click();
};
let people = 0; // one address gets one link a minute
const askForLink = async (page) => {
  await page.locator("#email").fill(`jo${people++}@example.net`);
  await page.locator("main form", { has: page.locator("#email") }).locator("button").click();
};
const go = (to) => (page) => page.goto(new URL(to, address).href);

/** Each page by its name: how one gets there, in an order in which one visitor can. */
const PAGES = {
  "not found": go("/nowhere"),
  "link invalid": go(link("/files/a", "", { key: "wrong" })),
  "link expired": go(link("/files/a", "", { exp: now() - 1 })),
  "nonce invalid": go("/account/?NONCE_TOKEN=x"),
  "not for all": go("/me/a"),
  "ambiguous": go("/account//"),
  "bad request": go("/account/?xsrf=%22&NONCE_TOKEN=a&NONCE_TOKEN=b"),
  "maintenance": go("/closed/a"),
  "please sign in": go("/account/orders?year=2026"),
  "provider unavailable": go("/members/"),
  "provider's answer of no sign-in": go("/.edgegate/callback/demo?code=a&state=b"),
  "confirm": go(confirmed),
  "application lost": go(asking(address, app, { client_id: "nobody" })),
  "sign in by an e-mail link": go("/.edgegate/email-link?next=%2Faccount%2Forders"),
  "e-mail link sent": askForLink,
  "e-mail link opened": (page) => go(sentLink)(page),
  "sign in": go("/.edgegate/sign-in?next=%2Faccount%2Forders"),
  "sign in, wrong": (page) => fill(page, "wrong"),
  "consent": async (page) => {
    await fill(page, "correct horse battery staple");
    await page.goto(asking(address, app));
  },
  "already signed in": go("/.edgegate/sign-in?next=%2Faccount%2Forders"),
  "a person's own page": go("/.edgegate/me"),
  "sign out": go("/.edgegate/sign-out"),
  "signed out": (page) => page.locator("main form button").click(),
};

const LANGUAGES = { "en-GB": ["en", "ltr"], "de-DE": ["de", "ltr"], "ar-EG": ["ar", "rtl"] };
const SCREENS = [[390, "light"], [1280, "dark"], [390, "dark"], [1280, "light"]].slice(0, process.env.EDGEGATE_SHEET === "all" ? 4 : 2);
const shown = new Map(Object.keys(PAGES).map((name) => [name, []]));

for (const [locale, [language, direction]] of Object.entries(LANGUAGES)) {
  for (const [width, colorScheme] of SCREENS) {
    test(`${language}, ${width} px, ${colorScheme}: axe finds nothing, and nothing scrolls sideways`, async () => {
      const { page } = await visit({ locale, colorScheme, viewport: { width, height: 844 } });
      const titles = new Set();
      for (const [name, walk] of Object.entries(PAGES)) {
        await walk(page);
        const html = page.locator("html");
        assert.deepEqual([await html.getAttribute("lang"), await html.getAttribute("dir")], [language, direction], name);
        titles.add(await page.title());
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(wide, 0, `${name}: ${wide} px too wide`);
        const file = `${name.replace(/\W+/g, "-")}-${language}-${width}-${colorScheme}.png`;
        // Chromium on a busy machine sometimes takes none; what is tested stands below.
        const shot = () => page.screenshot({ path: path.join(folder, file), fullPage: true });
        await shot().catch(shot);
        shown.get(name).push(file);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes[0].html]), [], name);
        assert.equal(await page.locator("header img").evaluate((image) => image.naturalWidth > 0), true, `${name}: the logo is shown`);
      }
      assert.ok(titles.size > 12, [...titles].join("\n"));
      await page.context().close();
    });
  }
}

test("the sheet", () => {
  const row = ([name, files]) => `<h2>${name}</h2><p>${files.map((file) => `<a href="${file}"><img src="${file}" alt="${file}" height="480"></a>`).join(" ")}</p>`;
  const sheet = path.join(folder, "index.html");
  writeFileSync(sheet, `<!doctype html><meta charset="utf-8"><title>Pages</title><body style="font-family:sans-serif;background:#888">${[...shown].map(row).join("")}`);
  console.log(`  the pages to look at: ${path.relative(root, sheet)}`);
  for (const [name, files] of shown) assert.equal(files.length, SCREENS.length * Object.keys(LANGUAGES).length, name);
});
