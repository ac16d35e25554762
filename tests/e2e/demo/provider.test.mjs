// The demo's provider, as an ordinary client meets it: openid-client from npm, unmodified, and a browser without script.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import * as oidc from "openid-client";
import { CLIENT } from "../../../demo/provider/configuration.mjs";
import { HOST } from "../lib/client.mjs";
import { JO, SAM, startProvider } from "../lib/provider.mjs";
import { Visitor } from "../lib/visitor.mjs";

const provider = await startProvider({ name: "demo" });
const plain = await startProvider({ name: "demo", iss: false, par: "off", rotate: false });
after(() => (provider.stop(), plain.stop()));

const CALLBACK = `http://${HOST}/.edgegate/callback/demo`;
const nobody = { host: HOST, seen: new Set() };
const config = await oidc.discovery(new URL(provider.url), CLIENT.id, CLIENT.secret, undefined, { execute: [oidc.allowInsecureRequests] });

/** Goes to the provider, and stops where it would come back to the gate. */
async function errand(browser, asked = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
  const to = oidc.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK, scope: "openid email profile groups", state: checks.expectedState, nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256", ...asked,
  });
  const page = await browser.go(to.href, { until });
  return { page, checks };
}
const until = (url) => url.host === HOST;

async function signedIn(person, browser = new Visitor(nobody)) {
  const { page, checks } = await errand(browser);
  const { to } = page.to ? page : await browser.signIn(page, person, { until });
  return { tokens: await oidc.authorizationCodeGrant(config, to, checks), to, browser };
}

test("jo and sam sign in, with their names and groups in the id_token and in userinfo", async () => {
  for (const [person, groups] of [[JO, ["members", "staff"]], [SAM, ["members"]]]) {
    const { tokens, to } = await signedIn(person);
    const claims = tokens.claims();
    const { sub, name, email, email_verified } = claims;
    assert.deepEqual({ sub, name, email, email_verified, groups: claims.groups }, { sub: person.subject, name: person.name, email: person.email, email_verified: true, groups });
    assert.equal(typeof claims.sid, "string");
    assert.equal(to.searchParams.get("iss"), provider.url);
    assert.deepEqual((await oidc.fetchUserInfo(config, tokens.access_token, sub)).groups, groups);
  }
});

test("who has signed in is not asked again; a wrong password is; Cancel says so to the client", async () => {
  const { browser } = await signedIn(JO);
  assert.ok((await errand(browser)).page.to, "no form is shown");
  const other = new Visitor(nobody);
  const { page } = await errand(other, { login_hint: "jo@example.org" });
  assert.match(page.text, /value="jo@example.org"/);
  const again = await other.submit(page, { account: "jo", password: "wrong", decision: "sign-in" });
  assert.equal(again.status, 422);
  assert.match(again.text, /role="alert"[^]*do not belong together/);
  const cancelled = await other.submit(again, { decision: "cancel" }, { until });
  assert.equal(cancelled.to.searchParams.get("error"), "access_denied");
  assert.ok(cancelled.to.searchParams.get("state"));
});

test("a refresh token is replaced when it is used, and is no use when its person has left", async () => {
  const { tokens } = await signedIn(SAM);
  const next = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  assert.notEqual(next.refresh_token, tokens.refresh_token);
  provider.remove(SAM);
  await assert.rejects(oidc.refreshTokenGrant(config, next.refresh_token), { error: "invalid_grant" });
  provider.people.push(SAM);
});

test("a pushed request is taken", async () => {
  const browser = new Visitor(nobody);
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const to = await oidc.buildAuthorizationUrlWithPAR(config, { redirect_uri: CALLBACK, scope: "openid", state, code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256" });
  assert.deepEqual([...to.searchParams.keys()].sort(), ["client_id", "request_uri"]);
  const back = await browser.signIn(await browser.go(to.href, { until }), JO, { until });
  assert.equal(back.to.searchParams.get("state"), state);
});

test("without RFC 9207 and PAR neither discovery nor the answer has them", async () => {
  const document = await (await fetch(`${plain.url}/.well-known/openid-configuration`)).json();
  assert.equal(document.authorization_response_iss_parameter_supported, undefined);
  assert.equal(document.pushed_authorization_request_endpoint, undefined);
  const browser = new Visitor(nobody);
  const asked = new URLSearchParams({ client_id: CLIENT.id, response_type: "code", scope: "openid", redirect_uri: CALLBACK, state: "s" });
  const back = await browser.signIn(await browser.go(`${plain.url}/auth?${asked}`, { until }), JO, { until });
  assert.deepEqual([...back.to.searchParams.keys()], ["code", "state"]);
});

test("signing out there asks first, and ends the sign-in", async () => {
  const { browser, tokens } = await signedIn(JO);
  const asked = await browser.go(`${provider.url}/session/end?${new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: `http://${HOST}/.edgegate/sign-out` })}`);
  assert.match(asked.text, /Sign out of the demo provider\?/);
  const gone = await browser.submit(asked, { logout: "yes" }, { until });
  assert.equal(gone.to.pathname, "/.edgegate/sign-out");
  assert.equal((await errand(browser)).page.to, undefined, "the form is shown again");
});

test("keys are replaced while it runs", async () => {
  const kids = async () => (await (await fetch(`${plain.url}/jwks`)).json()).keys.map(({ kid }) => kid);
  const before = await kids();
  await plain.replaceKey();
  const now = await kids();
  assert.equal(now.length, 1);
  assert.ok(!before.includes(now[0]));
});
