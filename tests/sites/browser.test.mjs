// Django's admin and an Express site behind the gateway in Chromium: what a browser makes of their cookies, forms, redirects
// and WebSockets.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { after, describe, test } from "node:test";
import { chromiumHint, findBrowsers } from "../../scripts/lib/chromium.mjs";
import { startBrowser } from "../browser/lib/browser.mjs";
import { startFront } from "./lib/front.mjs";
import { guarded, policyFor, PUBLIC, secrets } from "./lib/gate.mjs";
import { linesOf } from "./lib/settings.mjs";
import { skipped, startSite } from "./lib/sites.mjs";
import django from "./sites/django.mjs";
import express from "./sites/express.mjs";

const browsers = findBrowsers();
Object.assign(process.env, browsers);
const lacking = (site) => skipped(site) ?? (browsers ? undefined : chromiumHint);

describe("in Chromium", () => {
  test("Django's admin, behind a session of the gateway's", { skip: lacking(django) }, async (t) => {
    const { site, page, gate, troubles } = await open(t, django, { lines: linesOf("Django", "python") }, "/admin");
    assert.equal((await page.goto(`${PUBLIC}/admin/`)).status(), 401);
    await page.goto(PUBLIC + (await nonce(gate, "/admin/")));
    await page.getByLabel("Username").fill("jo");
    await page.getByLabel("Password").fill("correct horse");
    await page.getByRole("button", { name: "Log in" }).click();
    assert.equal(page.url(), `${PUBLIC}/admin/`);
    await page.goto(`${PUBLIC}/admin/notes/note/add/`);
    await page.getByLabel("Title").fill("by a browser");
    await page.getByLabel("Attachment").setInputFiles({ name: "browser.txt", mimeType: "text/plain", buffer: Buffer.from("some text") });
    await page.getByRole("button", { name: "Save", exact: true }).click();
    assert.equal(page.url(), `${PUBLIC}/admin/notes/note/`);
    assert.match(await page.locator(".success").innerText(), /by a browser/);
    assert.deepEqual(readdirSync(path.join(site.folder, "media/notes")), ["browser.txt"]);
    await page.getByRole("button", { name: "Log out" }).click();
    assert.match(await page.locator("body").innerText(), /Thanks for spending/);
    assert.deepEqual(troubles.filter((text) => !/static/.test(text)), []);
  });

  test("an Express site that wants https and its own host, with an upload and a WebSocket", async (t) => {
    const { page, gate, troubles } = await open(t, express, { lines: linesOf("Express", "js"), canonical: PUBLIC, secure: true }, "/account");
    await page.goto(PUBLIC + (await nonce(gate, "/account")));
    assert.equal(page.url(), `${PUBLIC}/login`);
    await page.locator("input[name=user]").fill("jo");
    await page.getByRole("button", { name: "Log in" }).click();
    assert.equal(page.url(), `${PUBLIC}/account`);
    await page.locator("input[type=file]").setInputFiles({ name: "large.txt", mimeType: "text/plain", buffer: Buffer.alloc(100_000) });
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("large.txt: 100000 bytes").waitFor();
    assert.equal(await page.evaluate(saysHello), "jo says hello");
    assert.deepEqual(troubles, []);
  });
});

/** Runs in the page. */
function saysHello() {
  const socket = new WebSocket(`wss://${location.host}/chat`);
  return new Promise((resolve, reject) => {
    socket.onopen = () => socket.send("hello");
    socket.onmessage = ({ data }) => resolve(data);
    socket.onclose = () => reject(new Error("closed"));
  });
}

async function open(t, kind, settings, folder) {
  const site = await startSite(kind, settings);
  t.after(site.stop);
  const front = await startFront();
  t.after(front.stop);
  const browser = await startBrowser(policyFor(site.url, { routes: guarded(folder) }), front.flags, secrets);
  t.after(browser.stop);
  front.to(browser.gate);
  const visited = await browser.visit({ ignoreHTTPSErrors: true });
  visited.page.setDefaultTimeout(60_000);
  return { site, gate: browser.gateway.gate, ...visited };
}

async function nonce(gate, path) {
  const { url } = await gate.admin("nonce", { subject: "1001002", route: "guarded", path });
  return url.slice(new URL(url).origin.length);
}
