// An application asks for a person's account: its link, signing in, the question, and back with an answer; by mouse and
// by keyboard, with and without script.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { demoPolicy, theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { JO, SAM } from "../e2e/lib/luminate.mjs";
import { bearer, client, exchange, failed, granted, ISSUER, pair, pkce, publicClient } from "../e2e/lib/oauth.mjs";
import { asking, noted, signIn, startApp } from "./lib/app.mjs";
import { picture, startBrowser } from "./lib/browser.mjs";
import { startSite } from "./lib/site.mjs";

const app = await startApp();
// `localhost` is another site than 127.0.0.1.
const elsewhere = await startSite({}, { host: "localhost" });
const { gateway, gate, address, visit, stop } = await startBrowser(demoPolicy(...app.changes));
after(() => (app.stop(), elsewhere.stop(), stop()));
for (const credential of [client.secret, pair.secret, JO.password, SAM.password]) gateway.seen.add(credential);

const allow = (page) => page.getByRole("button", { name: "Allow", exact: true });
const deny = (page) => page.getByRole("button", { name: "Do not allow" });
const back = (page) => page.waitForURL(`${app.callback}?**`);

/** What came to the callback: once, and from no page that the Referer field gives away. */
function came() {
  const [{ referer, ...parameters }, ...more] = app.takeCame();
  assert.deepEqual(more, []);
  assert.equal(referer, `${address}/`);
  if (parameters.code) gateway.seen.add(parameters.code);
  return parameters;
}

/** Whom the origin takes the bearer of a token for. */
async function known({ access_token }) {
  const { received } = (await gate.get("/api/3.0/ping", bearer(access_token))).json;
  return ["subject", "client", "scope"].map((name) => new Map(received.headers).get(`edgegate-${name}`));
}

/** Somebody who is signed in and is asked. */
async function asked(params, options, who = JO) {
  const { page, context, troubles } = await visit(options);
  await page.goto(asking(address, app, params));
  await signIn(page, who);
  await page.getByRole("heading", { name: /^Allow / }).waitFor();
  await noted(gateway, page, context);
  return { page, context, troubles };
}

for (const [who, name, javaScriptEnabled] of [[client, "Demo shop", true], [publicClient, "Demo app", false]]) {
  test(`${name}: its link leads to sign-in, to the question, and back with a code, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
    const { page, context, troubles } = await visit({ javaScriptEnabled });
    const { code_verifier, asked: challenge } = who === client ? { asked: {} } : pkce();
    const state = 'a b&c=d#"é';
    app.link = asking(address, app, { client_id: who.id, scope: "read", state, ...challenge });
    await page.goto(app.url);
    await page.getByRole("link", { name: "Connect" }).click();
    assert.equal(new URL(page.url()).pathname, "/.edgegate/sign-in");
    await signIn(page);
    assert.equal(page.url(), app.link);
    assert.equal(await page.getByRole("heading").innerText(), `Allow ${name}?`);
    assert.deepEqual(await page.getByRole("listitem").allInnerTexts(), ["See bookings and items"]);
    await noted(gateway, page, context);
    await picture(page, `oauth-consent-${who.id.slice(0, 4)}`);
    assert.deepEqual(app.takeCame(), [], "nothing is told to the application before the person has answered");

    await allow(page).click();
    await back(page);
    assert.equal(await page.getByRole("heading").innerText(), "Back at the app");
    const { code, ...more } = came();
    assert.deepEqual(more, { state, iss: ISSUER });
    const fields = { redirect_uri: app.callback, code_verifier };
    const tokens = granted(await exchange(gate, code, fields, { who }));
    assert.deepEqual(await known(tokens), ["1001002", who.id, "read"]);
    // Who began with PKCE can ask once more for an answer that was lost; nobody else can.
    if (code_verifier) assert.equal(granted(await exchange(gate, code, fields, { who })).refresh_token, tokens.refresh_token);
    failed(await exchange(gate, code, { ...fields, code_verifier: code_verifier && "x".repeat(43) }, { who }), 400, "invalid_grant");
    assert.deepEqual(troubles, []);

    // Signed in as one is now, the link leads to the question at once, each time.
    await page.goto(app.url);
    await page.getByRole("link", { name: "Connect" }).click();
    await allow(page).click();
    await back(page);
    assert.notEqual(came().code, code);
  });

  test(`${name}: a person who does not allow it is sent back with that, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
    const { page, troubles } = await asked({ client_id: who.id, state: "s1", ...(who === client ? {} : pkce().asked) }, { javaScriptEnabled });
    await deny(page).click();
    await back(page);
    const { error_description, ...more } = came();
    assert.deepEqual(more, { error: "access_denied", state: "s1", iss: ISSUER });
    assert.match(error_description, /\w/);
    assert.deepEqual(troubles, []);
  });
}

test("the keyboard is enough, without script, and one sees where one is", async () => {
  const { page, context } = await visit({ javaScriptEnabled: false });
  for (const [tabs, name, answer] of [[1, "Allow", "code"], [2, "Do not allow", "error"]]) {
    await page.goto(asking(address, app));
    if (tabs === 1) {
      for (let tab = 0; tab < 9 && (await page.locator("#account:focus").count()) === 0; tab++) await page.keyboard.press("Tab");
      await page.locator("#account:focus").waitFor();
      await page.keyboard.type("jo");
      await page.keyboard.press("Tab");
      await page.keyboard.type(JO.password);
      await page.keyboard.press("Enter");
      await page.waitForURL(asking(address, app));
    }
    await noted(gateway, page, context);
    for (let tab = 0; tab < tabs; tab++) await page.keyboard.press("Tab");
    const focused = page.locator(":focus-visible");
    assert.equal(await focused.innerText(), name);
    assert.match(await focused.evaluate((one) => getComputedStyle(one).outline), /solid 3px/);
    await picture(page, `oauth-focus-${answer}`);
    await page.keyboard.press("Enter");
    await back(page);
    assert.ok(answer in came(), name);
  }
});

test("an application that sends the browser on to a third site is not kept from it by the page's own policy", async () => {
  for (const button of [allow, deny]) {
    const { page, troubles } = await asked();
    app.next = `${elsewhere.url}/signed-in`;
    await button(page).click();
    await page.waitForURL(app.next).finally(() => (app.next = undefined));
    assert.equal(await page.title(), "a site");
    assert.deepEqual(troubles, []);
    came();
  }
});

test("without a client that is known, or an address that it registered, the person is told and sent nowhere", async () => {
  const { page, context } = await asked();
  const anonymous = await visit();
  const addresses = [`${elsewhere.url}/cb`, `${app.callback}/`, `${app.callback}?x=1`, app.callback.replace("127.0.0.1", "localhost"), "javascript:alert(1)"];
  const wrong = [
    [{ client_id: "nobody" }, "is not known to this site"],
    [{ client_id: pair.id }, "is not known to this site"],
    [{ client_id: undefined }, "did not say who it is"],
    ...addresses.map((redirect_uri) => [{ redirect_uri }, "that it has not registered"]),
  ];
  for (const [params, words] of wrong) {
    for (const one of [page, anonymous.page]) {
      const hosts = new Set();
      one.on("request", (request) => hosts.add(new URL(request.url()).host));
      const target = asking(address, app, { state: "s1", ...params });
      const answer = await one.goto(target);
      assert.equal(answer.status(), 400, target);
      assert.equal(one.url(), target);
      assert.equal(await one.getByRole("heading").innerText(), "This application cannot be let in");
      assert.match(await one.getByRole("main").innerText(), new RegExp(`${words}.*not sent anywhere`, "s"));
      assert.equal(await one.locator("form, button").count(), 0);
      assert.deepEqual(await one.locator("a").evaluateAll((links) => links.map((link) => link.getAttribute("href"))), ["/"], "the one way on is home");
      assert.deepEqual([...hosts], [new URL(address).host]);
      one.removeAllListeners("request");
    }
  }
  await picture(page, "oauth-lost");
  assert.deepEqual(app.takeCame(), []);
  assert.ok((await context.cookies()).some(({ name }) => name === "edgegate"), "and is still signed in");
});

test("a wrong request of a known client goes back to it at once, and nobody has to sign in for that", async () => {
  const { page } = await visit();
  const wrong = [
    [{ scope: "admin" }, "invalid_scope"],
    [{ response_type: "token" }, "unsupported_response_type"],
    [{ client_id: publicClient.id }, "invalid_request"],
  ];
  for (const [params, error] of wrong) {
    app.link = asking(address, app, { state: "s1", ...params });
    await page.goto(app.url);
    await page.getByRole("link", { name: "Connect" }).click();
    await back(page);
    const [{ error: told, state, iss, code }] = app.takeCame();
    assert.deepEqual([told, state, iss, code], [error, "s1", ISSUER, undefined]);
  }
});

for (const javaScriptEnabled of [true, false]) {
  test(`somebody else signs in instead, and the question is the same, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
    const { page, context } = await asked({ state: "kept & whole" }, { javaScriptEnabled });
    const question = page.url();
    const [before] = (await context.cookies()).filter(({ name }) => name === "edgegate");
    await page.getByRole("button", { name: "Use another account" }).click();
    assert.equal(new URL(page.url()).pathname, "/.edgegate/sign-in");
    await context.addCookies([before]);
    assert.equal((await page.request.get(`${address}/account/`)).status(), 401, "the first session has ended");
    await context.clearCookies();
    await page.goto(question);
    await signIn(page, SAM);
    assert.equal(page.url(), question);
    assert.match(await page.getByRole("main").innerText(), /Signed in as 1001003/);
    await noted(gateway, page, context);
    await deny(page).click();
    await back(page);
    assert.equal(came().state, "kept & whole");
  });
}

test("a question that was left open counts for nobody else, and not after signing out", async () => {
  const { page, context } = await asked();
  const other = await context.newPage();
  await other.goto(`${address}/.edgegate/sign-out`);
  await other.getByRole("button", { name: "Sign out" }).click();
  await allow(page).click();
  await page.waitForURL(`${address}/.edgegate/sign-in?**`);

  await signIn(page);
  await page.waitForURL(asking(address, app));
  await noted(gateway, page, context);
  await other.goto(`${address}/.edgegate/sign-in`);
  await signIn(other, SAM);
  await other.waitForURL(`${address}/`);
  await Promise.all([page.waitForResponse((answer) => answer.status() === 403), allow(page).click()]);
  assert.deepEqual(app.takeCame(), []);
  await page.goto(asking(address, app));
  await noted(gateway, page, context);
  await allow(page).click();
  await back(page);
  const tokens = granted(await exchange(gate, came().code, { redirect_uri: app.callback }));
  assert.deepEqual(await known(tokens), ["1001003", client.id, "read write"]);
});

theLogHoldsNoCredential(gateway);
