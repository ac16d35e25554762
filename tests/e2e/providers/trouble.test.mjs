// A provider that cancels, errs, is slow or is gone: who is signed in stays so and does not notice, who is not is told on a
// page with a way back; nothing opens.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { broken, JO, policyWith, SAM, secrets, startProvider } from "../lib/provider.mjs";
import { DISCOVERY } from "../lib/hostile-provider.mjs";
import { Visitor } from "../lib/visitor.mjs";

const provider = await startProvider();
// A gate of its own for what an isolate remembers of a provider: its document and keys.
const policy = policyWith(provider.url);
const names = ["gate", "fresh", "keyless", "silent", "large", "wrong", "secretless"];
const gateway = await startGateway(Object.fromEntries(names.map((name) => [name, { policy, secrets: name === "wrong" ? { CORP_SECRET: "another-secret-0123456789abcdef" } : name === "secretless" ? {} : secrets }])));
const { gate } = gateway;
after(() => (provider.stop(), gateway.stop()));

const isSignedIn = (browser) => browser.jar.some(({ name }) => /^(?:__Host-)?edgegate$/.test(name));

/** The answer is a page that says what happened, and leads on. */
async function told(page, code, reason, next = "%2Finside%2F") {
  await refused(page, code, reason);
  assert.match(page.header("content-type"), /^text\/html/);
  assert.match(page.text, /Example Corp/, "it names the provider");
  assert.match(page.text, new RegExp(`/\\.edgegate/sign-in\\?[^"]*next=${next}`), "it leads on to where the person wanted to go");
}

/** With what is wrong at these paths. */
async function during(trouble, work) {
  Object.assign(provider.trouble, trouble);
  try {
    return await work();
  } finally {
    for (const path of Object.keys(trouble)) delete provider.trouble[path];
  }
}

test("who cancels is told, signed in nowhere, and may try again", async () => {
  const browser = new Visitor(gate);
  const page = await browser.submit(await browser.go("/inside/"), { decision: "cancel" });
  await told(page, 403, "provider_denied");
  assert.ok(!isSignedIn(browser));
  status(await browser.enter("/inside/", JO), 200);
});

test("errors of an authorization answer are told, each by its kind, and nothing of their text becomes markup", async () => {
  for (const error of ["access_denied", "login_required", "interaction_required", "invalid_scope", "server_error", "temporarily_unavailable", "<script>alert(1)</script>"]) {
    const browser = new Visitor(gate);
    const sent = await browser.go("/inside/", { until: (url) => url.pathname.startsWith("/sign-in/") });
    const { state } = await stateOf(browser, sent);
    const query = new URLSearchParams({ error, error_description: "<b>Call 0900 12345</b>", state, iss: provider.url });
    const page = await browser.go(`/.edgegate/callback/corp?${query}`);
    assert.ok([403, 503].includes(page.status), `${error}: ${page.status}`);
    assert.ok(!page.text.includes("<b>Call") && !page.text.includes("<script>alert"), error);
    assert.ok(!page.text.includes("0900"), "a stranger's words stand on the gate's page");
    assert.ok(!isSignedIn(browser));
  }
});

/** The state of a browser that is at the provider's form: what the provider will send back. */
async function stateOf(browser, at) {
  const form = await browser.go(at.to.href);
  const back = await browser.submit(form, { decision: "cancel" }, { until: (url) => url.pathname === "/.edgegate/callback/corp" });
  return { state: back.to.searchParams.get("state") };
}

test("the token endpoint is down, silent, out of order, or says nonsense: 503 and a page, and the next try works", async () => {
  for (const [says, trouble] of [["down", broken.down], ["500", broken.failing], ["nonsense", broken.saying(200, ["x"])], ["5 MB", broken.large]]) {
    const browser = new Visitor(gate);
    const page = await during({ "/token": trouble }, () => browser.enter("/inside/", JO));
    await told(page, 503, "provider_unavailable").catch((error) => assert.fail(`${says}: ${error.message}`));
    assert.ok(!isSignedIn(browser), says);
    status(await browser.go("/inside/"), 200);
  }
});

test("a token endpoint that answers late is waited for, but not for ever", async () => {
  const browser = new Visitor(gate);
  status(await during({ "/token": broken.late(1000) }, () => browser.enter("/inside/", JO)), 200);
  const other = new Visitor(gate);
  const begun = performance.now();
  const page = await during({ "/token": broken.silent }, () => other.enter("/inside/", SAM));
  await told(page, 503, "provider_unavailable");
  assert.ok(performance.now() - begun < 9000);
});

test("a code that the provider does not take is no sign-in", async () => {
  const browser = new Visitor(gate);
  const page = await during({ "/token": broken.saying(400, { error: "invalid_grant" }) }, () => browser.enter("/inside/", JO));
  await told(page, 403, "provider_refused");
  assert.ok(!isSignedIn(browser));
});

test("a secret that the provider does not know, or that is not there, is the operator's to mend", async () => {
  const page = await new Visitor(gateway.wrong).go("/inside/"); // it pushes its request, and says there who it is
  await told(page, 503, "provider_client");
  assert.ok(!page.text.includes("another-secret"));
  const other = await new Visitor(gateway.secretless).go("/inside/");
  status(other, 503);
});

test("where discovery fails, who has no session is told at once, and who has one does not notice", async () => {
  const { fresh } = gateway;
  const living = new Visitor(fresh);
  await living.enter("/inside/", JO);
  for (const [name, trouble] of [["keyless", broken.failing], ["silent", broken.silent], ["large", broken.large]]) {
    await during({ [DISCOVERY]: trouble, "/request": broken.down, "/token": broken.down, "/jwks": broken.down }, async () => {
      await told(await new Visitor(gateway[name]).go("/inside/"), 503, "provider_unavailable");
      forwarded(await living.ask("/inside/"));
    });
    status(await new Visitor(gateway[name]).enter("/inside/", JO), 200);
  }
});

test("PAR that fails is told before the browser leaves", async () => {
  const page = await during({ "/request": broken.failing }, () => new Visitor(gate).go("/inside/"));
  await told(page, 503, "provider_unavailable");
});

test("keys that cannot be had are no reason to believe", async () => {
  const { keyless } = gateway;
  await provider.replaceKey(); // which no isolate knows yet
  const page = await during({ "/jwks": broken.down }, () => new Visitor(keyless).enter("/inside/", JO));
  assert.ok([503, 403].includes(page.status), `${page.status}`);
  assert.ok(!page.echo);
});

theLogHoldsNoCredential(gateway, { subjects: [JO.subject, SAM.subject, JO.email] });
