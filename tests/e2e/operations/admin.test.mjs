// The admin API: who may call, what a guesser meets, what is said of a wrong call.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, secrets, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";

const gateway = await startGateway({ gate: {}, off: { policy: demoPolicy(['[admin]\nsecret = "EDGEGATE_ADMIN_KEY"\nallow = ["127.0.0.0/8", "::1/128"]', ""]) } });
const { gate } = gateway;
after(() => gateway.stop());

const call = (what, body, headers = {}) =>
  gate.post(`/.edgegate/admin/${what}`, typeof body === "string" ? body : JSON.stringify(body), {
    authorization: `Bearer ${secrets.EDGEGATE_ADMIN_KEY}`,
    "cf-connecting-ip": "127.0.0.1",
    ...headers,
  });

test("only from the policy's networks, whatever the key", async () => {
  for (const address of ["192.0.2.1", "126.255.255.255", "128.0.0.0", "2001:db8::1", "::2", "not an address", "127.0.0.1, 192.0.2.1"]) {
    await refused(await call("token", { subject: "x" }, { "cf-connecting-ip": address }), 403, "admin_address");
  }
  await refused(await call("token", { subject: "x" }, { "cf-connecting-ip": undefined, "x-forwarded-for": "127.0.0.1" }), 403, "admin_address");
  for (const address of ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"]) {
    status(await call("token", { subject: "x" }, { "cf-connecting-ip": address }), 201);
  }
});

test("only with the key, in the Authorization header", async () => {
  for (const authorization of [undefined, "Bearer guess-guess-guess-guess", `Basic ${secrets.EDGEGATE_ADMIN_KEY}`, `Bearer ${secrets.EDGEGATE_ADMIN_KEY}x`, `Bearer ${secrets.EDGEGATE_ADMIN_KEY.slice(0, -1)}`]) {
    const answer = await call("token", { subject: "x" }, { authorization, "cf-connecting-ip": "127.0.0.2" });
    await refused(answer, 401, "admin_key");
    assert.equal(answer.header("www-authenticate"), 'Bearer realm="edgegate admin"');
  }
  const { access_token } = (await call("token", { subject: "x" })).json;
  await refused(await call("token", { subject: "x" }, { authorization: `Bearer ${access_token}` }), 401, "admin_key");
});

test("a network that guesses too often is refused for a while, right key or not; others are not", async () => {
  const from = { "cf-connecting-ip": "127.0.0.77" };
  let answer;
  for (let tries = 0; tries < 21; tries++) answer = await call("token", "{}", { ...from, authorization: `Bearer guess-number-${tries}-0000000` });
  await refused(answer, 429, "throttled");
  await refused(await call("token", { subject: "x" }, from), 429, "throttled");
  status(await call("token", { subject: "x" }), 201);
});

test("a wrong call is told what is wrong with it, and mints nothing", async () => {
  await gate.take();
  const wrong = [
    ["token", "", /body/], ["token", '["x"]', /body/], ["token", "{", /body/], ["token", { subject: "x", extra: 1 }, /extra/], ["token", {}, /`subject`/], ["token", { subject: "" }, /`subject`/],
    ["token", { subject: "a b" }, /`subject`/], ["token", { subject: "x".repeat(256) }, /`subject`/], ["token", { subject: "x\nEdgegate-Client: y" }, /`subject`/], ["token", { subject: "é" }, /`subject`/],
    ["token", { subject: "x", client: "a b" }, /`client`/], ["token", { subject: "x", scope: "a  b" }, /`scope`/], ["token", { subject: "x", scope: 'a"b' }, /`scope`/],
    ["token", { subject: "x", lifetime: 59 }, /`lifetime`/], ["token", { subject: "x", lifetime: 3601 }, /`lifetime`/], ["token", { subject: "x", lifetime: -1 }, /`lifetime`/],
    ["nonce", { subject: "x" }, /`route`/], ["nonce", { subject: "x", route: "files" }, /`route`/], ["nonce", { subject: "x", route: "account", path: "/files/" }, /`path`/],
    ["nonce", { subject: "x", route: "account", path: "//evil.example" }, /`path`/], ["nonce", { subject: "x", route: "account", path: "account" }, /`path`/], ["nonce", { subject: "x", route: "account", path: "@evil.example/account/" }, /`path`/],
    ["token/revoke", {}, /token/], ["token/revoke", { token: "egt_seal-1_x" }, /token/], ["session/revoke", { session: "x" }, /session/],
  ];
  for (const [what, body, says] of wrong) {
    const answer = await call(what, body);
    await refused(answer, 400, "admin_request");
    assert.match(answer.json.detail, says, `${what} ${JSON.stringify(body)}`);
  }
  const { kv, ledger } = await gate.take();
  assert.deepEqual([kv, ledger], [0, 0]);
  await refused(await call("token", `{"subject":"${"x".repeat(17_000)}"}`), 413, "body_too_large");
  await refused(await call("nothing", {}), 404, "no_route");
});

test("what is minted says how long it lives", async () => {
  const token = await call("token", { subject: "1001002", client: "demo", scope: "read", lifetime: 120 });
  status(token, 201);
  assert.equal(token.header("cache-control"), "no-store");
  const { access_token, ...rest } = token.json;
  assert.match(access_token, /^egt_seal-1_[\w-]{62}$/);
  assert.deepEqual(rest, { token_type: "Bearer", expires_in: 120, scope: "read" });
  const { nonce, url, expires_in } = (await call("nonce", { subject: "1001002", route: "account", path: "/account/a?b=c", lifetime: 60 })).json;
  assert.equal(url, `http://127.0.0.1:8787/account/a?b=c&NONCE_TOKEN=${nonce}`);
  assert.equal(expires_in, 60);
  for (const [state, one] of [["live", access_token], ["forged", "x"], ["forged", nonce]]) assert.equal((await call("token/show", { token: one })).json.state, state);
  forwarded(await gate.get("/me/a", { authorization: `Bearer ${access_token}` }));
});

test("two tokens of one subject are two, and KV holds neither", async () => {
  const [one, two] = await Promise.all([gate.admin("token", { subject: "1001002" }), gate.admin("token", { subject: "1001002" })]);
  assert.notEqual(one.access_token, two.access_token);
  const kv = await gateway.miniflare.getKVNamespace("EDGEGATE_KV", "gate");
  const { keys } = await kv.list();
  const dump = JSON.stringify([keys, await Promise.all(keys.map(({ name }) => kv.get(name)))]);
  assert.ok(keys.length > 0 && keys.every(({ expiration }) => expiration > Date.now() / 1000));
  for (const credential of gateway.seen) assert.ok(!dump.includes(credential), "a dump of KV holds nothing usable");
});

test("without [admin] in the policy there is no admin API", async () => {
  const answer = await gateway.off.post("/.edgegate/admin/token", '{"subject":"x"}', { authorization: `Bearer ${secrets.EDGEGATE_ADMIN_KEY}`, "cf-connecting-ip": "127.0.0.1" });
  await refused(answer, 404, "no_route");
});

theLogHoldsNoCredential(gateway);
