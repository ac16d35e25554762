// Bearer tokens as RFC 6750 has them: where they may stand, what is answered, what the origin never sees.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, strictRoute, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { now, seal } from "../lib/sign.mjs";

const policy = demoPolicy(`
[[routes]]
name = "places"
path = "/places/*"
methods = ["GET", "POST", "PUT"]
accept = ["bearer"]
bearer = { query = true, form = true }
forward = { origin = "demo" }
[[routes]]
name = "scoped"
path = "/scoped/*"
accept = ["bearer"]
bearer = { scope = ["read", "write"] }
forward = { origin = "demo" }`, strictRoute("bearer"));
const gateway = await startGateway({ gate: { policy }, other: { policy, secrets: { EDGEGATE_SEAL_KEY: "another-seal-key-another-seal-key-0001" } } });
const { gate } = gateway;
after(() => gateway.stop());

const mint = async (more = {}) => (await gate.admin("token", { subject: "1001002", client: "demo", scope: "read", ...more })).access_token;
const bearer = (token, scheme = "Bearer") => ({ authorization: `${scheme} ${token}` });
const token = await mint();

test("a token opens the route, in any case of the scheme, and the origin learns who, not how", async () => {
  for (const scheme of ["Bearer", "bearer", "BEARER", "bEaReR", "Bearer "]) {
    const { fields, path } = forwarded(await gate.get("/me/profile?x=1", bearer(token, scheme)));
    assert.equal(path, "/me/profile?x=1");
    assert.deepEqual(["subject", "client", "scope", "route"].map((name) => fields.get(`edgegate-${name}`)), ["1001002", "demo", "read", "me"]);
    assert.ok(!fields.has("authorization"));
    assert.ok(![...fields.values()].join().includes(token));
  }
});

test("no credential: a bare challenge", async () => {
  const answer = await gate.get("/me/profile");
  await refused(answer, 401, "credential_missing");
  assert.equal(answer.header("www-authenticate"), 'Bearer realm="edgegate", resource_metadata="http://127.0.0.1:8787/.well-known/oauth-protected-resource/me"');
});

test("a request that is not well formed: invalid_request", async () => {
  for (const value of ["Bearer a b", "Bearer a,b", "Bearer", "Bearer ", "Bearer é".normalize(), `Bearer ${token}, Bearer ${token}`, `Bearer "${token}"`]) {
    const answer = await gate.get("/me/profile", { authorization: Buffer.from(value).toString("latin1") });
    assert.equal(answer.status, 400, value);
    assert.match(answer.header("www-authenticate"), /^Bearer realm="edgegate", error="invalid_request", error_description="/);
    assert.equal(answer.json.code, "invalid_request");
  }
});

test("two Authorization fields are refused, whatever they hold", async () => {
  const ask = (fields) => gate.raw(`GET /me/profile HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nConnection: close\r\n${fields.map((field) => `${field}\r\n`).join("")}\r\n`);
  const good = `Authorization: Bearer ${token}`;
  assert.equal((await ask([good])).status, 200);
  for (const fields of [[good, good], [good, "Authorization: Bearer x"], ["authorization: Basic eDp5", good]]) {
    await refused(await ask(fields), 400, "authorization_duplicate");
  }
});

test("a token that is not good: invalid_token, and no word about why", async () => {
  const forged = [token.slice(0, -2) + (token.endsWith("AA") ? "BB" : "AA"), token.replace("egt_", "egs_"), token.replace("seal-1", "seal-2"), "x", `${token}=`, `${token}A`, await mintElsewhere()];
  for (const one of forged) {
    const answer = await gate.get("/me/profile", bearer(one));
    await refused(answer, 401, "token_forged");
    assert.match(answer.header("www-authenticate"), /error="invalid_token"/);
    assert.equal(answer.json.title, "The access token is not valid.");
  }
});

async function mintElsewhere() {
  return (await gateway.other.admin("token", { subject: "1001002" })).access_token;
}

test("a nonce or a session is no token", async () => {
  const { nonce } = await gate.admin("nonce", { subject: "1001002", route: "account" });
  await refused(await gate.get("/me/profile", bearer(nonce)), 401, "token_forged");
});

test("another scheme is refused with a bare challenge", async () => {
  const answer = await gate.get("/me/profile", { authorization: "Basic am86eA==" });
  await refused(answer, 401, "scheme_not_accepted");
  assert.equal(answer.header("www-authenticate"), 'Bearer realm="edgegate", resource_metadata="http://127.0.0.1:8787/.well-known/oauth-protected-resource/me"');
});

test("too little scope: insufficient_scope, with the scope that it takes", async () => {
  const answer = await gate.get("/scoped/a", bearer(token));
  await refused(answer, 403, "token_scope");
  assert.match(answer.header("www-authenticate"), /error="insufficient_scope".*scope="read write"/);
  const both = await mint({ scope: "write read more" });
  assert.equal(forwarded(await gate.get("/scoped/a", bearer(both))).fields.get("edgegate-scope"), "write read more");
});

test("query and form are no place for a token unless the route says so", async () => {
  await refused(await gate.get(`/me/profile?access_token=${token}`), 400, "bearer_place_not_allowed");
  await refused(await gate.get(`/me/profile?access_token=${token}`, bearer(token)), 400, "bearer_place_not_allowed");
  await refused(await gate.get(`/me/profile?ACCESS_TOKEN=${token}`, bearer(token)), 400, "parameter_shadowed");
  const answer = await gate.form("/me/profile", `access_token=${token}`);
  await refused(answer, 401, "credential_missing");
  // With a good header the form is not looked into: it is the origin's own.
  assert.equal(forwarded(await gate.form("/me/profile", "a=1&access_token=theirs", bearer(token))).body_length, 23);
});

test("where the route allows it, a token in the query is cut and every other byte stays", async () => {
  const echo = forwarded(await gate.get(`/places/a?a=%zz&&b=+&access_token=${token}&c=%7E;`));
  assert.equal(echo.path, "/places/a?a=%zz&&b=+&c=%7E;");
  assert.equal(forwarded(await gate.get(`/places/a?access_token=${token}`)).path, "/places/a");
  assert.equal(forwarded(await gate.get(`/places/a?access_token=${token.replace("egt", "%65gt")}`)).path, "/places/a");
  for (const twice of [`access_token=${token}&access_token=${token}`, `access_token=${token}&access_token=`]) {
    await refused(await gate.get(`/places/a?${twice}`), 400, "parameter_duplicate");
  }
});

test("where the route allows it, a token in a form is cut and every other byte stays", async () => {
  for (const [before, after] of [["x=%zz&&", "&y=+%C3%A9&z"], ["", "&b=2"], ["a=1&", ""]]) {
    const body = `${before}access_token=${token}${after}`;
    const rest = body.replace(`access_token=${token}`, "").replace("&&y", "&y").replace(/^&|&$/g, "");
    const left = before.startsWith("x") ? "x=%zz&&y=+%C3%A9&z" : rest;
    const echo = forwarded(await gate.form("/places/a", body));
    assert.equal(echo.body_length, left.length);
    assert.equal(echo.body_sha256, createHash("sha256").update(left).digest("hex"), `expected ${left}`);
    assert.equal(echo.fields.get("content-length"), String(left.length));
  }
});

test("a form that holds no token passes unchanged with a token in the header", async () => {
  const body = "a=1&b=%zz";
  const echo = forwarded(await gate.form("/places/a", body, bearer(token)));
  assert.equal(echo.body_sha256, createHash("sha256").update(body).digest("hex"));
});

test("more than one place is refused", async () => {
  const inForm = `access_token=${token}`;
  await refused(await gate.form("/places/a", inForm, bearer(token)), 400, "bearer_multiple");
  await refused(await gate.form(`/places/a?${inForm}`, inForm), 400, "bearer_multiple");
  await refused(await gate.get(`/places/a?${inForm}`, bearer(token)), 400, "bearer_multiple");
});

test("a form of 64 kB is read, one byte more is 413", async () => {
  const start = `access_token=${token}&pad=`;
  const form = (size) => start + "x".repeat(size - start.length);
  assert.equal(forwarded(await gate.form("/places/a", form(65_536))).body_length, 65_536 - `access_token=${token}&`.length);
  await refused(await gate.form("/places/a", form(65_537)), 413, "body_too_large");
  await refused(await gate.form("/places/a", form(65_537), { "transfer-encoding": "chunked" }), 413, "body_too_large");
});

test("a form that is no text is refused", async () => {
  await refused(await gate.form("/places/a", Buffer.from([0x61, 0x3d, 0xff, 0xfe])), 400, "form_malformed");
});

test("a revoked token is refused at once where it was revoked, on cached and on strict routes", async () => {
  const mine = await mint();
  forwarded(await gate.get("/me/profile", bearer(mine)));
  forwarded(await gate.get("/strict/a", bearer(mine)));
  assert.equal((await gate.admin("token/show", { token: mine })).state, "live");
  await gate.admin("token/revoke", { token: mine });
  for (const path of ["/me/profile", "/strict/a"]) {
    const answer = await gate.get(path, bearer(mine));
    await refused(answer, 401, "token_revoked");
    assert.match(answer.header("www-authenticate"), /error="invalid_token"/);
  }
  assert.equal((await gate.admin("token/show", { token: mine })).state, "revoked");
  await gate.admin("token/revoke", { token: mine }); // twice is no mistake
  forwarded(await gate.get("/me/profile", bearer(token)));
});

test("a token lives as long as was asked, by its own word and by its record's", async () => {
  const shown = await gate.admin("token/show", { token: await mint({ lifetime: 60 }) });
  assert.equal(shown.expires - shown.issued, 60);
  assert.deepEqual([shown.subject, shown.client, shown.scope, shown.key_id], ["1001002", "demo", "read", "seal-1"]);

  const kv = await gateway.miniflare.getKVNamespace("EDGEGATE_KV", "gate");
  const keep = (made, exp) => kv.put(made.record, JSON.stringify({ sub: "1001002", exp }));
  const end = now() + 2;
  const [short, cutShort, gone] = [seal("egt", { issued: end - 60, expires: end }), seal("egt"), seal("egt", { issued: now() - 200 })];
  await Promise.all([keep(short, end), keep(cutShort, end)]);
  for (const { text } of [short, cutShort]) forwarded(await gate.get("/me/profile", bearer(text)));
  await sleep(end * 1000 - Date.now() + 50);
  for (const { text } of [short, cutShort]) await refused(await gate.get("/me/profile", bearer(text)), 401, "token_expired");
  assert.equal((await gate.admin("token/show", { token: short.text })).state, "expired");
  await refused(await gate.get("/me/profile", bearer(gone.text)), 401, "token_unknown");
});

theLogHoldsNoCredential(gateway);
