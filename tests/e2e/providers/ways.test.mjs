// What providers differ in: how the answer comes back, pushed requests, who says which issuer, how the gate proves that it is
// the client, what signs, where the claims stand, and plain OAuth 2.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { startGithub } from "../lib/github.mjs";
import { inside, JO, policyWith, provided, said, secrets, startProvider } from "../lib/provider.mjs";
import { Visitor } from "../lib/visitor.mjs";

/** Each way: the provider's options, the keys of the policy. */
const ways = {
  formPost: [{}, { response_mode: "form_post" }],
  formPostElsewhere: [{ host: "localhost" }, { response_mode: "form_post" }],
  noPar: [{ par: "off" }, {}],
  parRequired: [{ par: "required" }, {}],
  noIss: [{ iss: false }, {}],
  post: [{ auth: "client_secret_post" }, { client_auth: "post" }],
  privateKey: [{ auth: "private_key_jwt" }, { client_auth: "private_key_jwt", key: "id-1", secret: undefined }],
  pkceAlone: [{ auth: "none" }, { secret: undefined }],
  es256: [{ alg: "ES256" }, {}],
  ps256: [{ alg: "PS256" }, { algorithms: ["PS256"] }],
  eddsa: [{ alg: "EdDSA" }, { algorithms: ["EdDSA"] }],
  userinfo: [{ configure: (usual) => ({ ...usual, conformIdTokenClaims: true }) }, { userinfo: true }],
};
const providers = {};
for (const [name, [options]] of Object.entries(ways)) providers[name] = await startProvider(options);
const github = await startGithub();
const gates = Object.fromEntries(Object.entries(ways).map(([name, [, keys]]) => [name, { policy: policyWith(providers[name].url, keys), secrets }]));
const gateway = await startGateway({
  ...gates,
  strictAlg: { policy: policyWith(providers.ps256.url), secrets },
  github: { policy: demoPolicy(provided(github.url, { ...github.keys, preset: "github", scope: undefined }), inside({})), secrets },
  github2: { policy: demoPolicy(provided(github.url, { ...github.keys, scope: ["read:user"], subject: "id" }), inside({})), secrets },
});
after(() => (Object.values(providers).forEach((one) => one.stop()), github.stop(), gateway.stop()));

for (const name of Object.keys(ways)) {
  test(`${name}: signs in and knows the person`, async () => {
    const browser = new Visitor(gateway[name]);
    const page = await browser.enter("/inside/a?b=1", JO);
    status(page, 200);
    assert.equal(page.url.pathname + page.url.search, "/inside/a?b=1");
    const { fields } = forwarded(await browser.ask("/inside/"));
    assert.deepEqual([fields.get("edgegate-subject"), said(fields, "x-user-email"), said(fields, "x-user-name")], [JO.subject, JO.email, JO.name]);
  });
}

test("form_post: the answer is taken although no cookie comes with it from another site, and stands in no history", async () => {
  const browser = new Visitor(gateway.formPostElsewhere);
  await browser.enter("/inside/", JO);
  const posted = browser.trail.findIndex(({ method, url }) => method === "POST" && url.includes("/.edgegate/callback/corp"));
  assert.ok(posted > 0);
  assert.equal(browser.trail[posted].status, 303);
  assert.match(browser.trail[posted + 1].url, /\/\.edgegate\/callback\/corp\?/);
});

test("PAR: the browser carries the client and the reference alone", async () => {
  const browser = new Visitor(gateway.parRequired);
  const sent = await browser.go("/inside/", { follow: false });
  assert.deepEqual([...new URL(sent.header("location")).searchParams.keys()].sort(), ["client_id", "request_uri"]);
  assert.ok(!sent.header("location").includes("ege_"), "the state does not travel with it");
});

test("without PAR everything stands in the address, PKCE by S256", async () => {
  const { searchParams } = new URL((await new Visitor(gateway.noPar).go("/inside/", { follow: false })).header("location"));
  assert.deepEqual(Object.fromEntries(["response_type", "client_id", "code_challenge_method", "scope"].map((name) => [name, searchParams.get(name)])), {
    response_type: "code", client_id: "edgegate", code_challenge_method: "S256", scope: "openid email profile groups",
  });
  assert.match(searchParams.get("redirect_uri"), /^http:\/\/127\.0\.0\.1:8787\/\.edgegate\/callback\/corp$/);
  for (const name of ["state", "nonce", "code_challenge"]) assert.ok(searchParams.get(name).length >= 43, name);
});

test("a provider that names its issuer has to do so in its answer; one that does not need not", async () => {
  const browser = new Visitor(gateway.post);
  const form = await browser.go("/inside/");
  const back = await browser.signIn(form, JO, { until: (url) => url.pathname.startsWith("/.edgegate/callback/") });
  back.to.searchParams.delete("iss");
  await refused(await browser.go(back.to.href), 403, "provider_answer");
});

test("an algorithm that the policy does not name is refused, however good the signature", async () => {
  const page = await new Visitor(gateway.strictAlg).enter("/inside/", JO);
  await refused(page, page.status, "jwt_algorithm");
});

test("claims that only userinfo has are asked for once, when somebody signs in", async () => {
  const browser = new Visitor(gateway.userinfo);
  providers.userinfo.count();
  await browser.enter("/inside/", JO);
  forwarded(await browser.ask("/inside/"));
  assert.equal(providers.userinfo.count("/me"), 1);
});

test("GitHub: the number is the subject, the verified address the e-mail; an error with status 200 is one", async () => {
  const browser = new Visitor(gateway.github);
  status(await browser.go("/inside/a?b=1"), 200);
  assert.equal(browser.trail.at(-1).url, "http://127.0.0.1:8787/inside/a?b=1");
  const { fields } = forwarded(await browser.ask("/inside/"));
  assert.deepEqual([fields.get("edgegate-subject"), said(fields, "x-user-email"), said(fields, "x-user-name")], ["583231", "octocat@example.com", "The Octocat"]);
  assert.ok(github.agents.every((agent) => agent), "GitHub answers nobody without a User-Agent");
  github.emails[0].verified = false;
  const other = new Visitor(gateway.github);
  await other.go("/inside/");
  assert.equal(said(forwarded(await other.ask("/inside/")).fields, "x-user-email"), undefined, "an unverified e-mail is none");
  github.fails = true;
  await refused(await new Visitor(gateway.github).go("/inside/"), 403, "provider_refused");
  github.fails = false;
  github.emails[0].verified = true;
});

test("plain OAuth 2 without a preset: the public e-mail of the profile is not verified, so it is none", async () => {
  const browser = new Visitor(gateway.github2);
  status(await browser.go("/inside/"), 200);
  const { fields } = forwarded(await browser.ask("/inside/"));
  assert.deepEqual([fields.get("edgegate-subject"), said(fields, "x-user-email"), said(fields, "x-user-name")], ["583231", undefined, "The Octocat"]);
});

theLogHoldsNoCredential(gateway, { subjects: [JO.subject, JO.email, "octocat"] });
