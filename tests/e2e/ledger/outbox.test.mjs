// A revocation reaches every location whether its client waits or not, and whether KV takes it at that moment or not. The bound
// runs from when the Ledger knew.

import assert from "node:assert/strict";
import net from "node:net";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import * as outbox from "../../../src/ledger/outbox.js";
import { bytesOf } from "../../faults/lib/leaving.mjs";
import { cutOff } from "../lib/cut.mjs";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, secrets, strictRoute, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { basic, bearer, client, failed, refresh, signIn, startOAuth, tokensFor } from "../lib/oauth.mjs";
import { storage } from "../lib/sqlite.mjs";

const ROUNDS = Number(process.env.EDGEGATE_ROUNDS ?? 10); // of each kind; 143 are a thousand revocations
const CACHE = 1; // second
const brief = ["bearer", "session", "oauth", "registry"].map((name) => [`[${name}]\n`, `[${name}]\ncache = "${CACHE}s"\n`]);
const policy = demoPolicy(...brief, strictRoute("bearer", "session"));
const gateway = await startOAuth({ a: { policy }, b: { policy, sharing: "a" } });
const { a, b } = gateway;
after(() => gateway.stop());

const form = { "content-type": "application/x-www-form-urlencoded", origin: "http://127.0.0.1:8787" };
const administrator = { ...bearer(secrets.EDGEGATE_ADMIN_KEY), "cf-connecting-ip": "127.0.0.1", "content-type": "application/json" };
const owner = await signIn(a);
const page = { accept: "text/html" };

const ofSession = async () => ({ cookie: await signIn(a) });
const show = (target, headers) => (gate) => gate.get(target, headers);
const admin = (what, body) => ({ method: "POST", target: `/.edgegate/admin/${what}`, headers: administrator, body: JSON.stringify(body) });
const session = (headers) => show("/account/", headers);

/** What is revoked: how it is shown, and the request that revokes it. */
const KINDS = {
  "sign-out": async () => {
    const held = await ofSession();
    return { shown: session(held), revoking: { method: "POST", target: "/.edgegate/sign-out", headers: { ...form, ...held }, body: "" } };
  },
  "a log-in over a session": async () => {
    const held = await ofSession();
    const { url } = await a.admin("nonce", { subject: "1001002", route: "account" });
    const target = url.replace(form.origin, "");
    return { shown: session(held), revoking: { method: "GET", target, headers: { ...page, ...held } } };
  },
  "admin/session/revoke": async () => {
    const held = await ofSession();
    return { shown: session(held), revoking: admin("session/revoke", { session: held.cookie.split("=")[1] }) };
  },
  "admin/token/revoke": async () => {
    const { access_token: token } = await a.admin("token", { subject: "1001002" });
    return { shown: show("/me/a", bearer(token)), revoking: admin("token/revoke", { token }) };
  },
  "a grant, by its client": async () => {
    const { access_token, refresh_token } = await tokensFor(a, owner);
    const headers = { ...form, ...basic(client) };
    return { shown: show("/me/a", bearer(access_token)), revoking: { method: "POST", target: "/oauth/revoke", headers, body: `token=${refresh_token}` } };
  },
  "a grant, by an operator": async () => {
    const { access_token } = await tokensFor(a, owner);
    return { shown: show("/me/a", bearer(access_token)), revoking: admin("token/revoke", { token: access_token }) };
  },
  "a client": async () => {
    const added = await a.admin("client/add", { kind: "token-pair", name: "Office", scope: ["read"] });
    gateway.seen.add(added.client_secret);
    const headers = basic({ id: added.client_id, secret: added.client_secret });
    return { shown: show("/api/3.0/x", headers), revoking: admin("client/remove", { client_id: added.client_id }) };
  },
};

/** Sends a request and leaves as soon as the gateway asks a store. */
async function cut(request) {
  await a.take();
  const socket = net.connect(a.port, "127.0.0.1").on("error", () => {});
  socket.write(bytesOf(request));
  for (let asked = 0; asked === 0; ) {
    await sleep(5);
    const { kv, ledger } = await a.take();
    asked = kv + ledger;
  }
  cutOff(socket);
}

test(`${ROUNDS} of each kind, KV takes 150 ms and the client leaves meanwhile: none is alive past the bound`, { timeout: 1_200_000 }, async () => {
  const held = [];
  for (const [kind, make] of Object.entries(KINDS)) {
    for (let round = 0; round < ROUNDS; round++) held.push({ kind, ...(await make()) });
  }
  for (const { kind, shown } of held) assert.ok((await shown(b)).status < 400, kind);
  const late = { how: "late", ms: 150 };
  await a.faults({ kvWrites: late, ledgerKv: late });
  for (const { revoking } of held) await cut(revoking);
  const left = Date.now();
  await sleep(1000);
  await a.faults();
  await sleep(CACHE * 1000 + 1500 - (Date.now() - left));
  const alive = [];
  for (const { kind, shown } of held) if ((await shown(b)).status < 400) alive.push(kind);
  assert.deepEqual(alive, [], `${alive.length} of ${held.length}`);
});

for (const how of ["throw", "hang"]) {
  test(`KV ${how}s: who signs out or revokes has done so, on strict routes at once, elsewhere when KV is well again`, { timeout: 60_000 }, async () => {
    const kinds = await Promise.all(Object.values(KINDS).map((make) => make()));
    const strictly = await ofSession();
    for (const { shown } of kinds) assert.ok((await shown(a)).status < 400);
    for (const { shown } of kinds) assert.ok((await shown(b)).status < 400);
    await a.faults({ ledgerKv: how });
    for (const { revoking, shown } of kinds) {
      const answer = await a.request(revoking.method, revoking.target, { headers: revoking.headers, body: revoking.body });
      assert.ok(answer.status < 400, answer.text);
      assert.ok((await shown(a)).status >= 400, "at once where it was done");
    }
    status(await a.form("/.edgegate/sign-out", "", { ...form, ...strictly }), 200);
    await refused(await b.get("/strict/a", strictly), 401, "session_revoked");
    await sleep(1000);
    await a.faults();
    await sleep(9000); // the pauses double; the bound runs from then
    for (const { shown } of kinds) assert.ok((await shown(b)).status >= 400);
  });
}

test("an object that dies before KV took a tombstone writes it when it lives again", { timeout: 60_000 }, async () => {
  const { shown, revoking } = await KINDS["sign-out"]();
  forwarded(await shown(b));
  await a.faults({ ledgerKv: "hang" });
  status(await a.form(revoking.target, "", revoking.headers), 200);
  await a.faults({ ledger: "restart", ledgerKv: "hang" });
  status(await a.form(revoking.target, "", revoking.headers), 503); // whatever asks the object kills it
  await a.faults();
  await sleep(6000);
  await refused(await shown(b), 401, "session_revoked");
});

test("a tombstone that a refresh wrote over comes again", { timeout: 120_000 }, async () => {
  const { access_token, refresh_token } = await tokensFor(a, owner);
  const kv = await gateway.miniflare.getKVNamespace("EDGEGATE_KV", "a");
  const before = new Map((await Promise.all((await kv.list({ prefix: "egg:" })).keys.map(async ({ name }) => [name, await kv.get(name)]))).filter(([, value]) => !value.includes("revoked")));
  status(await a.form("/oauth/revoke", `token=${refresh_token}`, basic(client)), 200);
  const [[name, value]] = (await Promise.all([...before].map(async ([key, old]) => [key, old, await kv.get(key)]))).filter(([, , now]) => now?.includes("revoked"));
  await kv.put(name, value); // as a refresh does that died before it could ask the Ledger again
  await sleep(62_000);
  assert.match(await kv.get(name), /revoked/);
  await refused(await b.get("/me/a", bearer(access_token)), 401, "token_revoked");
  failed(await refresh(b, refresh_token), 400, "invalid_grant");
});

/** An outbox of its own, over a KV whose writes end when the test says so. */
function alone() {
  const [state, kv, waiting] = [{ storage: storage() }, new Map(), []];
  const put = (key, value) => new Promise((taken, failed) => waiting.push({ take: () => taken(kv.set(key, value)), fail: () => failed(new Error("429")) }));
  const rows = () => state.storage.sql.exec("SELECT * FROM outbox").toArray();
  return { state, kv, waiting, rows, vault: { put } };
}

test("a write that ends late settles no tombstone that came since", async () => {
  const { state, kv, waiting, rows, vault } = alone();
  const bury = (again) => outbox.bury(state, vault, "egg:x", "revoked", 4e9, again);
  const first = bury(false);
  await sleep(1);
  waiting.shift().fail();
  await first;
  state.storage.sql.exec("UPDATE outbox SET due = 0");
  const late = outbox.deliver(state, vault);
  await sleep(1);
  kv.set("egg:x", "a record"); // a refresh that was under way, which then finds the revocation
  const second = bury(true);
  await sleep(1);
  waiting.pop().fail();
  await second;
  waiting.shift().take();
  await late;
  assert.deepEqual(rows().map(({ again }) => again), [1], "the newer one is still to be written");
});

test("a tombstone that a wrong clock put off is not put off for long", async (t) => {
  const { state, waiting, rows, vault } = alone();
  const { now } = Date;
  t.after(() => (Date.now = now));
  Date.now = () => now() + 86_400_000;
  const buried = outbox.bury(state, vault, "egs:x", "revoked", 4e9, false);
  await sleep(1);
  waiting.shift().fail();
  await buried;
  Date.now = now;
  const delivered = outbox.deliver(state, vault);
  waiting.shift().take();
  assert.equal(await delivered, undefined);
  assert.deepEqual(rows(), []);
});

theLogHoldsNoCredential(gateway);
