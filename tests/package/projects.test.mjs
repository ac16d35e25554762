// Each answer to "who may see it" as a whole project: written by `edgegate init`, valid without a warning, built, and started in
// workerd before a site. What is guarded is refused without a credential and opens with it; what is open is open.

import assert from "node:assert/strict";
import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import path from "node:path";
import { test } from "node:test";
import { SignJWT } from "jose";
import { verifyAssertion } from "../../demo/origin/assertion.js";
import { CLIENT, gateAsClient } from "../../demo/provider/configuration.mjs";
import { PEOPLE } from "../../demo/origin/people.js";
import { startProvider } from "../../demo/provider/server.mjs";
import { keyFor, startIssuer } from "../e2e/lib/issuer.mjs";
import { startOrigin } from "../e2e/lib/origin.mjs";
import { Visitor } from "../e2e/lib/visitor.mjs";
import { initialised, built, scratch, tool } from "./lib/package.mjs";
import { bundledByWrangler, HOST, running } from "./lib/running.mjs";

const [JO] = PEOPLE;

/** What each answer needs beside the site and the host, where it stands before a real site. */
const PROJECTS = {
  "provider, google": ["--sign-in", "provider", "--preset", "google", "--client-id", "1234.apps.example", "--allow", "*@example.org"],
  "provider, entra": ["--sign-in", "provider", "--preset", "entra", "--client-id", "6e74172b", "--tenant", "aaaabbbb-0000-cccc-1111-dddd2222eeee"],
  "provider, okta": ["--sign-in", "provider", "--preset", "okta", "--issuer", "https://dev-1.okta.com", "--client-id", "0oa1", "--allow", "staff"],
  "provider, auth0": ["--sign-in", "provider", "--preset", "auth0", "--issuer", "https://dev-1.eu.auth0.com/", "--client-id", "a1"],
  "provider, keycloak": ["--sign-in", "provider", "--preset", "keycloak", "--issuer", "https://id.example.org/realms/one", "--client-id", "gate"],
  "provider, cognito": ["--sign-in", "provider", "--preset", "cognito", "--issuer", "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI", "--client-id", "7example", "--allow", "staff"],
  "provider, github": ["--sign-in", "provider", "--preset", "github", "--client-id", "Iv1", "--allow", "583231"],
  "provider, any": ["--sign-in", "provider", "--preset", "any", "--issuer", "https://id.example.org", "--client-id", "gate"],
  password: ["--sign-in", "password"],
  "email-link": ["--sign-in", "email-link"],
  links: ["--sign-in", "links"],
  "single-use-links": ["--sign-in", "single-use-links"],
  tokens: ["--sign-in", "tokens", "--admin", "192.0.2.0/24"],
  oauth: ["--sign-in", "oauth", "--admin", "192.0.2.0/24"],
  "issuer, any": ["--sign-in", "issuer", "--preset", "any", "--issuer", "https://login.example.org/"],
  "issuer, entra": ["--sign-in", "issuer", "--preset", "entra", "--tenant", "aaaabbbb-0000-cccc-1111-dddd2222eeee"],
  "issuer, auth0": ["--sign-in", "issuer", "--preset", "auth0", "--issuer", "https://dev-1.eu.auth0.com/", "--audience", "https://api.example.com"],
  "issuer, cloudflare-access": ["--sign-in", "issuer", "--preset", "cloudflare-access", "--issuer", "https://team.cloudflareaccess.com"],
  "webhook, github": ["--sign-in", "webhook", "--preset", "github"],
  "webhook, stripe": ["--sign-in", "webhook", "--preset", "stripe"],
  "webhook, standard-webhooks": ["--sign-in", "webhook", "--preset", "standard-webhooks"],
  network: ["--sign-in", "network", "--networks", "192.0.2.0/24,2001:db8::/32"],
  none: ["--sign-in", "none"],
  "several paths": ["--sign-in", "password", "--paths", "/members/*,/account,/a/members/*", "--open", "/,/assets/*,/about"],
  "the whole site": ["--sign-in", "password", "--paths", "/*", "--open", "-"],
};

for (const [name, flags] of Object.entries(PROJECTS)) {
  for (const site of [["--origin", "https://origin.example.org"], ["--service", "my-site"], ["--handler"]]) {
    test(`${name}, ${site[0]}: valid, without a warning, with two tests`, async (t) => {
      const folder = path.join(scratch(t), "gate");
      await initialised(folder, ...site, "--host", "gate.example.org", ...flags);
      const { code, stdout, stderr } = tool(["check", "--strict"], { cwd: folder });
      assert.equal(code, 0, stderr);
      assert.match(stdout, /2 tests passed: no problem$/m);
      built(folder);
    });
  }
}

test("a provider: a visitor signs in there and comes back", async (t) => {
  const site = await startOrigin();
  const provider = await startProvider({ port: 0, gates: [`http://${HOST}`], configure: (usual) => ({ ...usual, clients: [gateAsClient([`http://${HOST}`], "corp")] }) });
  t.after(() => (site.stop(), provider.stop()));
  const flags = ["--sign-in", "provider", "--preset", "any", "--issuer", provider.url, "--client-id", CLIENT.id, "--allow", "*@example.org"];
  const { gate, vars } = await running(t, { origin: site.url, flags, filled: { CORP_SECRET: CLIENT.secret } });
  assert.ok(vars.EDGEGATE_SEAL_KEY.length >= 43);
  await isRefused(gate, "/members/page", 401);
  await isOpen(gate, "/assets/app.css");
  assert.deepEqual(site.take().map(({ url }) => url), ["/assets/app.css"]);
  const page = await new Visitor(gate).enter("/members/page?a=1", JO);
  assert.equal(page.status, 200, page.text);
  const [seen] = site.take();
  assert.deepEqual([seen.url, seen.fields["x-user-email"], seen.fields["edgegate-subject"]], ["/members/page?a=1", JO.email, JO.subject]);
});

/** A site that knows Jo's password, and who asks. `key()`: the value of the assertion key. */
function siteWithPasswords(key) {
  return startOrigin(async (request, response, body) => {
    if (request.url !== "/check-password") return response.end(JSON.stringify({ url: request.url }));
    const isGateway = await verifyAssertion(request.headers["edgegate-assertion"], body, key());
    const { account, password } = JSON.parse(body);
    const isRight = isGateway && account === JO.user_name && password === JO.password;
    response.writeHead(isRight ? 200 : 401, { "content-type": "application/json" }).end(JSON.stringify(isRight ? { subject: JO.subject } : {}));
  });
}

test("a password: the site is asked, with proof that the gateway asks", async (t) => {
  let key;
  const site = await siteWithPasswords(() => key);
  t.after(site.stop);
  const { gate, vars } = await running(t, { origin: site.url, flags: ["--sign-in", "password"] });
  key = vars.EDGEGATE_ASSERTION_KEY;
  await isRefused(gate, "/members/page", 401);
  await isOpen(gate, "/");
  const visitor = new Visitor(gate);
  const form = await visitor.go("/.edgegate/sign-in?next=/members/page");
  assert.equal(form.forms.length, 1, form.text);
  assert.equal((await visitor.submit(form, { account: JO.user_name, password: "wrong" })).url.pathname, "/.edgegate/sign-in");
  site.take();
  const page = await visitor.submit(form, { account: JO.user_name, password: JO.password });
  assert.equal(page.status, 200, page.text);
  assert.equal(site.take().at(-1).fields["edgegate-subject"], JO.subject);
});

test("a link by e-mail: the site sends it, and its button signs in once", async (t) => {
  const site = await startOrigin((request, response) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ subject: JO.subject })));
  t.after(site.stop);
  const { gate } = await running(t, { origin: site.url, flags: ["--sign-in", "email-link"] });
  await isRefused(gate, "/members/page", 401);
  await isOpen(gate, "/");
  const visitor = new Visitor(gate);
  site.take();
  await visitor.submit(await visitor.go("/.edgegate/email-link?next=/members/page"), { email: JO.email });
  const { url } = JSON.parse(site.take()[0].body);
  const button = await visitor.go(url);
  assert.deepEqual(site.take(), [], "opening the link alone uses nothing up");
  const page = await visitor.submit(button);
  assert.equal(page.status, 200, page.text);
  const last = site.take().at(-1);
  assert.deepEqual([last.url, last.fields["x-user-email"]], ["/members/page", JO.email]);
  await new Visitor(gate).submit(button);
  assert.deepEqual(site.take(), [], "it works once");
});

test("signed links: one of the tool opens, and a changed one does not", async (t) => {
  const site = await startOrigin();
  t.after(site.stop);
  const { gate, folder } = await running(t, { origin: site.url, flags: ["--sign-in", "links"] });
  await isRefused(gate, "/downloads/a.pdf", 403);
  await isOpen(gate, "/");
  const link = signed(folder, "/downloads/a.pdf?v=2");
  for (let times = 0; times < 2; times++) assert.equal((await gate.get(link)).status, 200);
  await isRefused(gate, link.replace("v=2", "v=3"), 403);
});

test("single-use links: one of the tool opens once", async (t) => {
  const site = await startOrigin();
  t.after(site.stop);
  const { gate, folder } = await running(t, { origin: site.url, flags: ["--sign-in", "single-use-links"] });
  await isRefused(gate, "/downloads/a.pdf", 403);
  await isOpen(gate, "/");
  const link = signed(folder, "/downloads/a.pdf");
  assert.equal((await gate.get(link)).status, 200);
  await isRefused(gate, link, 403);
});

test("tokens: the admin API mints one, and registers a program with id and secret", async (t) => {
  const site = await startOrigin();
  t.after(site.stop);
  const { gate, vars } = await running(t, { origin: site.url, flags: ["--sign-in", "tokens", "--open", "/assets/*"] });
  await isRefused(gate, "/api/orders", 401);
  await isOpen(gate, "/assets/app.css");
  const key = vars.EDGEGATE_ADMIN_KEY;
  const { access_token: token } = await gate.admin("token", { subject: JO.subject }, { key });
  assert.equal((await gate.get("/api/orders", { authorization: `Bearer ${token}` })).status, 200);
  await isRefused(gate, "/api/orders", 401, { authorization: `Bearer ${token.slice(0, -1)}` });
  const client = await gate.admin("client/add", { kind: "token-pair", name: "Booking" }, { key });
  const pair = Buffer.from(`${client.client_id}:${client.client_secret}`).toString("base64");
  assert.equal((await gate.get("/api/orders", { authorization: `Basic ${pair}` })).status, 200);
});

test("OAuth clients: a person allows one something, and its token opens that", async (t) => {
  let key;
  const site = await siteWithPasswords(() => key);
  t.after(site.stop);
  const { gate, vars } = await running(t, { origin: site.url, flags: ["--sign-in", "oauth", "--open", "/assets/*"] });
  key = vars.EDGEGATE_ASSERTION_KEY;
  await isRefused(gate, "/api/orders", 401);
  await isOpen(gate, "/assets/app.css");
  const callback = "https://app.example.org/callback";
  const client = await gate.admin("client/add", { kind: "confidential", name: "Shop", redirect_uris: [callback], scope: ["read"] }, { key: vars.EDGEGATE_ADMIN_KEY });
  const verifier = randomBytes(32).toString("base64url");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const query = new URLSearchParams({ response_type: "code", client_id: client.client_id, redirect_uri: callback, scope: "read", state: "s", code_challenge: challenge, code_challenge_method: "S256" });
  const visitor = new Visitor(gate);
  const consent = await visitor.submit(await visitor.go(`/oauth/authorize?${query}`), { account: JO.user_name, password: JO.password });
  const { to } = await visitor.submit(consent, { decision: "allow" }, { until: (url) => url.href.startsWith(callback) });
  assert.ok(to, consent.text);
  const pair = Buffer.from(`${client.client_id}:${client.client_secret}`).toString("base64");
  const form = new URLSearchParams({ grant_type: "authorization_code", code: to.searchParams.get("code"), redirect_uri: callback, code_verifier: verifier });
  const { access_token: token } = (await gate.form("/oauth/token", form.toString(), { authorization: `Basic ${pair}` })).json;
  site.take();
  assert.equal((await gate.get("/api/orders", { authorization: `Bearer ${token}` })).status, 200);
  const [seen] = site.take();
  assert.deepEqual([seen.fields["edgegate-subject"], seen.fields["edgegate-client"]], [JO.subject, client.client_id]);
});

test("webhooks: what the sender signed is delivered", async (t) => {
  const site = await startOrigin();
  t.after(site.stop);
  const { gate, vars } = await running(t, { origin: site.url, flags: ["--sign-in", "webhook", "--preset", "github", "--open", "/assets/*"] });
  assert.ok(vars.GITHUB_WEBHOOK_SECRET.length >= 43, "GitHub lets one choose: init made a value");
  const body = JSON.stringify({ action: "opened" });
  await isOpen(gate, "/assets/app.css");
  const sign = (key) => ({ "x-hub-signature-256": `sha256=${createHmac("sha256", key).update(body).digest("hex")}`, "content-type": "application/json" });
  assert.equal((await gate.post("/hooks/github", body)).status, 403);
  assert.equal((await gate.post("/hooks/github", body, sign("another-key-0123456789"))).status, 403);
  site.take();
  assert.equal((await gate.post("/hooks/github", body, sign(vars.GITHUB_WEBHOOK_SECRET))).status, 200);
  assert.equal(site.take()[0].body.toString(), body);
});

test("another issuer's tokens: its JWT opens, for this audience alone", async (t) => {
  const site = await startOrigin();
  const key = await keyFor("RS256");
  const issuer = await startIssuer({ "/keys": { keys: [key.jwk] } });
  t.after(() => (site.stop(), issuer.stop()));
  const flags = ["--sign-in", "issuer", "--preset", "any", "--issuer", issuer.url, "--jwks", "/keys", "--audience", "https://api.example.org", "--open", "/assets/*"];
  const { gate } = await running(t, { origin: site.url, flags });
  const token = (aud) => new SignJWT({ iss: issuer.url, aud, sub: JO.subject, jti: randomUUID() }).setProtectedHeader({ alg: key.alg, kid: key.kid, typ: "at+jwt" }).setIssuedAt().setExpirationTime("10m").sign(key.privateKey);
  await isRefused(gate, "/api/orders", 401);
  await isOpen(gate, "/assets/app.css");
  site.take();
  assert.equal((await gate.get("/api/orders", { authorization: `Bearer ${await token("https://api.example.org")}` })).status, 200);
  assert.equal(site.take()[0].fields["edgegate-subject"], JO.subject);
  await isRefused(gate, "/api/orders", 401, { authorization: `Bearer ${await token("https://other.example.org")}` });
});

test("another Worker behind it: it is asked under the gateway's own address", async (t) => {
  const behind = 'export default { fetch: (request) => Response.json({ url: request.url, route: request.headers.get("edgegate-route") }) };';
  const { gate, folder } = await running(t, { flags: ["--service", "my-site", "--sign-in", "links"], behind });
  await isRefused(gate, "/downloads/a", 403);
  await isOpen(gate, "/");
  assert.deepEqual((await gate.get(signed(folder, "/downloads/a?b=1"))).json, { url: `http://${HOST}/downloads/a?b=1`, route: "downloads" });
});

test("an application in the gateway's own Worker: wrangler bundles both, and it is told who is there", async (t) => {
  const { gate, vars } = await running(t, { flags: ["--handler", "--sign-in", "tokens", "--open", "/assets/*"], bundled: bundledByWrangler });
  await isRefused(gate, "/api/orders", 401);
  assert.deepEqual((await gate.get("/assets/a.css")).json.identity.kind, "nobody");
  const { access_token: token } = await gate.admin("token", { subject: JO.subject }, { key: vars.EDGEGATE_ADMIN_KEY });
  const { path: asked, identity } = (await gate.get("/api/orders?a=1", { authorization: `Bearer ${token}` })).json;
  assert.deepEqual([asked, identity.subject, identity.route], ["/api/orders", JO.subject, "api"]);
});

async function isRefused(gate, target, status, headers) {
  const answer = await gate.get(target, headers);
  assert.equal(answer.status, status, answer.text);
  assert.ok(answer.requestId, `it was the gateway that refused: ${answer.text}`);
}

async function isOpen(gate, target) {
  const answer = await gate.get(target);
  assert.equal(answer.status, 200, answer.text);
}

/** By the tool, with the key that init made. */
function signed(folder, target) {
  const { code, stdout, stderr } = tool(["link", "sign", `http://${HOST}${target}`, "--expires", "1h"], { cwd: folder });
  assert.equal(code, 0, stderr);
  return stdout.trim().slice(`http://${HOST}`.length);
}
