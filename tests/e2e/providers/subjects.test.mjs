// Whose a subject is: one of a provider is never one of this gateway, nor of another provider, on whatever way it travels.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { bearer, introspect, refresh, tokensFor } from "../lib/oauth.mjs";
import { inside, JO, provided, SAM, secrets, startProvider } from "../lib/provider.mjs";
import { Visitor } from "../lib/visitor.mjs";

const provider = await startProvider();
const gateway = await startGateway({ gate: { policy: demoPolicy(provided(provider.url), inside()), secrets } });
const { gate } = gateway;
after(() => (provider.stop(), gateway.stop()));

const claimsOf = (jwt) => JSON.parse(Buffer.from(jwt.split(".")[1], "base64url"));

test("what a provider's person allows an application says whose subject it is, after a refresh too", async () => {
  const browser = new Visitor(gate);
  status(await browser.enter("/inside/", JO), 200);
  const cookie = browser.cookiesFor(new URL(`http://${gate.host}/oauth/`));
  const first = await tokensFor(gate, cookie);
  const second = (await refresh(gate, first.refresh_token)).json;
  for (const { access_token, refresh_token } of [first, second]) gateway.seen.add(access_token).add(refresh_token);
  const { fields } = forwarded(await gate.get("/me/", bearer(second.access_token)));
  assert.equal(fields.get("edgegate-subject"), JO.subject);
  assert.equal(fields.get("edgegate-issuer"), provider.url);
  assert.equal(claimsOf(fields.get("edgegate-jwt")).token_issuer, provider.url);
  const told = await introspect(gate, second.access_token);
  const members = told.json ?? told;
  assert.equal(members.sub, JO.subject);
  assert.equal(members.subject_issuer, provider.url);
});

test("the same number by a password is this gateway's own", async () => {
  const browser = new Visitor(gate);
  await gate.form("/.edgegate/sign-in", new URLSearchParams({ account: "sam", password: SAM.password }).toString(), { origin: `http://${gate.host}` }).then((answer) => {
    for (const cookie of answer.cookies) browser.jar.push({ name: cookie.split("=")[0], value: /=([^;]*)/.exec(cookie)[1], host: "127.0.0.1", path: "/", sameSite: "lax" });
  });
  const { access_token, refresh_token } = await tokensFor(gate, browser.cookiesFor(new URL(`http://${gate.host}/oauth/`)));
  gateway.seen.add(access_token).add(refresh_token);
  const { fields } = forwarded(await gate.get("/me/", bearer(access_token)));
  assert.equal(fields.get("edgegate-subject"), SAM.subject);
  assert.equal(fields.get("edgegate-issuer"), undefined);
});

theLogHoldsNoCredential(gateway);
