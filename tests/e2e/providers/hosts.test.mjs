// One sign-in for several hosts: people sign in at the issuer's, the others get the session by a code that works once, and
// signing out at one ends all.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { inside, JO, provided, SAM, secrets, startProvider } from "../lib/provider.mjs";
import { Visitor } from "../lib/visitor.mjs";

const OTHER = "localhost:8787";
const provider = await startProvider();
const shared = ['[session]\nkeys = ["seal-1"]', `[session]\nkeys = ["seal-1"]\nhosts = ["${OTHER}"]`];
const gateway = await startGateway({ gate: { policy: demoPolicy(shared, provided(provider.url), inside(), inside({ name: "board", more: 'xsrf = "token"' })), secrets } });
const { gate } = gateway;
after(() => (provider.stop(), gateway.stop()));

const visitor = () => new Visitor(gate, { hosts: [OTHER] });
const other = (path) => `http://${OTHER}${path}`;
const arriving = (url) => url.pathname === "/.edgegate/arrive";

test("a page of another host leads to the provider by the issuer's host, and back to the very address", async () => {
  const browser = visitor();
  const page = await browser.enter(other("/inside/a?x=1&y=%20"), JO);
  status(page, 200);
  assert.equal(page.url.href, other("/inside/a?x=1&y=%20"));
  const way = browser.trail.filter(({ isGate }) => isGate).map(({ url }) => new URL(url)).map(({ host, pathname }) => `${host}${pathname}`);
  assert.deepEqual(way, [
    `${OTHER}/inside/a`, "127.0.0.1:8787/.edgegate/hand-over", "127.0.0.1:8787/.edgegate/sign-in",
    "127.0.0.1:8787/.edgegate/callback/corp", "127.0.0.1:8787/.edgegate/hand-over", `${OTHER}/.edgegate/arrive`, `${OTHER}/inside/a`,
  ]);
  status(await browser.go("/inside/"), 200); // signed in there too
});

test("who is signed in at the issuer's host is signed in at the others without being asked", async () => {
  const browser = visitor();
  await browser.enter("/inside/", JO);
  provider.count();
  status(await browser.go(other("/inside/b")), 200);
  assert.equal(provider.count(), 0);
});

test("signing out at one host ends all of them", async () => {
  const browser = visitor();
  await browser.enter(other("/inside/"), JO);
  status(await browser.go("/inside/"), 200);
  await browser.submit(await browser.go(other("/.edgegate/sign-out")));
  for (const address of ["/inside/", other("/inside/")]) {
    const page = await browser.go(address, { follow: false });
    status(page, 303);
  }
});

test("a code works once, for its host, and in the browser that set out; in another one it is used up", async () => {
  const [jo, thief] = [visitor(), visitor()];
  await jo.enter("/inside/", JO);
  const code = async () => (await jo.go(other("/inside/"), { until: arriving })).to;
  const first = await code();
  const own = await thief.go(other("/inside/"), { until: (url) => url.pathname === "/.edgegate/hand-over" });
  const mixed = new URLSearchParams({ code: first.searchParams.get("code"), state: own.to.searchParams.get("state") });
  await refused(await thief.go(other(`/.edgegate/arrive?${mixed}`)), 403, "nonce_forged");
  await refused(await thief.go(first.href), 403, "broker_browser");
  await refused(await jo.go(first.href), 403, "nonce_replayed");

  const second = await code();
  status(await jo.go(second.href), 200);
  status(await jo.go(second.href), 200, "the back button of who is signed in");
  const later = visitor();
  later.jar = jo.jar.filter(({ name }) => name !== "edgegate");
  await refused(await later.go(second.href), 403, "nonce_replayed");
});

test("hosts that share a session share no token of a page", async () => {
  const browser = visitor();
  await browser.enter("/board/", JO);
  status(await browser.go(other("/board/")), 200);
  const tokens = browser.jar.filter(({ name }) => name === "XSRF-TOKEN").map(({ host, value }) => [host, value]);
  assert.deepEqual(tokens.map(([host]) => host).toSorted(), ["127.0.0.1", "localhost"]);
  assert.equal(new Set(tokens.map(([, value]) => value)).size, 2);
  for (const [host, value] of tokens) {
    const headers = { "x-xsrf-token": value, "content-type": "text/plain" };
    const cookie = browser.cookiesFor(new URL(`http://${host}:8787/board/`)).replace(/XSRF-TOKEN=[^;]*/, `XSRF-TOKEN=${value}`);
    const post = (to) => gate.request("POST", "/board/", { host: `${to}:8787`, headers: { ...headers, cookie, origin: `http://${to}:8787` }, body: "a" });
    forwarded(await post(host));
    await refused(await post(host === "localhost" ? "127.0.0.1" : "localhost"), 401, "bound_token_mismatch");
  }
});

test("nobody's session goes to a host that shares nothing, and nobody is signed in as somebody else", async () => {
  const browser = visitor();
  await browser.enter("/inside/", JO);
  for (const host of ["evil.example", "127.0.0.1:8787", "localhost:8787.evil.example", ""]) {
    await refused(await browser.go(`/.edgegate/hand-over?host=${host}&state=x`, { follow: false }), 404, "no_route");
  }
  await refused(await browser.go(other("/.edgegate/hand-over?host=localhost:8787&state=x"), { follow: false }), 404, "no_route");
  // Who is signed in as Sam there is Sam here, though Jo was.
  const sam = visitor();
  await sam.enter("/inside/", SAM);
  const { fields } = forwarded(await sam.ask("/inside/who"));
  assert.equal(fields.get("edgegate-subject"), SAM.subject);
});

test("a browser that keeps no cookies is told, and not sent round", async () => {
  const browser = new Visitor(gate, { hosts: [OTHER], cookies: false });
  const page = await browser.go(other("/inside/"));
  assert.ok(browser.trail.length < 12, browser.trail.map(({ url }) => url).join("\n"));
  assert.ok(page.url.href.startsWith(provider.url), page.url.href); // to sign in, as the first time
});

theLogHoldsNoCredential(gateway);
