// The provider ends sessions here (OpenID Connect Back-Channel Logout), and a person who signs out here may sign out there
// (RP-Initiated Logout).

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { SignJWT } from "jose";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { ALICE, startHostile, unsigned } from "../lib/hostile-provider.mjs";
import { JO, policyWith, secrets, startProvider } from "../lib/provider.mjs";
import { now } from "../lib/sign.mjs";
import { Visitor } from "../lib/visitor.mjs";

const EVENT = "http://schemas.openid.net/event/backchannel-logout";
// The honest one calls the gate's own port, which is known when that runs.
let port;
const provider = await startProvider({ configure: (usual) => ({ ...usual, fetch: (url, { dispatcher, ...init }) => fetch(url.replace("127.0.0.1:8787", `127.0.0.1:${port}`), init) }) });
const hostile = await startHostile();
const gateway = await startGateway({ gate: { policy: policyWith(provider.url), secrets }, other: { policy: policyWith(hostile.url), secrets } });
const { gate, other } = gateway;
// The entry Worker, since fetch says the Host that it connects to.
const entry = await gateway.entry();
port = entry.port;
after(() => (provider.stop(), hostile.stop(), entry.close(), gateway.stop()));

/** A browser that the other provider signed in, in a session of that provider's. */
async function alice(sid) {
  hostile.bend.claims = (claims) => ({ ...claims, sid });
  const browser = new Visitor(other);
  status(await browser.go("/inside/"), 200);
  hostile.straighten();
  return browser;
}

/** A logout token of the other provider. */
function logoutToken(claims = {}, header = {}, key = hostile.key) {
  const usual = { iss: hostile.url, aud: "edgegate", iat: now(), exp: now() + 120, jti: crypto.randomUUID(), sub: ALICE.sub, events: { [EVENT]: {} } };
  return new SignJWT(JSON.parse(JSON.stringify({ ...usual, ...claims }))).setProtectedHeader({ alg: "RS256", kid: key.kid, typ: "logout+jwt", ...header }).sign(key.privateKey);
}
const post = (token, more = {}) => other.form("/.edgegate/logout/corp", new URLSearchParams({ logout_token: token, ...more }).toString());

test("a person who signs out at the provider is signed out here", async () => {
  const browser = new Visitor(gate);
  await browser.enter("/inside/", JO);
  forwarded(await browser.ask("/inside/"));
  const asked = await browser.go(`${provider.url}/session/end`);
  await browser.submit(asked, { logout: "yes" });
  status(await browser.ask("/inside/"), 401);
});

test("by subject all sessions of that person end, by sid one, by both the one", async () => {
  const [first, second, third] = [await alice("sid-1"), await alice("sid-2"), await alice("sid-3")];
  const answer = await post(await logoutToken({ sub: undefined, sid: "sid-1" }));
  status(answer, 200);
  assert.equal(answer.header("cache-control"), "no-store");
  status(await first.ask("/inside/"), 401);
  forwarded(await second.ask("/inside/"));
  status(await post(await logoutToken({ sid: "sid-2" })), 200);
  status(await second.ask("/inside/"), 401);
  forwarded(await third.ask("/inside/"));
  status(await post(await logoutToken({ sub: "somebody-else" })), 200);
  forwarded(await third.ask("/inside/"));
  status(await post(await logoutToken()), 200);
  status(await third.ask("/inside/"), 401);
});

test("who signs in again after that is signed in", async () => {
  const before = await alice("sid-4");
  status(await post(await logoutToken()), 200);
  status(await before.ask("/inside/"), 401);
  const again = await alice("sid-5");
  forwarded(await again.ask("/inside/"));
});

test("what is no logout token of this provider for this gate ends nothing", async () => {
  const browser = await alice("sid-6");
  const stranger = { ...hostile.other };
  const wrong = {
    "another key": await logoutToken({}, {}, stranger),
    "another audience": await logoutToken({ aud: "another" }),
    "another issuer": await logoutToken({ iss: "https://evil.example" }),
    "expired": await logoutToken({ iat: now() - 600, exp: now() - 300 }),
    "with a nonce, as an id_token has": await logoutToken({ nonce: "n" }),
    "without events": await logoutToken({ events: undefined }),
    "with another event": await logoutToken({ events: { "http://schemas.openid.net/event/other": {} } }),
    "with an event that is no object": await logoutToken({ events: { [EVENT]: true } }),
    "without sub and sid": await logoutToken({ sub: undefined }),
    "without jti": await logoutToken({ jti: undefined }),
    "without iat": await logoutToken({ iat: undefined }),
    "unsigned": unsigned({ iss: hostile.url, aud: "edgegate", iat: now(), exp: now() + 120, jti: "j", sub: ALICE.sub, events: { [EVENT]: {} } }),
    "signed with what everybody can read": await new SignJWT({ iss: hostile.url, aud: "edgegate", iat: now(), exp: now() + 120, jti: "j2", sub: ALICE.sub, events: { [EVENT]: {} } }).setProtectedHeader({ alg: "HS256", kid: hostile.key.kid }).sign(new TextEncoder().encode(JSON.stringify(hostile.key.jwk))),
    "no token": "x",
  };
  for (const [what, token] of Object.entries(wrong)) {
    const answer = await post(token);
    assert.equal(answer.status, 400, what);
    assert.equal(answer.header("cache-control"), "no-store", what);
    assert.equal(answer.json.error, "invalid_request", what);
  }
  status(await other.form("/.edgegate/logout/corp", "a=b"), 400);
  status(await other.form("/.edgegate/logout/nobody", `logout_token=${await logoutToken()}`), 404);
  status(await other.get("/.edgegate/logout/corp"), 405);
  forwarded(await browser.ask("/inside/"));
});

test("a logout token works once: somebody who signed in since is not thrown out by a copy", async () => {
  const token = await logoutToken();
  status(await post(token), 200);
  const browser = await alice("sid-7");
  assert.equal((await post(token)).status, 400);
  forwarded(await browser.ask("/inside/"));
});

test("signing out here ends the session, and leads to the provider, who ends its own and leads back", async () => {
  const browser = new Visitor(gate);
  await browser.enter("/inside/", JO);
  const page = await browser.go("/.edgegate/sign-out");
  const next = await browser.submit(page);
  status(await browser.ask("/inside/"), 401);
  const [, href] = /href="([^"]*\/session\/end[^"]*)"/.exec(next.text) ?? [undefined, next.url.origin === provider.url ? next.url.href : assert.fail(`no way to sign out there: ${next.text.slice(-800)}`)];
  const asked = next.url.origin === provider.url ? next : await browser.go(href.replaceAll("&amp;", "&").replaceAll("&#38;", "&"));
  assert.match(asked.text, /Sign out of the demo provider\?/);
  const back = await browser.submit(asked, { logout: "yes" });
  assert.equal(back.url.pathname, "/.edgegate/sign-out");
  assert.match((await browser.go("/inside/")).text, /Sign in at the demo provider/, "the provider asks again");
});

theLogHoldsNoCredential(gateway, { subjects: [JO.subject, ALICE.sub, ALICE.email] });
