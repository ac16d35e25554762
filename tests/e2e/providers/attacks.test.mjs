// Attacks on the way of an authorization code (RFC 9700, OpenID Connect Core section 16), each by its name: none of them signs
// anybody in, and none leads anybody elsewhere.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { startHostile } from "../lib/hostile-provider.mjs";
import { inside, JO, provided, SAM, secrets, startProvider } from "../lib/provider.mjs";
import { Visitor } from "../lib/visitor.mjs";

const provider = await startProvider({ par: "off" });
const evil = await startHostile();
const policy = demoPolicy(
  provided(provider.url),
  provided(evil.url, { label: "Evil", secret: "EVIL_SECRET" }, "evil"),
  inside(),
  inside({ name: "wild", providers: ["evil"] }),
);
const gateway = await startGateway({ gate: { policy, secrets: { ...secrets, EVIL_SECRET: "evil-secret-0123456789abcdef0123" } } });
const { gate } = gateway;
after(() => (provider.stop(), evil.stop(), gateway.stop()));

const CALLBACK = "/.edgegate/callback/corp";
const atCallback = (url) => url.pathname.startsWith("/.edgegate/callback/");
const isSignedIn = (browser) => browser.jar.some(({ name }) => /^(?:__Host-)?edgegate$/.test(name));

/** A browser that is about to come back from the provider: where to. */
async function pending(person = JO, address = "/inside/", browser = new Visitor(gate)) {
  const { to } = await browser.signIn(await browser.go(address), person, { until: atCallback });
  return { browser, to };
}

async function keptOut(browser, address, reason) {
  const page = await browser.go(address);
  assert.ok(page.status >= 400 && page.status < 500, `${page.status}`);
  if (reason) await refused(page, page.status, reason);
  assert.ok(!isSignedIn(browser));
  return page;
}

test("CSRF on the callback: an attacker's answer in a victim's browser signs the victim in as nobody", async () => {
  const { to } = await pending(SAM);
  const victim = new Visitor(gate);
  await keptOut(victim, to.href, "broker_browser");
  // One that is on its own way to the provider is sent there again, for itself.
  const other = new Visitor(gate);
  await other.go("/inside/", { until: (url) => url.origin === provider.url });
  const page = await other.go(to.href);
  assert.equal(page.url.origin, provider.url);
  assert.ok(!isSignedIn(other));
  await other.signIn(page, JO);
  assert.equal(forwarded(await other.ask("/inside/")).fields.get("edgegate-subject"), JO.subject);
});

test("CSRF on the callback: without state, with a made-up one, with one of another errand", async () => {
  const { browser, to } = await pending();
  const code = to.searchParams.get("code");
  for (const state of [undefined, "", "x", `${to.searchParams.get("state")}A`, to.searchParams.get("state").slice(0, -2)]) {
    const query = new URLSearchParams({ code, iss: provider.url, ...(state !== undefined && { state }) });
    await keptOut(browser, `${CALLBACK}?${query}`);
  }
});

test("code injection: a stolen code in the attacker's own errand is refused by PKCE and nonce", async () => {
  const stolen = (await pending(JO)).to.searchParams.get("code");
  const { browser, to } = await pending(SAM);
  to.searchParams.set("code", stolen);
  const page = await keptOut(browser, to.href);
  assert.match(page.text, /\/\.edgegate\/sign-in/);
});

test("a replayed state: the second answer to one errand is refused, whatever its code", async () => {
  const { browser, to } = await pending(JO);
  status(await browser.go(to.href), 200);
  const session = browser.cookie("edgegate");
  const { to: other } = await pending(SAM, "/inside/", new Visitor(gate));
  const mixed = new URL(to);
  mixed.searchParams.set("code", other.searchParams.get("code"));
  const page = await browser.go(mixed.href);
  assert.equal(browser.cookie("edgegate"), session, "the session is another one now");
  assert.ok([200, 403].includes(page.status));
  const fresh = new Visitor(gate);
  fresh.jar = browser.jar.filter(({ name }) => !["edgegate", "XSRF-TOKEN", "edgegate-signed-in"].includes(name));
  await keptOut(fresh, to.href, "provider_replayed");
});

test("the nonce of another browser: an id_token that was made for it is refused", async () => {
  const victim = new Visitor(gate);
  await victim.go("/wild/", { until: atCallback });
  const [nonce] = [...evil.codes.values()].map((asked) => asked.nonce);
  evil.bend.claims = (claims) => ({ ...claims, nonce });
  const attacker = new Visitor(gate);
  const page = await attacker.go("/wild/");
  evil.straighten();
  await refused(page, 403, "id_token_invalid");
  assert.ok(!isSignedIn(attacker));
});

test("mix-up: the answer of one provider at the callback of another is refused, and no code is sent to the wrong one", async () => {
  // The honest provider's answer, brought to the callback of the evil one.
  const { browser, to } = await pending();
  evil.took.length = 0;
  await keptOut(browser, to.href.replace("/callback/corp", "/callback/evil"));
  assert.equal(evil.took.length, 0, "the honest code was sent to the evil provider");
  // An errand to the evil one, answered as if by the honest one.
  const other = new Visitor(gate);
  const { to: errand } = await other.go("/wild/", { until: atCallback });
  errand.searchParams.set("iss", provider.url);
  provider.count();
  await keptOut(other, errand.href, "provider_answer");
  errand.pathname = CALLBACK;
  await keptOut(other, errand.href);
  assert.equal(provider.count("/token"), 0);
});

test("the issuer of another tenant: iss in the answer is compared byte for byte", async () => {
  for (const iss of [`${provider.url}/`, `${provider.url}/tenant`, provider.url.toUpperCase(), "", "https://evil.example"]) {
    const { browser, to } = await pending();
    to.searchParams.set("iss", iss);
    await keptOut(browser, to.href, "provider_answer");
  }
});

test("open redirect by next: it stays an address of this site, in every spelling", async () => {
  const foreign = ["https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "/%5Cevil.example", "javascript:alert(1)", "https:evil.example", "/\t/evil.example", "///evil.example", "http://127.0.0.1:8787@evil.example/", "/.edgegate/callback/corp?code=a&state=b", "\n//evil.example"];
  for (const next of foreign) {
    const browser = new Visitor(gate);
    const form = await browser.go(`/.edgegate/sign-in?provider=corp&next=${encodeURIComponent(next)}`);
    if (form.url.origin !== provider.url) {
      assert.ok(form.status >= 400 || form.url.host === gate.host, next);
      continue;
    }
    const { to } = await browser.signIn(form, JO, { until: atCallback });
    const back = await browser.go(to.href, { follow: false });
    const location = new URL(back.header("location") ?? "/", `http://${gate.host}`);
    assert.equal(location.host, gate.host, `${JSON.stringify(next)} leads to ${location}`);
  }
});

test("session fixation: a session that the browser brought is not the one that it is signed in with", async () => {
  const attacker = new Visitor(gate);
  await attacker.enter("/inside/", SAM);
  const planted = attacker.cookie("edgegate");
  const victim = new Visitor(gate);
  victim.jar.push({ name: "edgegate", value: planted, host: "127.0.0.1", path: "/", sameSite: "lax" });
  await victim.enter("/.edgegate/sign-in?provider=corp&next=%2Finside%2F", JO);
  assert.notEqual(victim.cookie("edgegate"), planted);
  assert.equal(forwarded(await victim.ask("/inside/")).fields.get("edgegate-subject"), JO.subject);
  const left = await gate.get("/inside/", { cookie: `edgegate=${planted}` });
  assert.ok(left.status === 401 || left.echo.fields.get("edgegate-subject") === SAM.subject);
});

test("session fixation: an errand cookie that an attacker planted does not bind the victim to the attacker's errand", async () => {
  const { browser, to } = await pending(SAM);
  const victim = new Visitor(gate);
  const { value } = browser.jar.find(({ name }) => /edgegate-broker/.test(name));
  // What a sibling host could set, without the __Host- prefix and for all paths: on loopback there is no prefix.
  victim.jar.push({ name: "edgegate-broker", value: `${value.slice(0, -3)}AAA`, host: "127.0.0.1", path: "/", sameSite: "lax" });
  await keptOut(victim, to.href);
});

test("duplicate parameters of an answer are refused: two readers could take different ones", async () => {
  for (const name of ["code", "state", "iss", "error"]) {
    const { browser, to } = await pending();
    if (name === "error") to.searchParams.append("error", "access_denied");
    to.searchParams.append(name, to.searchParams.get(name) ?? "x");
    await keptOut(browser, to.href);
  }
});

test("code and error together are no code", async () => {
  const { browser, to } = await pending();
  to.searchParams.set("error", "access_denied");
  await keptOut(browser, to.href);
});

test("an answer with a session of the password page or an API token does not become a provider's", async () => {
  const { access_token } = await gate.admin("token", { subject: JO.subject });
  await refused(await gate.get("/inside/", { authorization: `Bearer ${access_token}` }), 401, "credential_missing").catch(async () => status(await gate.get("/inside/", { authorization: `Bearer ${access_token}` }), 401));
  const form = await gate.form("/.edgegate/sign-in", `account=jo&password=${encodeURIComponent(JO.password)}&next=%2Faccount%2F`);
  const cookie = /^[^;]+/.exec(form.cookies[0])[0];
  await refused(await gate.get("/inside/", { cookie }), 401, "session_provider");
});

test("a session of one provider does not open the route of another", async () => {
  const browser = new Visitor(gate);
  await browser.enter("/inside/", JO);
  await refused(await browser.ask("/wild/"), 401, "session_provider");
});

test("garbage at the callback costs no storage and asks no provider", async () => {
  provider.count();
  await gate.take();
  for (const query of ["", "?code=a", "?state=a", "?code=a&state=b", `?code=a&state=ege_seal-1_${"A".repeat(80)}`, `?error=x&state=${"A".repeat(1000)}`]) {
    const answer = await gate.get(`${CALLBACK}${query}`, { accept: "text/html" });
    assert.ok(answer.status >= 400 && answer.status < 500, query);
  }
  const { kv, ledger } = await gate.take();
  assert.deepEqual({ kv, ledger, asked: provider.count() }, { kv: 0, ledger: 0, asked: 0 });
});

theLogHoldsNoCredential(gateway, { subjects: [JO.subject, SAM.subject, JO.email] });
