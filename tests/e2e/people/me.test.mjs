// What a person has, on the running gate: the page, its buttons, and the operator's one command.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, root, startGateway, strictRoute, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { html, urlencoded } from "../lib/luminate.mjs";
import { bearer, client, exchange, signIn as signInAt, tokensFor } from "../lib/oauth.mjs";

const policy = demoPolicy(["[oauth]\n", '[oauth]\nremember_consent = "1h"\n'], strictRoute("session", "bearer"));
const gateway = await startGateway({ gate: { policy }, other: { policy, sharing: "gate" } });
const { gate, other } = gateway;
const entry = await gateway.entry(); // it tells the gateway the client's address, as the platform's edge does
after(() => (entry.close(), gateway.stop()));

const SAM = { user_name: "sam", password: "staple battery horse correct" };
const FIREFOX = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "cf-connecting-ip": "203.0.113.7" };
const own = { ...html, origin: "http://127.0.0.1:8787" };
gateway.seen.add(SAM.password);

/** Signs in at the page: a Cookie field. */
async function signIn(account, password) {
  const answer = await gate.form("/.edgegate/sign-in", urlencoded({ account, password }), { ...own, ...FIREFOX });
  status(answer, 303);
  const [cookie] = answer.cookies[0].split(";");
  gateway.seen.add(cookie.split("=")[1]);
  return cookie;
}
const jo = () => signIn("jo", "correct horse battery staple");
const page = async (cookie, query = "") => {
  const answer = await gate.get(`/.edgegate/me${query}`, { ...html, cookie });
  status(answer, 200);
  for (const [, token] of answer.text.matchAll(/name="token" value="([^"]+)"/g)) gateway.seen.add(token);
  return answer;
};
/** What the forms of a page post that end such a thing. */
function forms(text, end) {
  const all = [...text.matchAll(/<form method="post" action="\/\.edgegate\/me">(.*?)<\/form>/gs)].map(([, form]) =>
    Object.fromEntries([...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value])),
  );
  return all.filter((form) => form.end === end);
}
const press = (cookie, form, headers = {}) => gate.form("/.edgegate/me", urlencoded(form), { ...own, cookie, ...headers });
const strict = (cookie) => other.get("/strict/", { cookie });

test("a person sees sessions and applications, and nothing may keep or frame that", async () => {
  const [here, there] = [await jo(), await jo()];
  await tokensFor(gate, here);
  const answer = await page(here);
  assert.equal(answer.header("cache-control"), "no-store");
  assert.match(answer.header("content-security-policy"), /default-src 'none'.*form-action 'self'.*frame-ancestors 'none'/);
  assert.match(answer.text, /Signed in as <b><bdi>1001002<\/bdi><\/b>/);
  assert.match(answer.text, /<bdi>Firefox, Linux<\/bdi><\/dd><dt>Network<\/dt><dd><bdi>203\.0\.113\.7<\/bdi><\/dd><dt>Since<\/dt><dd><bdi>\d{4}-\d\d-\d\d \d\d:\d\d UTC<\/bdi><\/dd><dt>Signed in with<\/dt><dd><bdi>Password<\/bdi>/);
  assert.match(answer.text, /<b><bdi>Demo shop<\/bdi><\/b>/);
  assert.ok(!answer.text.includes("<script"));
  for (const cookie of [here, there]) assert.ok(!answer.text.includes(cookie.split("=")[1]), "a session is not shown to its page");
});

test("a button ends another session, at once where a route is strict", async () => {
  const [here, there] = [await jo(), await jo()];
  const before = forms((await page(here)).text, "session");
  forwarded(await strict(there));
  for (const form of before) {
    const answer = await press(here, form);
    status(answer, 303);
    assert.equal(answer.header("location"), "/.edgegate/me?done=session");
  }
  await refused(await strict(there), 401, "session_revoked");
  forwarded(await strict(here));
  assert.match((await page(here, "?done=session")).text, /role="status">It was ended\./);
});

test("a button takes an application's access away, and it has to ask again", async () => {
  const cookie = await jo();
  const tokens = await tokensFor(gate, cookie, { prompt: "consent" });
  const ask = () => gate.get(`/oauth/?${urlencoded({ response_type: "code", client_id: client.id, redirect_uri: "http://127.0.0.1:8788/cb" })}`, { ...html, cookie });
  const silent = await ask();
  status(silent, 302);
  const code = new URL(silent.header("location")).searchParams.get("code");
  gateway.seen.add(code);
  const second = (await exchange(gate, code)).json;
  gateway.seen.add(second.access_token).add(second.refresh_token);
  forwarded(await other.get("/strict/", bearer(second.access_token)));
  for (const form of forms((await page(cookie)).text, "application")) status(await press(cookie, form), 303);
  for (const { access_token } of [tokens, second]) await refused(await other.get("/strict/", bearer(access_token)), 401, "token_revoked");
  assert.equal(forms((await page(cookie)).text, "application").length, 0);
});

test("what others send ends nothing", async () => {
  const [here, there] = [await jo(), await jo()];
  const [form] = forms((await page(here)).text, "everywhere");
  for (const headers of [{ origin: "http://evil.example" }, { "sec-fetch-site": "cross-site" }]) await refused(await press(here, form, headers), 403, "cross_site");
  await refused(await press(there, form), 403, "cross_site");
  await refused(await press(here, { end: "everywhere" }), 403, "cross_site");
  for (const cookie of [here, there]) forwarded(await strict(cookie));
});

test("signed out everywhere", async () => {
  const [here, there] = [await jo(), await jo()];
  const sam = await signIn("sam", SAM.password);
  const answer = await press(here, forms((await page(here)).text, "everywhere")[0]);
  status(answer, 200);
  assert.match(answer.text, /You are signed out\./);
  assert.ok(answer.cookies.some((cookie) => /^edgegate=; .*Max-Age=0/.test(cookie)));
  for (const cookie of [here, there]) await refused(await strict(cookie), 401, "session_revoked");
  forwarded(await strict(sam));
  const gone = await gate.get("/.edgegate/me", { ...html, cookie: here });
  status(gone, 303);
  assert.equal(gone.header("location"), "/.edgegate/sign-in?next=%2F.edgegate%2Fme");
});

test("offboarding is one command for sessions and one for grants", async () => {
  const built = execFileSync("cargo", ["build", "-q", "--locked", "--bin", "edgegate", "--message-format=json"], { cwd: root, encoding: "utf8", maxBuffer: 64 << 20, stdio: ["ignore", "pipe", "inherit"] });
  const program = built.split("\n").filter(Boolean).map((line) => JSON.parse(line)).findLast(({ executable }) => executable).executable;
  const edgegate = (line) => {
    const args = [...line.split(" "), "--gateway", `http://127.0.0.1:${entry.port}`, "--policy", "demo/edgegate.toml"];
    return execFileSync(program, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  };
  const [page, partner] = [await signIn("sam", SAM.password), await signInAt(gate, SAM)];
  const jos = await jo();
  const { access_token } = await tokensFor(gate, partner, { prompt: "consent" });
  for (const cookie of [page, partner, jos]) forwarded(await strict(cookie));
  const list = JSON.parse(edgegate("session list --subject 1001003 --json"));
  assert.ok(list.sessions.length >= 2 && list.sessions.some(({ program }) => program === "Firefox"), JSON.stringify(list));
  assert.match(edgegate("grant list --subject 1001003"), /Demo shop/);
  const { ended } = JSON.parse(edgegate("session revoke --subject 1001003 --no-wait --json"));
  assert.equal(ended, list.sessions.length);
  for (const cookie of [page, partner]) await refused(await strict(cookie), 401, "session_revoked");
  forwarded(await other.get("/strict/", bearer(access_token)));
  assert.match(edgegate("grant revoke --subject 1001003 --no-wait"), /^1 grant ended/m);
  await refused(await other.get("/strict/", bearer(access_token)), 401, "token_revoked");
  assert.match(edgegate("session list --subject 1001003"), /There is no session of this person\./);
  forwarded(await strict(jos));
});

theLogHoldsNoCredential(gateway);
