// luminateExtend 1.9.0 as it was observed (protocols.md A3.4): its four requests, byte for byte over a socket. Only what
// a client takes from an answer, and who logs in with which password, is filled in.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";

// The client's own organization, key and page.
const policy = demoPolicy(
  ['api_keys = ["demo-api-key"]', 'api_keys = ["abc123"]'],
  ['name = "site"\npath = "/site/*"', 'name = "site"\npath = "/org/site/*"'],
  ['origins = ["http://127.0.0.1:8788"]', 'origins = ["http://localhost:41033"]'],
);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => gateway.stop());

const ORIGIN = "http://localhost:41033";
const FORM = "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n";

function get(target) {
  return gate.raw(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nOrigin: ${ORIGIN}\r\nAccept: text/plain, */*; q=0.01\r\nConnection: close\r\n\r\n`);
}

function post(target, body, cookie) {
  const head = `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nOrigin: ${ORIGIN}\r\nAccept: text/plain, */*; q=0.01\r\n${FORM}${cookie ? `Cookie: JSESSIONID=${cookie}\r\n` : ""}`;
  return gate.raw(`${head}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
}

/** As a browser lets the page of that origin read it, and as the client reads it. */
function answered(answer, root, members) {
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.header("access-control-allow-origin"), ORIGIN);
  assert.equal(answer.header("access-control-allow-credentials"), "true");
  assert.match(answer.header("vary"), /\bOrigin\b/);
  assert.equal(answer.header("cache-control"), "no-store");
  assert.deepEqual(Object.keys(answer.json), [root]);
  assert.deepEqual(Object.keys(answer.json[root]), members);
  for (const value of Object.values(answer.json[root])) assert.ok(value === null || typeof value === "string", `${JSON.stringify(value)} is no text`);
  return answer.json[root];
}

const SIGNED = ["cons_id", "timestamp", "signature", "token", "nonce", "JSESSIONID", "routing_id"];

for (const byCookie of [true, false]) {
  test(`the four requests of A3.4, ${byCookie ? "with a cookie jar" : "where the browser keeps no cookie of another site"}`, async () => {
    const first = await get("/org/site/CRConsAPI?luminateExtend=1.9.0&api_key=abc123&method=getLoginUrl&response_format=json&v=1.0");
    const { url, token, JSESSIONID, routing_id } = answered(first, "getLoginUrlResponse", ["url", "token", "JSESSIONID", "routing_id"]);
    assert.equal(first.cookies.length, 1);
    assert.match(routing_id, /^0{8}\.[a-z]+[0-9]*[a-z]?$/);
    assert.match(JSESSIONID, /^[0-9a-z]+\.[a-z]+[0-9]*[a-z]?$/);
    assert.match(token, /^[\w-]+\.*$/);
    assert.ok(url.startsWith(`http://127.0.0.1:8787/org/site/CRConsAPI;jsessionid=${routing_id}?NONCE_TOKEN=`));
    assert.match(url, /=[0-9A-F]+$/);

    const servlet = `/org/site/CRConsAPI;jsessionid=${routing_id}`;
    const user = "user_name=jo%40example.org&password=correct+horse+battery+staple";
    const login = `luminateExtend=1.9.0&method=login&${user}&api_key=abc123&response_format=json&suppress_response_codes=true&v=1.0&auth=${token}&JSESSIONID=${JSESSIONID}&ts=1795319282931`;
    const second = await post(servlet, login, byCookie ? JSESSIONID : "abc.app337b");
    const me = answered(second, "loginResponse", SIGNED);
    assert.equal(me.cons_id, "1001002");
    assert.notEqual(me.JSESSIONID, JSESSIONID);

    const third = await get(`/org/site/CRConsAPI?luminateExtend=1.9.0&NONCE_TOKEN=${me.nonce}&api_key=abc123&method=getLoginUrl&response_format=json&v=1.0`);
    const again = answered(third, "getLoginUrlResponse", ["url", "token", "JSESSIONID", "routing_id"]);
    assert.deepEqual([again.JSESSIONID, again.token], [me.JSESSIONID, me.token], "the nonce led to the session of the log-in");
    assert.ok(third.cookies[0].startsWith(`JSESSIONID=${me.JSESSIONID};`));

    const test = `luminateExtend=1.9.0&method=loginTest&api_key=abc123&response_format=json&suppress_response_codes=true&v=1.0&JSESSIONID=${again.JSESSIONID}&ts=1795319283743`;
    const tested = answered(await post(servlet, test, byCookie ? me.JSESSIONID : undefined), "loginResponse", ["cons_id", "timestamp", "signature", "login_test_url", "token", "nonce", "JSESSIONID", "routing_id"]);
    assert.equal(tested.cons_id, "1001002");
    assert.deepEqual([tested.token, tested.nonce, tested.JSESSIONID, tested.routing_id], [null, null, null, null]);
  });
}

test("a wrong password, as the same client meets it: the envelope with 200, which the page may read", async () => {
  const body = "luminateExtend=1.9.0&method=login&user_name=jo%40x.org&password=p+w%26d&api_key=abc123&response_format=json&suppress_response_codes=true&v=1.0&auth=TOK_1&JSESSIONID=2222222222222222222222.app337b&ts=1795319282931";
  const answer = await post("/org/site/CRConsAPI;jsessionid=00000000.app337b", body, "abc.app337b");
  assert.deepEqual(answered(answer, "errorResponse", ["code", "message"]).code, "202");
  assert.equal(answer.cookies.length, 0);
});

test("before anybody logged in, loginTest with a session that was never ours", async () => {
  const body = "luminateExtend=1.9.0&method=loginTest&api_key=abc123&response_format=json&suppress_response_codes=true&v=1.0&JSESSIONID=2222222222222222222222.app337b&ts=1795319283743";
  assert.equal(answered(await post("/org/site/CRConsAPI", body), "errorResponse", ["code", "message"]).code, "204");
});

theLogHoldsNoCredential(gateway);
