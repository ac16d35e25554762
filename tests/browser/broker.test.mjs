// A person in a company's own network: Chromium is sent to the broker, signs in there by its own NTLM without a word, and
// has a session here.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { brokered, KEY, secrets, sent, settings } from "../e2e/lib/broker.mjs";
import { demoPolicy, theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { pythonGet } from "../e2e/lib/requests.mjs";
import { startBrowser } from "./lib/browser.mjs";
import { startNtlm, users, whoIs } from "./lib/ntlm.mjs";
import { startSite } from "./lib/site.mjs";

const server = await startNtlm();
const { gateway, gate, address, visit, stop } = await startBrowser(demoPolicy(brokered(`${server.url}/broker`)), ["--host-resolver-rules=MAP *.localhost 127.0.0.1"], secrets);
const site = await startSite({ "/": ["text/html", `<!doctype html><title>x</title><a href="${address}/inside/?from=elsewhere">Reports</a>`] }, { host: "evil.localhost" });
await server.set(settings(address));
after(() => Promise.all([server.stop(), site.stop(), stop()]));
gateway.seen.add(KEY);

const noted = async (context) => (await context.cookies()).forEach(({ value }) => gateway.seen.add(value));
const shown = (page) => page.locator("main").innerText();

test("straight to the page that was asked for, as whom the network knows", async () => {
  for (const [user, subject] of [[users.jo, /edgegate-subject\s+CORP\\jo/], [users.zoe, /edgegate-subject\s+CORP\\zo%C3%AB/]]) {
    const { page, context, troubles } = await visit(whoIs(user, server));
    const answer = await page.goto(`${address}/inside/report?year=2026`);
    assert.equal(answer.status(), 200);
    assert.equal(page.url(), `${address}/inside/report?year=2026`);
    assert.match(await shown(page), subject);
    const names = (await context.cookies()).map(({ name }) => name).sort();
    assert.deepEqual(names, ["XSRF-TOKEN", "edgegate", "edgegate-broker"]);
    assert.deepEqual(troubles, []);
    await noted(context);
    // The session opens the next page by itself.
    assert.equal((await page.goto(`${address}/inside/next`)).request().redirectedFrom(), null);
  }
});

test("by a link on another site too, for the address is asked for by a person", async () => {
  const { page, context } = await visit(whoIs(users.jo, server));
  await page.goto(site.url);
  await page.getByRole("link").click();
  await page.waitForURL(`${address}/inside/?from=elsewhere`);
  assert.match(await shown(page), /edgegate-subject\s+CORP\\jo/);
  await noted(context);
});

test("what a page loads by itself is not sent to the broker, and opens no session unseen", async () => {
  const { page, context } = await visit(whoIs(users.jo, server));
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(site.url);
  await page.setContent(`<img src="${address}/inside/a.png"><iframe src="${address}/inside/b"></iframe>`);
  await page.waitForTimeout(500);
  assert.deepEqual(asked.filter((url) => url.startsWith(server.url)), []);
  assert.deepEqual(await context.cookies(), []);
});

test("an answer that was sent to somebody else opens nothing: nobody is signed in as another by a link", async () => {
  const pending = await sent(gate, "/inside/");
  const { headers } = await pythonGet(`${server.url}/broker?state=${pending.state}`, { mode: "ntlm", user: users.sam, follow: false });
  const stolen = headers.location;
  assert.match(stolen, /user=CORP%5Csam&.*eg_sig=/);
  const victim = await visit(whoIs(users.jo, server));
  const answer = await victim.page.goto(stolen);
  assert.equal(answer.status(), 403);
  assert.deepEqual(await victim.context.cookies(), []);
});

test("whom the network does not know stays outside", async () => {
  const { page, context } = await visit(whoIs({ ...users.jo, password: "wrong" }, server));
  assert.equal((await page.goto(`${address}/inside/`)).status(), 401);
  assert.ok((await context.cookies()).every(({ name }) => name !== "edgegate"));
});

theLogHoldsNoCredential(gateway, { subjects: ["CORP\\\\jo", "CORP\\\\sam"] });
