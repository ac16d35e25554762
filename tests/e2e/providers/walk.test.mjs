// The ordinary way: a page's visitor is sent to the provider, signs in there, and comes back to the very address; the origin
// learns who it is. A program is told where people sign in.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { inside, JO, policyWith, provided, said, SAM, secrets, startProvider } from "../lib/provider.mjs";
import { Visitor } from "../lib/visitor.mjs";

const provider = await startProvider();
const partner = await startProvider({ name: "partner" });
const both = demoPolicy(
  provided(provider.url, { domain: ["example.org"] }),
  provided(partner.url, { label: "The partner & sons", domain: ["partner.example"], secret: "PARTNER_SECRET" }, "partner"),
  inside({ providers: ["corp", "partner"] }),
);
const crew = inside({ name: "crew", more: 'require = { groups = ["staff"] }' });
const gateway = await startGateway({
  gate: { policy: policyWith(provider.url) + crew, secrets },
  several: { policy: both, secrets: { ...secrets, PARTNER_SECRET: secrets.CORP_SECRET } },
});
const { gate, several } = gateway;
after(() => (provider.stop(), partner.stop(), gateway.stop()));

test("to the provider with state, nonce and PKCE, and back to the very address, query included", async () => {
  const browser = new Visitor(gate);
  const address = "/inside/a%20b/?x=1&&y=%zz&x=%C3%A9+2";
  const sent = await browser.go(address, { follow: false });
  status(sent, 303);
  const to = new URL(sent.header("location"));
  assert.equal(`${to.origin}${to.pathname}`, `${provider.url}/auth`);
  assert.equal(sent.header("cache-control"), "no-store");
  assert.ok(to.searchParams.has("request_uri"), "the provider takes pushed requests");

  const page = await browser.enter(address, JO);
  status(page, 200);
  assert.equal(page.url.pathname + page.url.search, address);
  assert.equal(browser.trail.at(-2).url.split("?")[0], `http://${gate.host}/.edgegate/callback/corp`);
  assert.equal(browser.trail.at(-2).status, 303);
});

test("the origin learns e-mail, name and groups, and no cookie of the gate's", async () => {
  for (const [person, groups] of [[JO, "members,staff"], [SAM, "members"]]) {
    const browser = new Visitor(gate);
    await browser.enter("/inside/", person);
    const { fields } = forwarded(await browser.ask("/inside/who", { "x-user-email": "forged@example.org", "x-user-groups": "root" }));
    assert.equal(fields.get("edgegate-subject"), person.subject);
    assert.equal(said(fields, "x-user-email"), person.email);
    assert.equal(said(fields, "x-user-name"), person.name);
    assert.equal(said(fields, "x-user-groups").replaceAll(" ", ""), groups);
    assert.doesNotMatch(fields.get("cookie") ?? "", /edgegate/);
  }
});

test("a group opens a route to those who are in it, and to nobody else", async () => {
  const jo = new Visitor(gate);
  status(await jo.enter("/crew/", JO), 200);
  const sam = new Visitor(gate);
  const page = await sam.enter("/crew/", SAM);
  await refused(page, 403, "rule_not_met");
  status(await sam.go("/inside/"), 200);
});

test("a program gets 401 and the address where people sign in; nothing is asked of the provider", async () => {
  provider.count();
  const page = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
  for (const headers of [{ accept: "application/json" }, { accept: "*/*" }, { ...page, "sec-fetch-mode": "cors" }, { ...page, "sec-fetch-dest": "image" }, { ...page, "sec-fetch-dest": "iframe" }, { ...page, "sec-purpose": "prefetch" }]) {
    const answer = await gate.get("/inside/a?b=1", headers);
    await refused(answer, 401, "credential_missing");
    assert.match(answer.header("www-authenticate"), /^Cookie realm="edgegate", form-action="\/\.edgegate\/sign-in"$/, JSON.stringify(headers));
    assert.deepEqual(answer.cookies, []);
  }
  status(await gate.form("/inside/", "a=b", page), 401);
  assert.equal(provider.count(), 0);
});

test("one session opens every page, and the provider is not asked again", async () => {
  const browser = new Visitor(gate);
  await browser.enter("/inside/", JO);
  provider.count();
  await gate.take();
  for (let n = 0; n < 5; n++) forwarded(await browser.ask(`/inside/${n}`));
  assert.equal(provider.count(), 0);
  assert.equal((await gate.take()).ledger, 0, "a request with a session asks no Ledger");
});

test("one sign-in writes two records and asks the Ledger thrice, at most; between callback and page nobody else is asked", async () => {
  const browser = new Visitor(gate);
  const form = await browser.go("/inside/");
  await gate.take();
  provider.count();
  await browser.signIn(form, JO);
  const { kv, ledger } = await gate.take();
  assert.ok(kv <= 4 && ledger <= 3, `${kv} operations of KV, ${ledger} of the Ledger`);
  assert.equal(provider.count("/token"), 1);
});

test("where several could sign somebody in, a page asks which; an e-mail address or a click picks one", async () => {
  const browser = new Visitor(several);
  const choice = await browser.go("/inside/a?b=1");
  status(choice, 200);
  assert.equal(choice.url.pathname, "/.edgegate/sign-in");
  assert.match(choice.text, /Example Corp/);
  assert.match(choice.text, /The partner &(amp|#38); sons/);

  const straight = await browser.go("/.edgegate/sign-in?provider=partner&next=%2Finside%2Fa%3Fb%3D1", { until: (url) => url.origin === partner.url });
  assert.equal(straight.to.origin, partner.url);
  const page = await browser.enter("/.edgegate/sign-in?provider=partner&next=%2Finside%2Fa%3Fb%3D1", JO);
  assert.equal(page.url.pathname + page.url.search, "/inside/a?b=1");
  status(page, 200);
});

test("login_hint reaches the provider", async () => {
  const form = await new Visitor(gate).go("/.edgegate/sign-in?provider=corp&next=%2Finside%2F&login_hint=sam%40example.org");
  assert.match(form.text, /value="sam@example\.org"/);
});

test("a provider that the policy does not know is nobody's, and /.edgegate/callback for it neither", async () => {
  const browser = new Visitor(gate);
  assert.equal((await browser.go("/.edgegate/sign-in?provider=nobody&next=%2Finside%2F")).url.host, gate.host);
  assert.equal((await browser.go("/.edgegate/callback/nobody?code=a&state=b")).status, 404);
});

theLogHoldsNoCredential(gateway, { subjects: [JO.subject, SAM.subject, JO.email, SAM.email, JO.name] });
