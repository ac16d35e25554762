// What the origin gets of a call: who calls, and every byte but the credentials. Query, urlencoded body, cookies, path.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, test } from "node:test";
import { forwarded } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { ADMINISTRATOR, COMMON, CR, FROM, SAM, SR, call, cookieOf, login, refusedCall, serverCall, urlencoded, visitor } from "../lib/luminate.mjs";
import { startOrigin } from "../lib/origin.mjs";

const origin = await startOrigin();
const policy = demoPolicy(
  ['redirects = ["127.0.0.1:8787", "127.0.0.1:8788"]', 'redirects = ["127.0.0.1:8787", "127.0.0.1:8788"]\nno_auth = ["getLoginUrl", "login", "loginTest", "logout", "singleSignOn", "authenticateUser", "listUserFields", "getTeamsByInfo"]'],
  ['[[routes]]\nname = "site"', `[origins.web]\nurl = "${origin.url}/base"\n[[routes]]\nname = "web"\npath = "/web/*"\nmethods = ["GET", "POST"]\naccept = ["luminate"]\npath_parameters = true\nforward = { origin = "web", path = "/v1/*" }\n\n[[routes]]\nname = "site"`],
);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => (origin.stop(), gateway.stop()));

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const jo = await login(gate);
const common = urlencoded(COMMON);

/** The origin got exactly this body. */
function got(echo, body) {
  assert.deepEqual([echo.body_length, echo.body_sha256], [Buffer.byteLength(body), sha256(body)]);
}

test("the credentials are cut out of a urlencoded body, and every other byte is what it was", async () => {
  const plain = ["method=getUser", "v=1.0", "api_key=demo-api-key", "response_format=json", "a=b+c%20d&&x=%zz&=&y", "demo=echo", "fields=cons_id%2Cname.first", "caf\u00e9=\u00fc"];
  const secret = [`auth=${jo.token}`, `JSESSIONID=${jo.JSESSIONID}`, `auth=${jo.token.replaceAll(".", "%2E")}`];
  const [auth, session, escaped] = secret;
  for (const order of [
    [auth, session, ...plain],
    [...plain, auth, session],
    [plain[0], session, ...plain.slice(1, 4), escaped, ...plain.slice(4)],
  ]) {
    const echo = forwarded(await gate.form(CR, order.join("&")));
    got(echo, order.filter((pair) => !secret.includes(pair)).join("&"));
    assert.equal(echo.fields.get("edgegate-subject"), "1001002");
    assert.equal(echo.fields.get("content-type"), "application/x-www-form-urlencoded");
  }
});

test("the administrator's name and password are cut, and the origin is told who called", async () => {
  const plain = ["method=getUser", common, "cons_id=1001003", "demo=echo"];
  const body = [plain[0], urlencoded({ login_name: ADMINISTRATOR.login_name }), ...plain.slice(1), urlencoded({ login_password: ADMINISTRATOR.login_password })].join("&");
  const echo = forwarded(await gate.form(SR, body, { ...FROM, ...jo.cookie }));
  got(echo, plain.join("&"));
  assert.equal(echo.fields.get("edgegate-client"), "api_admin");
  assert.ok(!echo.fields.has("edgegate-subject"), "a server's call has no person, whatever cookie comes with it");
  assert.ok(!echo.fields.has("cookie"));
});

test("a single sign-on token is cut too, and signs the visitor in", async () => {
  const { token } = (await serverCall(gate, "getSingleSignOnToken", { cons_id: "1001003" })).json.getSingleSignOnTokenResponse;
  const answer = await gate.form(CR, `method=getUser&${common}&sso_auth_token=${token}&demo=echo`);
  const echo = forwarded(answer);
  got(echo, `method=getUser&${common}&demo=echo`);
  assert.equal(echo.fields.get("edgegate-subject"), "1001003");
  assert.match(cookieOf(answer), /^[0-9a-f]+\.app1$/);
});

test("a nonce is cut out of the query, and nothing else of it", async () => {
  const query = `a=%zz&&method=listUserFields&${common}&x=1+2&demo=echo&=`;
  const at = query.indexOf("&x");
  const echo = forwarded(await gate.get(`${CR}?${query.slice(0, at)}&NONCE_TOKEN=${(await login(gate)).nonce}${query.slice(at)}`));
  assert.equal(echo.path, `${CR}?${query}`);
  assert.equal(echo.fields.get("edgegate-subject"), "1001002");
  const byPost = forwarded(await gate.form(`${CR}?NONCE_TOKEN=${(await login(gate, SAM)).nonce}`, `method=listUserFields&${common}&demo=echo`));
  assert.deepEqual([byPost.path, byPost.fields.get("edgegate-subject")], [CR, "1001003"]);
});

test("the gateway's cookie is cut; the origin's own, of the same name too, are kept", async () => {
  const cookies = async (cookie) => forwarded(await gate.form(CR, `method=listUserFields&${common}&demo=echo`, { cookie })).fields.get("cookie");
  const own = `JSESSIONID=${jo.JSESSIONID}`;
  assert.equal(await cookies(`a=1; ${own}; b=2`), "a=1; b=2");
  assert.equal(await cookies(own), undefined);
  assert.equal(await cookies("JSESSIONID=node01abc; a=1"), "JSESSIONID=node01abc; a=1");
  assert.equal(await cookies(`JSESSIONID=2222222222222222222222.app337b; ${own}; JServSessionIdr003=x.app1`), "JSESSIONID=2222222222222222222222.app337b; JServSessionIdr003=x.app1");
  const page = forwarded(await gate.get("/site/Page?demo=echo", { cookie: `a=1; ${own}`, accept: "application/json" })).fields;
  assert.deepEqual([page.get("cookie"), page.get("edgegate-subject")], ["a=1", "1001002"]);
});

test("who somebody is, the gateway says alone", async () => {
  const forged = { "Edgegate-Subject": "1001003", "edgegate_client": "api_admin", "X-Forwarded-User": "1001003", "Edgegate-Scope": "all" };
  for (const [fields, subject] of [[jo.own, "1001002"], [(await visitor(gate)).field, undefined], [{}, undefined]]) {
    const { fields: seen } = forwarded(await call(gate, "listUserFields", { ...fields, demo: "echo" }, forged));
    assert.equal(seen.get("edgegate-subject"), subject);
    for (const name of ["edgegate-client", "edgegate_client", "x-forwarded-user", "edgegate-scope"]) assert.ok(!seen.has(name), name);
  }
});

test("the origin's own answer and cookies come through, behind the gateway's", async () => {
  const answer = await gate.form(CR, `method=listUserFields&${common}&demo=set-cookie&JSESSIONID=${(await visitor(gate)).JSESSIONID}`);
  assert.deepEqual(answer.cookies.map((cookie) => cookie.split("=")[0]), ["demo-first", "demo-second"]);
  const user = (await call(gate, "getUser", { ...jo.own, fields: "cons_id,email.primary_address" })).json;
  assert.deepEqual(user, { getConsResponse: { cons_id: "1001002", email: { primary_address: "jo@example.org" } } });
  const server = (await serverCall(gate, "getUser", { member_id: "4001003", fields: "cons_id" })).json;
  assert.deepEqual(server, { getConsResponse: { cons_id: "1001003" } });
});

test("by the wire, too: the routing id and the nonce are gone, the route's own path is rewritten", async () => {
  const { nonce } = await login(gate);
  await gate.form(`/web/CRConsAPI;jsessionid=00000000.app337b/?NONCE_TOKEN=${nonce}&a=%zz`, `method=listUserFields&${common}`);
  await gate.get(`/web/some;jsessionid=00000000.app1/Page?x=1`, jo.cookie);
  const [posted, page] = origin.take();
  assert.deepEqual([posted.method, posted.url, posted.fields["edgegate-subject"]], ["POST", "/base/v1/CRConsAPI/?a=%zz", "1001002"]);
  assert.deepEqual([posted.length, posted.sha256], [Buffer.byteLength(`method=listUserFields&${common}`), sha256(`method=listUserFields&${common}`)]);
  assert.deepEqual([page.url, page.fields.cookie], ["/base/v1/some/Page?x=1", undefined]);
});

test("a credential where it must not be is refused, however it is spelled", async () => {
  const body = `method=listUserFields&${common}`;
  const { token: sso } = (await serverCall(gate, "getSingleSignOnToken", { cons_id: "1001002" })).json.getSingleSignOnTokenResponse;
  await gate.take();
  for (const [query, more] of [
    [`JSESSIONID=${jo.JSESSIONID}`, ""], [`sso_auth_token=${sso}`, ""], ["", `&NONCE_TOKEN=${jo.nonce}`],
  ]) {
    await refusedCall(gate.form(`${CR}?${query}`, body + more), "5", "credential_misplaced");
  }
  await refusedCall(gate.form(`${CR}?auth=${jo.token}`, `method=getUser&${common}&JSESSIONID=${jo.JSESSIONID}`), "5", "credential_misplaced");
  await refusedCall(gate.form(`${SR}?login_password=admin-pass-0001`, `method=getUser&${common}&login_name=api_admin`, FROM), "5", "credential_misplaced");
  await refusedCall(gate.form(`${CR}?password=x`, `method=login&${common}&user_name=jo`), "5", "credential_misplaced");
  assert.deepEqual((await gate.take()).forwarded, []);
});

theLogHoldsNoCredential(gateway);
