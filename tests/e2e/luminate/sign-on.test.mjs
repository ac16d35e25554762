// Server calls, and what a partner's server can get with them: from listed networks, by an administrator, for permitted
// methods; a token that signs a constituent on.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { ADMINISTRATOR, COMMON, CR, FROM, JO, SAM, SR, call, cookieOf, failed, granted, login, read, refusedCall, serverCall, spoiled, subjectOf, urlencoded, visitor } from "../lib/luminate.mjs";

const networks = demoPolicy(
  ['server_networks = ["127.0.0.0/8", "::1/128"]', 'server_networks = ["198.51.100.0/28", "2001:db8:7::/48"]'],
  ['lookup = "/find-person"', ""],
);
const gateway = await startGateway({ gate: {}, networks: { policy: networks }, second: {} });
const { gate } = gateway;
after(() => gateway.stop());

const tokenFor = async (cons_id) => granted(await serverCall(gate, "getSingleSignOnToken", { cons_id }));
const echo = { demo: "echo" };

test("at start the log says that a client's address can be forged off the platform", async () => {
  await visitor(gateway.second);
  assert.ok(gateway.logs.some((line) => /server calls.*Cloudflare's edge vouches.*CF-Connecting-IP can be forged/.test(line)));
});

test("a token comes with all that connects a client, by either number, and sets no cookie", async () => {
  for (const [number, subject] of [[{ cons_id: "1001002" }, "1001002"], [{ member_id: "4001003" }, "1001003"]]) {
    const answer = await serverCall(gate, "getSingleSignOnToken", number);
    const content = granted(answer);
    assert.deepEqual(Object.keys(content), ["token", "cons_id", "nonce", "JSESSIONID", "routing_id"]);
    assert.equal(content.cons_id, subject);
    assert.equal(answer.cookies.length, 0);
    assert.equal(await subjectOf(gate, { field: { JSESSIONID: content.JSESSIONID, sso_auth_token: content.token } }), subject);
    assert.equal(cookieOf(await read(gate, "getLoginUrl", { NONCE_TOKEN: content.nonce })), content.JSESSIONID);
  }
  const xml = await serverCall(gate, "getSingleSignOnToken", { cons_id: "1001002", response_format: undefined });
  assert.match(xml.text, /<getSingleSignOnTokenResponse xmlns="http:\/\/convio\.com\/crm\/v1\.0"[^>]*><token>[\w.-]+<\/token><cons_id>1001002<\/cons_id>/);
});

test("without a number, with both, or with one that nobody has, there is none", async () => {
  const wrong = [
    [{}, "1", "call_malformed"], [{ cons_id: "" }, "1", "call_malformed"], [{ cons_id: "1001002", member_id: "4001002" }, "1", "call_malformed"],
    [{ cons_id: "1009999" }, "16", "subject_unknown"], [{ member_id: "1001002" }, "16", "subject_unknown"], [{ cons_id: "1001002 " }, "16", "subject_unknown"], [{ cons_id: "9".repeat(21) }, "16", "subject_unknown"],
  ];
  for (const [fields, code, reason] of wrong) await refusedCall(serverCall(gate, "getSingleSignOnToken", fields), code, reason);
  const suppressed = await serverCall(gate, "getSingleSignOnToken", { suppress_response_codes: "true" });
  failed(suppressed, "1", 200);
  assert.equal(granted(await serverCall(gateway.networks, "getSingleSignOnToken", { cons_id: "77" }, { "cf-connecting-ip": "198.51.100.1" })).cons_id, "77", "without a look-up the administrator's word counts");
  await refusedCall(serverCall(gateway.networks, "getSingleSignOnToken", { member_id: "77" }, { "cf-connecting-ip": "198.51.100.1" }), "1", "call_malformed");
});

test("it is posted", async () => {
  const answer = await gate.get(`${SR}?${urlencoded({ method: "getSingleSignOnToken", ...COMMON, ...ADMINISTRATOR, cons_id: "1001002" })}`, FROM);
  failed(answer, "405", 405);
  assert.equal(answer.header("allow"), "POST");
});

test("from listed networks only, in every form of an address; nothing else is looked at before", async () => {
  const { networks } = gateway;
  for (const address of ["198.51.100.0", "198.51.100.15", "::ffff:198.51.100.7", "2001:db8:7::1", "2001:0DB8:0007:ffff::9"]) {
    forwarded(await serverCall(networks, "getUser", { cons_id: "1", ...echo }, { "cf-connecting-ip": address }));
  }
  await networks.take();
  for (const address of ["198.51.100.16", "198.51.99.255", "::ffff:198.51.100.16", "2001:db8:8::1", "127.0.0.1", "::1", "198.51.100.1, 198.51.100.2", "198.51.100", "nobody", "", undefined]) {
    for (const administrator of [{}, { login_password: "a wrong password" }]) {
      await refusedCall(serverCall(networks, "getUser", { cons_id: "1", ...administrator }, { "cf-connecting-ip": address, "x-forwarded-for": "198.51.100.1", "x-real-ip": "198.51.100.1" }), "4", "server_address");
    }
  }
  assert.deepEqual(await networks.take(), { kv: 0, ledger: 0, limiter: 0, forwarded: [] });
});

test("client servlets ask no address, server servlets no token", async () => {
  assert.equal(await subjectOf(gate, { field: (await login(gate, JO, { "cf-connecting-ip": "203.0.113.8" })).own }), "1001002");
  assert.equal(forwarded(await serverCall(gate, "getUser", { cons_id: "1001003", ...echo })).fields.get("edgegate-client"), "api_admin");
});

test("an administrator's name or password that is wrong is one answer, a method without permission another", async () => {
  const texts = new Set();
  for (const wrong of [{ login_name: "nobody" }, { login_name: "API_ADMIN" }, { login_password: "admin-pass-0002" }, { login_name: "" }, { login_password: undefined }]) {
    texts.add((await refusedCall(serverCall(gate, "getUser", { cons_id: "1", ...wrong }), "3", "administrator_refused")).text);
  }
  assert.equal(texts.size, 1);
  for (const method of ["changePassword", "createOrUpdate", "isEmailValid"]) await refusedCall(serverCall(gate, method), "14", "method_not_permitted");
  for (const method of ["getUser", "getGroupMembers", "create", "update", "logInteraction"]) forwarded(await serverCall(gate, method, { cons_id: "1", ...echo }));
});

test("twenty wrong administrators a minute and network, then not even the right one", async () => {
  const address = { "cf-connecting-ip": "127.0.0.77" };
  const guess = (more) => serverCall(gateway.second, "getUser", { cons_id: "1001002", ...more }, address);
  for (let tries = 0; tries < 20; tries++) failed(await guess({ login_password: `guess ${tries}` }), "3");
  failed(await guess({ login_password: "one more" }), "1", 429);
  failed(await guess({ suppress_response_codes: "true" }), "1", 429);
  status(await serverCall(gateway.second, "getUser", { cons_id: "1001002" }, { "cf-connecting-ip": "127.0.0.78" }), 200);
});

test("a server logs somebody in, with the answer of login and without a cookie", async () => {
  for (const [method, root] of [["login", "loginResponse"], ["authenticateUser", "authenticateUserResponse"]]) {
    const answer = await serverCall(gate, method, SAM);
    assert.deepEqual(Object.keys(answer.json), [root]);
    assert.equal(granted(answer).cons_id, "1001003");
    assert.equal(answer.cookies.length, 0);
    assert.equal(await subjectOf(gate, { field: { JSESSIONID: granted(answer).JSESSIONID, auth: granted(answer).token } }), "1001003");
  }
  await refusedCall(serverCall(gate, "login", { ...SAM, password: "guess" }), "202", "sign_in_failed");
});

test("sso_auth_token in a body signs an anonymous session in as its constituent, and again", async () => {
  const { token } = await tokenFor("1001003");
  const nobody = await visitor(gate);
  for (const [fields, headers] of [[{}, {}], [nobody.field, {}], [{}, nobody.cookie], [{}, {}]]) {
    const answer = await call(gate, "getUser", { sso_auth_token: token, ...fields, ...echo }, headers);
    assert.equal(forwarded(answer).fields.get("edgegate-subject"), "1001003");
    const session = cookieOf(answer);
    assert.notEqual(session, nobody.JSESSIONID, "a new session, never one continued");
    assert.equal(granted(await call(gate, "loginTest", { JSESSIONID: session })).cons_id, "1001003");
  }
  await refusedCall(call(gate, "loginTest", nobody.field), "204", "not_signed_in");
  const signedOn = await call(gate, "singleSignOn", { sso_auth_token: token });
  assert.equal(granted(signedOn), cookieOf(signedOn));
  await refusedCall(call(gate, "singleSignOn"), "10", "call_parameter_missing");
});

test("it proves trust for its own constituent's session, and is refused with another's", async () => {
  const { token } = await tokenFor("1001003");
  const [sam, jo] = [await login(gate, SAM), await login(gate)];
  const mine = await call(gate, "getUser", { sso_auth_token: token, ...sam.field, ...echo });
  assert.equal(forwarded(mine).fields.get("edgegate-subject"), "1001003");
  assert.equal(mine.cookies.length, 0, "the session goes on");
  await gate.take();
  for (const method of ["getUser", "loginTest", "singleSignOn"]) {
    await refusedCall(call(gate, method, { sso_auth_token: token, ...jo.field }), "5", "session_conflict");
    await refusedCall(call(gate, method, { sso_auth_token: token }, jo.cookie), "5", "session_conflict");
  }
  assert.deepEqual((await gate.take()).forwarded, []);
  assert.equal(granted(await call(gate, "loginTest", jo.field)).cons_id, "1001002", "nobody was signed out by it");
});

test("in an address it is refused, as is every other token in its place", async () => {
  const { token, JSESSIONID, nonce } = await tokenFor("1001003");
  const jo = await login(gate);
  await gate.take();
  for (const method of ["getUser", "loginTest", "getLoginUrl", "login"]) {
    await refusedCall(gate.form(`${CR}?sso_auth_token=${token}`, urlencoded({ method, ...COMMON, ...(method === "login" ? JO : {}) })), "5", "credential_misplaced");
  }
  await refusedCall(read(gate, "loginTest", { sso_auth_token: token }), "5", "credential_misplaced");
  for (const wrong of [jo.token, JSESSIONID, nonce, spoiled(token), token.replace(/\.+$/, ""), token.toLowerCase()]) {
    await refusedCall(call(gate, "getUser", { sso_auth_token: wrong }), "5", "sign_on_forged");
  }
  await refusedCall(call(gate, "getUser", { auth: token, JSESSIONID: jo.JSESSIONID }), "5", "bound_token_mismatch");
  assert.deepEqual(await gate.take(), { kv: 0, ledger: 0, limiter: 0, forwarded: [] });
});

theLogHoldsNoCredential(gateway);
