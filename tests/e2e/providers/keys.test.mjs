// The provider's keys change while people sign in: with a new one the gate learns it by itself; with an old one nobody gets in.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { SignJWT } from "jose";
import { refused, status } from "../lib/expect.mjs";
import { startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { ALICE, startHostile } from "../lib/hostile-provider.mjs";
import { JO, policyWith, secrets, startProvider } from "../lib/provider.mjs";
import { Visitor } from "../lib/visitor.mjs";

const provider = await startProvider();
const hostile = await startHostile();
const gateway = await startGateway({ gate: { policy: policyWith(provider.url), secrets }, other: { policy: policyWith(hostile.url), secrets } });
const { gate, other } = gateway;
after(() => (provider.stop(), hostile.stop(), gateway.stop()));

test("a key that is replaced in the middle of a sign-in is fetched, once", async () => {
  status(await new Visitor(gate).enter("/inside/", JO), 200);
  provider.count();
  status(await new Visitor(gate).enter("/inside/", JO), 200);
  assert.equal(provider.count("/jwks"), 0, "keys are remembered");

  await gate.faults({ clock: 120 }); // the bound of how often keys are asked for is over
  const browser = new Visitor(gate);
  const form = await browser.go("/inside/a?b=1");
  await provider.replaceKey();
  provider.count();
  const page = await browser.signIn(form, JO);
  status(page, 200);
  assert.equal(page.url.search, "?b=1");
  assert.equal(provider.count("/jwks"), 1);
  await gate.faults();
});

test("what the old key signs after that is refused", async () => {
  hostile.bend.idToken = (claims, header) => new SignJWT(claims).setProtectedHeader(header).sign(hostile.other.privateKey);
  const page = await new Visitor(other).go("/inside/");
  await refused(page, page.status, "jwt_signature");
  hostile.straighten();
  status(await new Visitor(other).go("/inside/"), 200);
});

test("tokens with keys that nobody knows do not have the keys fetched each time", async () => {
  hostile.bend.header = (header) => ({ ...header, kid: `made-up-${Math.random()}` });
  hostile.take();
  const pages = await Promise.all(Array.from({ length: 20 }, () => new Visitor(other).go("/inside/")));
  for (const page of pages) await refused(page, page.status, "jwt_key_unknown");
  const fetched = hostile.take().filter(({ url }) => url === "/jwks").length;
  assert.ok(fetched <= 3, `${fetched} fetches`);
  hostile.straighten();
});

theLogHoldsNoCredential(gateway, { subjects: [JO.subject, ALICE.sub, ALICE.email] });
