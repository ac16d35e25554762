// Signing in by a link that comes by e-mail: the operator's own service sends it, and it works once, by a button.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { startOrigin } from "../lib/origin.mjs";
import { Visitor } from "../lib/visitor.mjs";

let answer = (question) => (question.email.endsWith("@example.org") ? [200, { subject: "1001002", name: "Jo Example" }] : [404, {}]);
const mail = await startOrigin((_, response, body) => {
  const [status, said] = answer(JSON.parse(body));
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(said));
});
// No provider is for these addresses: it would be asked in place of a link.
const policy = demoPolicy(['domain = ["example.org"]\n', ""], `
[origins.mail]
url = "${mail.url}"

[email_link]
origin = "mail"
path = "/send-link"
key = "assertion"

[[routes]]
name = "post"
path = "/post/*"
accept = ["session"]
require = { email = ["*@example.org"] }
headers = { X-User-Email = "email" }
forward = { origin = "demo" }
`);
const alone = policy.replace('[sign_in]\norigin = "demo"\npath = "/check-password"\nkey = "assertion"', "")
  .replace(/# Luminate's [^]*?(?=# What senders)/, "")
  .replace(/\[\[routes\]\]\nname = "site"[^]*?(?=\[\[routes\]\])/, "")
  .replaceAll(/"superoffice-\w+"/g, '"bearer"');
const gateway = await startGateway({ gate: { policy }, alone: { policy: alone } });
const { gate } = gateway;
after(() => (mail.stop(), gateway.stop()));

const asked = () => mail.take().map(({ body }) => JSON.parse(body));
let people = 0;
const address = () => `jo${people++}@example.org`;

/** Asks for a link, and returns the one that was sent. */
async function sent(browser, email, next = "/post/a?b=1") {
  asked();
  const page = await browser.go(`/.edgegate/email-link?next=${encodeURIComponent(next)}`);
  status(await browser.submit(page, { email }), 200);
  const [question, ...more] = asked();
  assert.deepEqual(more, []);
  gateway.seen.add(new URL(question.url).searchParams.get("link"));
  return question;
}

test("a link signs its holder in, by its button, and leads to the address that was wanted", async () => {
  const [browser, elsewhere] = [new Visitor(gate), new Visitor(gate)];
  const email = address();
  const { url, expires, email: to } = await sent(browser, email);
  assert.equal(to, email);
  assert.ok(Math.abs(expires - Date.now() / 1000 - 900) < 5);
  // On another device than the one that asked: mail is read where it is read.
  const page = await elsewhere.go(url);
  status(page, 200);
  assert.match(page.text, new RegExp(email));
  assert.ok(!elsewhere.jar.some(({ name }) => name === "edgegate"), "opening the link uses nothing up");
  const arrived = await elsewhere.submit(page);
  status(arrived, 200);
  assert.equal(arrived.url.pathname + arrived.url.search, "/post/a?b=1");
  const { fields } = forwarded(await elsewhere.ask("/post/who"));
  assert.equal(fields.get("edgegate-subject"), "1001002");
  assert.equal(fields.get("x-user-email"), email);
});

test("it works once; a scanner that opens or looks ahead uses nothing up", async () => {
  const browser = new Visitor(gate);
  const { url } = await sent(browser, address());
  for (const headers of [{}, { "sec-purpose": "prefetch" }]) status(await gate.get(new URL(url).pathname + new URL(url).search, headers), 200);
  const page = await browser.go(url);
  await browser.submit(page);
  await refused(await browser.submit(page, {}, { follow: false }), 403, "nonce_replayed");
  await refused(await new Visitor(gate).go(url.replace(/link=egn_seal-1_...../, "link=egn_seal-1_AAAAA")), 403, "nonce_forged");
});

test("it needs no password check beside it", async () => {
  const browser = new Visitor(gateway.alone);
  const { url } = await sent(browser, address());
  status(await browser.submit(await browser.go(url)), 200);
});

test("the link leads to the gateway's own address, whatever host was asked", async () => {
  asked();
  const fields = { "content-type": "application/x-www-form-urlencoded", accept: "text/html" };
  status(await gate.request("POST", "/.edgegate/sign-in", { host: "localhost:8787", headers: fields, body: `email=${encodeURIComponent(address())}` }), 200);
  const [{ url }] = asked();
  gateway.seen.add(new URL(url).searchParams.get("link"));
  assert.equal(new URL(url).origin, "http://127.0.0.1:8787");
});

test("the page says the same whether the address is known or not", async () => {
  const browser = new Visitor(gate);
  const form = async () => browser.go("/.edgegate/email-link?next=%2F");
  const emails = [address(), "nobody@elsewhere.example"];
  const pages = [];
  for (const email of emails) pages.push(await browser.submit(await form(), { email }));
  const [known, unknown] = pages.map(({ status, text }, at) => `${status} ${text.replaceAll(emails[at], "…")}`);
  assert.equal(known, unknown);
});

test("an address gets one link a minute, whoever asks", async () => {
  const email = address();
  await sent(new Visitor(gate), email);
  const again = new Visitor(gate);
  for (const spelling of [email, email.toUpperCase().replace("EXAMPLE.ORG", "example.org")]) {
    status(await again.submit(await again.go("/.edgegate/email-link?next=%2F"), { email: spelling }), 200);
  }
  assert.deepEqual(asked(), []);
});

test("another site cannot have links sent, and what is no address is none", async () => {
  const headers = { "content-type": "application/x-www-form-urlencoded", origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  await refused(await gate.post("/.edgegate/sign-in", "email=jo%40example.org", headers), 403, "cross_site");
  const browser = new Visitor(gate);
  for (const email of ["jo", "a@b@example.org", "jo@", '"<script>alert(1)</script>"']) {
    const page = await browser.submit(await browser.go("/.edgegate/email-link?next=%2F"), { email });
    status(page, 200);
    assert.equal(page.forms[0].fields.email, "", "it asks again");
    assert.ok(!page.text.includes("<script>alert"));
  }
  assert.deepEqual(asked(), []);
});

test("a service that fails is said, and signs nobody in", async () => {
  const usual = answer;
  for (const said of [[500, {}], [200, {}], [200, { subject: "" }], [200, { subject: "a b" }], [302, {}]]) {
    answer = () => said;
    const browser = new Visitor(gate);
    const page = await browser.submit(await browser.go("/.edgegate/email-link?next=%2F"), { email: address() });
    await refused(page, 503, "password_check_unavailable");
    const [{ url }] = asked();
    gateway.seen.add(new URL(url).searchParams.get("link"));
    await refused(await browser.go(url), 403, "nonce_unknown");
  }
  answer = usual;
});

test("the way leads to no other site", async () => {
  for (const next of ["https://evil.example/", "//evil.example", "/\\evil.example"]) {
    const browser = new Visitor(gate);
    const { url } = await sent(browser, address(), next);
    const arrived = await browser.submit(await browser.go(url), {}, { follow: false });
    assert.equal(arrived.header("location"), "/");
  }
});

theLogHoldsNoCredential(gateway);
