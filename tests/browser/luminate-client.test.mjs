// The client that exists: `angular-luminate-utils` from npm, unmodified, on a page of another origin.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { demoPolicy, root, theLogHoldsNoCredential } from "../e2e/lib/gateway.mjs";
import { startBrowser } from "./lib/browser.mjs";
import { startSite } from "./lib/site.mjs";

const script = (file) => ["text/javascript", readFileSync(path.join(root, "node_modules", file))];
const app = `<!doctype html><title>app</title><script src="/angular.js"></script><script src="/luminate.js"></script>
<script>
// As the library's README says. The path comes with the address, since the gate's port is not known before.
const site = new URLSearchParams(location.search).get("site");
angular.module("app", ["ngLuminateUtils"]).config(["$luminateUtilsConfigProvider", (config) => {
  config.setPath({ nonsecure: site, secure: site }).setKey("demo-api-key");
}]);
const injector = angular.injector(["ng", "app"]);
const luminate = injector.get("$luminateRest");
/** What a call gives to an app; { status } where the browser let it read nothing. */
function call(options) {
  return new Promise((resolve) => injector.get("$rootScope").$apply(() => {
    luminate.request(options).then(({ data }) => resolve(data), ({ status }) => resolve({ status }));
  }));
}
</script>`;
const pages = { "/": ["text/html", app], "/angular.js": script("angular/angular.js"), "/luminate.js": script("angular-luminate-utils/dist/js/angular-luminate-utils.js") };

const [trusted, stranger, foreigner] = await Promise.all([startSite(pages), startSite(pages), startSite(pages, { host: "localhost" })]);
const { gateway, gate, address, visit, stop } = await startBrowser(demoPolicy(['origins = ["http://127.0.0.1:8788"]', `origins = ["${trusted.url}"]`]));
after(() => (trusted.stop(), stranger.stop(), foreigner.stop(), stop()));

const LOG_IN = { api: "cons", data: `method=login&user_name=jo&password=${encodeURIComponent("correct horse battery staple")}` };
const GET_USER = { api: "cons", data: "method=getUser", requiresAuth: true };
const LOGIN_TEST = { api: "cons", data: "method=loginTest" };
const LOG_OUT = { api: "cons", data: "method=logout" };

/** The app on that site, in a clean profile or in one that is given. `sent`: the calls that the library made. */
async function open(place, profile) {
  const { page, context } = profile ?? (await visit());
  const sent = [];
  page.on("request", (request) => request.url().startsWith(`${address}/site/`) && sent.push(request));
  await page.goto(`${place.url}/?site=${encodeURIComponent(`${address}/site/`)}`);
  const call = (options) => page.evaluate((given) => call(given), options);
  const known = async () => {
    const now = await page.evaluate(() => ({ token: luminate.authToken, session: luminate.jsessionId, routing: luminate.routingId }));
    for (const credential of [now.token, now.session]) if (credential) gateway.seen.add(credential);
    return now;
  };
  const methods = () => sent.splice(0).map((request) => /\bmethod=(\w+)/.exec(request.postData())[1]);
  return { page, context, call, known, sent, methods };
}
const theSession = async (context) => (await context.cookies()).find(({ name }) => name === "JSESSIONID");
const codeOf = (answer) => answer.errorResponse?.code;

test("a visitor gets a session and its token, logs in, reads the record, logs out, and is refused afterwards", async () => {
  const { page, context, call, known, methods } = await open(trusted);

  assert.equal(codeOf(await call(GET_USER)), "204", "the token is enough to ask, but nobody is signed in");
  assert.deepEqual(methods(), ["getLoginUrl", "getUser"]);
  const before = await known();
  assert.match(before.routing, /^0{8}\.[a-z]+[0-9]*[a-z]?$/);
  assert.equal(codeOf(await call(LOGIN_TEST)), "204");
  methods();

  const { loginResponse } = await call(LOG_IN);
  assert.equal(loginResponse.cons_id, "1001002");
  gateway.seen.add(loginResponse.nonce);
  assert.deepEqual(methods(), ["login", "getLoginUrl"], "the library asks for the new token, naming the old session");
  const during = await known();
  assert.notEqual(during.session, before.session, "another session than before");
  assert.notEqual(during.token, before.token);
  assert.deepEqual([during.session, during.token], [loginResponse.JSESSIONID, loginResponse.token]);
  const { value, httpOnly, sameSite } = await theSession(context);
  assert.deepEqual([value, httpOnly, sameSite], [during.session, true, "Lax"]);

  assert.equal((await call(GET_USER)).getConsResponse.email.primary_address, "jo@example.org");
  assert.equal((await call(LOGIN_TEST)).loginResponse.cons_id, "1001002");
  assert.equal(codeOf(await call({ ...GET_USER, requiresAuth: false })), "5", "not without the token");

  assert.equal((await call(LOG_OUT)).loginResponse.message, "User logged out successfully.");
  assert.deepEqual(methods().slice(-2), ["logout", "getLoginUrl"]);
  const afterwards = await known();
  assert.notEqual(afterwards.session, during.session);
  assert.equal(codeOf(await call(GET_USER)), "204");
  assert.equal(codeOf(await call(LOGIN_TEST)), "204");
  const again = await page.evaluate(
    async ([url, body]) => (await fetch(url, { method: "POST", credentials: "include", body: new URLSearchParams(body) })).json(),
    [`${address}/site/CRConsAPI`, { method: "getUser", v: "1.0", api_key: "demo-api-key", response_format: "json", auth: during.token, JSESSIONID: during.session }],
  );
  assert.equal(codeOf(again), "5", "and not with what was good before");
});

test("a wrong password leaves the visitor who he was, and the library goes on", async () => {
  const { call, known } = await open(trusted);
  await call(LOGIN_TEST);
  const before = await known();
  assert.equal(codeOf(await call({ ...LOG_IN, data: "method=login&user_name=jo&password=wrong" })), "202");
  assert.deepEqual(await known(), before);
  assert.equal((await call(LOG_IN)).loginResponse.cons_id, "1001002");
  assert.equal((await call(GET_USER)).getConsResponse.cons_id, "1001002");
});

test("another page of the site, and a reload, find the visitor signed in", async () => {
  const first = await open(trusted);
  await first.call(LOG_IN);
  const { call, known } = await open(trusted, { page: await first.context.newPage(), context: first.context });
  assert.equal((await call(GET_USER)).getConsResponse.cons_id, "1001002");
  assert.deepEqual(await known(), await first.known(), "with the same session and token");
});

test("a form goes as multipart, with the library's fields behind the app's own", async () => {
  const { page, call, sent } = await open(trusted);
  await call(LOG_IN);
  const answer = await page.evaluate(() => {
    const formData = new FormData();
    formData.append("method", "getUser");
    formData.append("fields", "cons_id");
    return call({ api: "cons", formData, requiresAuth: true });
  });
  assert.deepEqual(answer, { getConsResponse: { cons_id: "1001002" } });
  assert.match(sent.at(-1).headers()["content-type"], /^multipart\/form-data; boundary=/);
});

// The gate reads the fields in front of the first file only, and finds no api_key there.
test("one with a file is refused, since the library adds its fields behind it (docs/luminate.md)", async () => {
  const { page, call } = await open(trusted);
  await call(LOG_IN);
  const answer = await page.evaluate(() => {
    const formData = new FormData();
    formData.append("method", "uploadPersonalPhoto");
    formData.append("fr_id", "1234");
    formData.append("graphic_upload_file", new Blob([new Uint8Array(100_000)], { type: "image/png" }), "me.png");
    return call({ api: "teamraiser", formData, requiresAuth: true });
  });
  assert.match(JSON.stringify(answer), /403|"code":"2"/);
});

test("a session that has ended elsewhere is replaced, and the visitor can log in again", async () => {
  const { page, call, known } = await open(trusted);
  await call(LOG_IN);
  const { session } = await known();
  const body = new URLSearchParams({ method: "logout", v: "1.0", api_key: "demo-api-key", JSESSIONID: session });
  assert.equal((await gate.form("/site/CRConsAPI", body.toString())).status, 200);
  assert.equal(codeOf(await call(GET_USER)), "5", "the token is dead");
  await page.evaluate(() => new Promise((resolve) => injector.get("$rootScope").$apply(() => luminate.getAuthToken(true).then(resolve))));
  assert.equal(codeOf(await call(GET_USER)), "204");
  assert.notEqual((await known()).session, session);
  assert.equal((await call(LOG_IN)).loginResponse.cons_id, "1001002");
  assert.equal((await call(GET_USER)).getConsResponse.cons_id, "1001002");
});

for (const [name, place] of Object.entries({ "another port": stranger, "another site": foreigner })) {
  test(`a page of an origin that is not trusted reads nothing and opens nothing: ${name}`, async () => {
    await gateway.gate.take();
    const lines = gateway.logs.length;
    for (const options of [GET_USER, LOG_IN]) {
      const { context, call, methods } = await open(place); // anew, since the library waits for ever after it
      assert.deepEqual(await call(options), { status: -1 });
      assert.deepEqual(methods(), ["getLoginUrl"]);
      assert.deepEqual(await context.cookies(), []);
    }
    const { kv, ledger, forwarded } = await gateway.gate.take();
    assert.deepEqual({ kv, ledger, forwarded }, { kv: 0, ledger: 0, forwarded: [] });
    await decided(lines, 2);
  });
}

test("nor can it touch the session of a visitor who is signed in, whose browser sends the cookie", async () => {
  const mine = await open(trusted);
  await mine.call(LOG_IN);
  const cookie = await theSession(mine.context);
  const { page, context } = await open(stranger, { page: await mine.context.newPage(), context: mine.context });
  const lines = gateway.logs.length;
  const attempts = [
    { method: "logout" },
    { method: "getUser" },
    { method: "login", user_name: "sam", password: "staple battery horse correct" },
    { method: "getLoginUrl" },
  ];
  for (const attempt of attempts) {
    const body = { ...attempt, v: "1.0", api_key: "demo-api-key", response_format: "json" };
    const read = (options) =>
      page.evaluate(
        async ([url, fields, more]) => {
          try {
            const answer = await fetch(url, { method: "POST", credentials: "include", body: new URLSearchParams(fields), ...more });
            return answer.type === "opaque" ? "nothing" : await answer.text();
          } catch {
            return "nothing";
          }
        },
        [`${address}/site/CRConsAPI`, body, options],
      );
    assert.equal(await read({}), "nothing");
    assert.equal(await read({ mode: "no-cors" }), "nothing");
  }
  await decided(lines, 2 * attempts.length);
  assert.deepEqual(await theSession(context), cookie);
  assert.equal((await mine.call(GET_USER)).getConsResponse.cons_id, "1001002", "still signed in");
});

/** As many requests were refused since then, each because of where it came from. */
async function decided(since, count) {
  const lines = () => gateway.logs.slice(since).filter((line) => line.includes('"edgegate":"')).map((line) => JSON.parse(line));
  for (let tries = 0; tries < 100 && lines().length < count; tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(lines().map(({ edgegate, reason }) => [edgegate, reason]), Array(count).fill(["refused", "cross_site"]));
}

theLogHoldsNoCredential(gateway);
