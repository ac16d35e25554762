// Several tabs, an old tab, the back button, another person on the same machine; and browsers that keep no cookies or too
// many: each comes through, or is told on a page of its own, and nobody goes round in circles.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { inside, JO, policyWith, SAM, secrets, startProvider } from "../lib/provider.mjs";
import { Visitor } from "../lib/visitor.mjs";

const provider = await startProvider({ par: "off" });
const gateway = await startGateway({ gate: { policy: policyWith(provider.url) + inside({ name: "other" }), secrets } });
const { gate } = gateway;
after(() => (provider.stop(), gateway.stop()));

const atCallback = (url) => url.pathname === "/.edgegate/callback/corp";
const subjectOf = async (browser) => forwarded(await browser.ask("/inside/")).fields.get("edgegate-subject");

/** Where the provider sends a browser back to, before it gets there. */
async function callback(browser, person, address = "/inside/") {
  return (await browser.signIn(await browser.go(address), person, { until: atCallback })).to;
}

test("several tabs go out and come back in any order, each to its own address", async () => {
  const browser = new Visitor(gate);
  const tabs = [];
  for (const n of [1, 2, 3]) tabs.push(await browser.go(`/inside/${n}?tab=${n}`, { until: (url) => url.origin === provider.url }));
  const states = tabs.map(({ to }) => to.searchParams.get("state"));
  assert.equal(new Set(states).size, 3);
  assert.equal(new Set(tabs.map(({ to }) => to.searchParams.get("nonce"))).size, 3);
  assert.equal(new Set(tabs.map(({ to }) => to.searchParams.get("code_challenge"))).size, 3);
  // The provider knows who it is after the first form.
  const first = await browser.go(tabs[1].to.href);
  assert.equal((await browser.signIn(first, JO)).url.href, `http://${gate.host}/inside/2?tab=2`);
  for (const n of [2, 0]) {
    const page = await browser.go(tabs[n].to.href);
    status(page, 200);
    assert.equal(page.url.pathname, `/inside/${n + 1}`);
  }
});

test("tabs that are restored at once, before the browser has a cookie, all come through", async () => {
  const browser = new Visitor(gate);
  const tabs = await Promise.all([1, 2, 3].map((n) => browser.go(`/inside/${n}`, { until: (url) => url.origin === provider.url })));
  const first = await browser.signIn(await browser.go(tabs[0].to.href), JO);
  const pages = [first, await browser.go(tabs[1].to.href), await browser.go(tabs[2].to.href)];
  assert.deepEqual(pages.map(({ status, url }) => `${status} ${url.pathname}`), ["200 /inside/1", "200 /inside/2", "200 /inside/3"]);
});

test("a tab that was left open too long is told so, and its page leads on to where it wanted to go", async () => {
  const browser = new Visitor(gate);
  const to = await callback(browser, JO, "/inside/late?x=1");
  await gate.faults({ clock: 3700 });
  try {
    const page = await browser.go(to.href);
    await refused(page, 403, "broker_state_expired");
    assert.match(page.text, /\/\.edgegate\/sign-in\?[^"]*next=%2Finside%2Flate%3Fx%3D1/);
    assert.equal(browser.cookie("edgegate"), undefined);
  } finally {
    await gate.faults();
  }
});

test("the back button: what came back before leads on who is signed in, and shows a page to who is not", async () => {
  const browser = new Visitor(gate);
  const to = await callback(browser, JO, "/inside/once");
  assert.equal((await browser.go(to.href)).url.pathname, "/inside/once");
  const again = await browser.go(to.href);
  assert.equal(again.url.pathname, "/inside/once");
  status(again, 200);

  browser.jar = browser.jar.filter(({ name }) => !["edgegate", "__Host-edgegate", "XSRF-TOKEN"].includes(name));
  const page = await browser.go(to.href);
  status(page, 403);
  assert.ok(!browser.cookie("edgegate"));
  assert.match(page.text, /\/\.edgegate\/sign-in/);
});

test("a second person signs in over the first: the first session ends, and no page is shown to the wrong one", async () => {
  const browser = new Visitor(gate);
  await browser.enter("/inside/", JO);
  assert.equal(await subjectOf(browser), JO.subject);
  const old = browser.cookie("edgegate");
  browser.jar = browser.jar.filter(({ name }) => !name.startsWith("demo-provider")); // signs out at the provider
  await browser.enter("/.edgegate/sign-in?provider=corp&next=%2Finside%2F", SAM);
  assert.equal(await subjectOf(browser), SAM.subject);
  status(await gate.get("/inside/", { cookie: `edgegate=${old}` }), 401);
});

test("two sign-ins of one browser at once both come through", async () => {
  const browser = new Visitor(gate);
  const one = await callback(browser, JO, "/inside/1");
  const other = (await browser.go("/other/2", { until: atCallback })).to;
  const pages = await Promise.all([browser.go(one.href), browser.go(other.href)]);
  assert.deepEqual(pages.map(({ status }) => status), [200, 200]);
});

test("cookies off: the second visit ends on a page that says so, not at the provider again", async () => {
  const browser = new Visitor(gate, { cookies: false });
  const to = (await browser.go("/inside/", { until: (url) => url.origin === provider.url })).to;
  const form = new Visitor(gate);
  const back = (await form.signIn(await form.go(to.href), JO, { until: atCallback })).to;
  const page = await browser.go(back.href);
  await refused(page, 403, "broker_browser");
  assert.match(page.text, /cookie/i);
});

test("a session cookie that does not come along ends on a page, within two rounds", async () => {
  const browser = new Visitor(gate);
  const keep = browser.enter.bind(browser);
  await keep("/inside/", JO);
  // The browser drops the session alone, as it does with cookies of a name that is taken.
  browser.jar = browser.jar.filter(({ name }) => name !== "edgegate");
  const page = await browser.go("/inside/");
  const visits = browser.trail.filter(({ url }) => url.startsWith(`${provider.url}/auth?`)).length;
  assert.ok(visits <= 2, `${visits} visits at the provider`);
  if (page.status !== 200) await refused(page, 403, "sign_in_loop");
});

test("two cookies of the session's name end on a page: nobody goes in circles", async () => {
  const browser = new Visitor(gate);
  await browser.enter("/inside/", JO);
  browser.jar.push({ name: "edgegate", value: "egs_seal-1_of-another-folder", host: "127.0.0.1", path: "/inside/", sameSite: "lax" });
  const before = browser.trail.length;
  const page = await browser.go("/inside/");
  assert.ok(browser.trail.length - before <= 6, browser.trail.slice(before).map(({ url }) => url).join("\n"));
  assert.ok([200, 400, 401, 403].includes(page.status), `${page.status}`);
});

test("an address too long for the state comes back all the same", async () => {
  const browser = new Visitor(gate);
  const address = `/inside/search?q=${"a".repeat(1500)}`;
  const page = await browser.enter(address, JO);
  assert.equal(page.url.pathname + page.url.search, address);
});

theLogHoldsNoCredential(gateway, { subjects: [JO.subject, SAM.subject, JO.email] });
