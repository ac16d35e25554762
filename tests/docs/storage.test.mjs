// docs/storage.md against the running gateway: every key and value that is written matches one row, every row is seen, and
// each request costs what the page says.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { after, test } from "node:test";
import { Client, HOST } from "../e2e/lib/client.mjs";
import { demoPolicy, secrets } from "../e2e/lib/gateway.mjs";
import { CR, JO, call, login, read, serverCall, visitor } from "../e2e/lib/luminate.mjs";
import { link, now, redirect, seal, spelled } from "../e2e/lib/sign.mjs";
import { code, document, rowsUnder, startDemo } from "./lib/demo.mjs";

const strict = `
[[routes]]
name = "strict"
path = "/strict/*"
accept = ["bearer"]
revocation = "strict"
forward = { origin = "demo" }`;
const demo = await startDemo({
  gate: { policy: demoPolicy(strict) },
  other: { policy: demoPolicy(strict), sharing: "gate" },
  alone: { policy: demoPolicy('[storage]\nsingle_use = "best-effort"') },
});
after(() => demo.stop());

const issued = new Map(); // by its text, a token, session or nonce: what it is, the key, its bytes
const spent = []; // what links and redirects are claimed under: [what, key id, MAC]
const seen = [];
const counts = new Map();
const gates = {};
for (const name of ["gate", "other", "alone"]) {
  gates[name] = new Client({ name, port: Number((await demo.miniflare.unsafeGetDirectURL(name)).port), seen: new Set() });
}
after(() => Object.values(gates).forEach((gate) => gate.close()));
const { gate, other, alone } = gates;

const seals = [
  [/eg[tsn]_[\w-]+/g, (text) => [text.split("_")[0], Buffer.from(text.split("_").slice(2).join("_"), "base64url")]],
  [/\b[0-9a-f]{92}\.app1\b/g, (text) => ["egs", Buffer.from(text.slice(0, -5), "hex")]],
  [/\b[0-9A-F]{92,}\b/g, (text) => ["egn", Buffer.from(text, "hex")]],
];

function remember(text) {
  for (const [pattern, take] of seals) {
    for (const [one] of text.matchAll(pattern)) {
      const [prefix, bytes] = take(one);
      issued.set(one, { prefix, keyId: "seal-1", bytes });
    }
  }
}

async function take(client) {
  return (await client.post("/__docs/take", "")).json;
}

/** Sends one request, keeps what it wrote, and counts it under the name of a row. */
async function costing(row, client, send) {
  await take(client);
  const answer = await send(client);
  const operations = await take(client);
  seen.push(...operations);
  remember(`${answer.text} ${answer.cookies.join(" ")}`);
  if (row) {
    const of = (store, does) => operations.filter((one) => one.store === store && (!does || one.does === does)).length;
    counts.set(row, [of("kv", "read"), of("kv", "write"), of("ledger")].join(" "));
  }
  return answer;
}

function expecting(status, answer) {
  assert.equal(answer.status, status, answer.text.slice(0, 200));
  return answer;
}

const admin = (what, body) => (client) =>
  client.post(`/.edgegate/admin/${what}`, JSON.stringify(body), {
    authorization: "Bearer demo-admin-key-0123456789abcdef",
    "cf-connecting-ip": "127.0.0.1",
  });
const bearer = (path, token) => (client) => client.get(path, { authorization: `Bearer ${token}` });
const page = { accept: "text/html" };
const cookieOf = (answer) => /edgegate=(egs_[\w-]+)/.exec(answer.cookies.join(" "))[1];
const local = (url) => url.replace(`http://${HOST}`, "");
const own = { origin: `http://${HOST}` };
const signIn = (client) => client.form("/.edgegate/sign-in", "account=jo&password=correct+horse+battery+staple", own);
const FAR = { "cf-connecting-ip": "203.0.113.7" };

async function nonce() {
  return local(expecting(201, await costing("admin/nonce", gate, admin("nonce", { subject: "1001002", route: "account" }))).json.url);
}

const idleLimits = new Map(); // by the key of a record that was put there: seconds

/** A session as if it had been opened by another isolate `age` seconds ago. */
async function olderSession(age, { audience = "", idle = 30 * 60 } = {}) {
  const { text, record } = seal("egs", { audience, issued: now() - age, expires: now() + 3600 });
  const kv = await demo.miniflare.getKVNamespace("EDGEGATE_KV", "gate");
  await kv.put(record, JSON.stringify({ sub: "1001002", exp: now() + 3600 }));
  remember(text);
  idleLimits.set(record, idle);
  return { text, record, kv };
}

test("the flows of the demo", async () => {
  // links and redirects
  const once = link("/once/a", `n=${now()}`);
  spent.push(["link", "demo", Buffer.from(once.split("eg_sig=")[1], "base64url")]);
  const landing = redirect("/landing/a", `n=${now()}`);
  spent.push(["signed-redirect", "luminate", Buffer.from(landing.split("signature=")[1], "hex")]);
  expecting(200, await costing("signed link", gate, (client) => client.get(link("/files/a"))));
  expecting(200, await costing("signed link, once", gate, (client) => client.get(once)));
  expecting(403, await costing("signed link, once, used before", gate, (client) => client.get(once)));
  expecting(403, await costing("signed link, forged or expired", gate, (client) => client.get(link("/once/a", "", { exp: now() - 1 }))));
  expecting(403, await costing("signed link, forged or expired", gate, (client) => client.get(`${once}x`)));
  expecting(200, await costing("signed redirect, once", gate, (client) => client.get(landing)));

  // tokens
  const mint = admin("token", { subject: "1001002", client: "demo", scope: "read" });
  const token = expecting(201, await costing("admin/token", gate, mint)).json.access_token;
  expecting(200, await costing("Bearer token, known to the isolate", gate, bearer("/me/", token)));
  expecting(200, await costing("Bearer token, new to the isolate", other, bearer("/me/", token)));
  expecting(200, await costing("Bearer token, known, strict route", gate, bearer("/strict/", token)));
  expecting(200, await costing("admin/token/show", gate, admin("token/show", { token })));
  expecting(200, await costing("admin/token/revoke", gate, admin("token/revoke", { token })));
  const expired = seal("egt", { issued: now() - 100, expires: now() - 1 }).text;
  for (const bad of [expired, `${token}x`]) expecting(401, await costing("Bearer token, forged or expired", gate, bearer("/me/", bad)));

  // nonces and sessions
  const first = await nonce();
  const session = cookieOf(expecting(303, await costing("nonce redeemed, new to the isolate", other, (client) => client.get(first, page))));
  expecting(403, await costing("nonce used before", other, (client) => client.get(first, page)));
  const withSession = (value) => (client) => client.get("/account/", { cookie: `edgegate=${value}` });
  expecting(200, await costing("session, known to the isolate", other, withSession(session)));
  expecting(200, await costing("session, new to the isolate", gate, withSession(session)));
  const second = await nonce();
  const over = { ...page, cookie: `edgegate=${session}` };
  const renewed = cookieOf(expecting(303, await costing("nonce redeemed over a session", other, (client) => client.get(second, over))));
  const forged = `/account/?NONCE_TOKEN=${seal("egn", { audience: "account", expires: now() - 1 }).text}`;
  expecting(403, await costing("nonce, forged or expired", gate, (client) => client.get(forged, page)));
  expecting(200, await costing("admin/session/revoke", other, admin("session/revoke", { session: renewed })));

  const aged = await olderSession(10 * 60);
  expecting(200, await costing("session, its life to be noted", gate, withSession(aged.text)));
  const idle = await olderSession(40 * 60);
  await idle.kv.put(`${idle.record}:seen`, String(now() - 20 * 60));
  expecting(200, await costing("session, idle but for its note", gate, withSession(idle.text)));

  const signed = cookieOf(expecting(303, await costing("sign-in", gate, signIn)));
  const out = (client) => client.form("/.edgegate/sign-out", "", { ...own, cookie: `edgegate=${signed}` });
  expecting(200, await costing("sign-out", gate, out));
  const guess = (client) => client.form("/.edgegate/sign-in", "account=Jo+&password=guess", { ...own, ...FAR });
  expecting(401, await costing("sign-in, wrong password", gate, guess));
  const wrongKey = { authorization: "Bearer guess-guess-guess-guess", "cf-connecting-ip": "127.0.0.1" };
  expecting(401, await costing(undefined, gate, (client) => client.post("/.edgegate/admin/token", "{}", wrongKey)));

  // without the Ledger
  expecting(200, await costing(undefined, alone, (client) => client.get(link("/once/b", `n=${now()}`))));
  const minted = expecting(201, await costing(undefined, alone, admin("nonce", { subject: "1001002", route: "account" })));
  expecting(303, await costing(undefined, alone, (client) => client.get(local(minted.json.url), page)));
  expecting(303, await costing(undefined, alone, signIn));
});

test("the flows of Luminate", async () => {
  const entered = async (row, client, headers) => {
    let who;
    await costing(row, client, async () => {
      who = await login(client, JO, headers);
      return { text: JSON.stringify(who), cookies: [] };
    });
    return who;
  };
  const jo = await entered("`login`", gate, FAR);
  expecting(403, await costing("`login`, wrong password", gate, (client) => call(client, "login", { ...JO, password: "guess" }, FAR)));
  expecting(200, await costing("`getLoginUrl`, no session", gate, (client) => call(client, "getLoginUrl")));
  expecting(200, await costing("call, session known to the isolate", gate, (client) => call(client, "getUser", jo.own)));
  expecting(200, await costing("call, session new to the isolate", other, (client) => call(client, "getUser", jo.own)));
  const nobody = await visitor(gate);
  expecting(200, await costing("call, session that is nobody's", other, (client) => call(client, "listUserFields", nobody.own)));
  expecting(200, await costing("page with tags, no session", gate, (client) => client.get("/site/SPageServer?pagename=tags", page)));
  expecting(200, await costing("page with tags, session known", gate, (client) => client.get("/site/SPageServer?pagename=tags", { ...page, ...jo.cookie })));

  expecting(200, await costing("nonce redeemed in place", gate, (client) => read(client, "getLoginUrl", { NONCE_TOKEN: jo.nonce })));
  expecting(403, await costing("nonce redeemed in place, used before", gate, (client) => read(client, "getLoginUrl", { NONCE_TOKEN: jo.nonce })));
  const again = await entered(undefined, gate);
  const establish = (nonce) => (client) => client.get(`/site/EstablishSession?NONCE_TOKEN=${nonce}`, page);
  expecting(302, await costing("`EstablishSession`, session new to the isolate", other, establish(again.nonce)));

  let token;
  await costing("`getSingleSignOnToken`", gate, async (client) => {
    const answer = expecting(200, await serverCall(client, "getSingleSignOnToken", { cons_id: "1001002" }));
    ({ token } = answer.json.getSingleSignOnTokenResponse);
    return answer;
  });
  expecting(200, await costing("`sso_auth_token`, nobody signed in", gate, (client) => call(client, "getUser", { sso_auth_token: token })));
  expecting(200, await costing("`sso_auth_token`, with its own session", gate, (client) => call(client, "getUser", { sso_auth_token: token, ...jo.field })));
  expecting(200, await costing("`logout`", gate, (client) => call(client, "logout", jo.field)));
  expecting(200, await costing("`login` over a session", gate, (client) => call(client, "login", { ...JO, ...again.field })));
  expecting(403, await costing(undefined, gate, (client) => serverCall(client, "getUser", { login_password: "guess" })));

  const past = { issued: now() - 900, expires: now() - 1 };
  const forged = [
    (client) => call(client, "getUser", { auth: jo.token, JSESSIONID: spelled(seal("egs", { audience: "servlet", key: "wrong" })) }),
    (client) => call(client, "loginTest", { JSESSIONID: spelled(seal("egs", { audience: "servlet", ...past })) }),
    (client) => read(client, "getLoginUrl", { NONCE_TOKEN: spelled(seal("egn", { audience: "session", ...past })) }),
    (client) => call(client, "getUser", { sso_auth_token: spelled(seal("ego", past)) }),
    (client) => call(client, "login", { ...JO, api_key: "guess" }),
  ];
  for (const one of forged) expecting(403, await costing("call, forged or expired", gate, one));

  const aged = await olderSession(5 * 60, { audience: "servlet", idle: 15 * 60 });
  expecting(200, await costing(undefined, gate, (client) => call(client, "loginTest", { JSESSIONID: spelled(aged) })));
  const without = await entered(undefined, alone);
  expecting(200, await costing(undefined, alone, (client) => call(client, "getLoginUrl", {}, { to: `${CR}?NONCE_TOKEN=${without.nonce}` })));
});

test("every key and value in KV matches one row, and every row is seen", () => {
  const rows = rowsUnder(document("docs/storage.md"), "## Workers KV").map(([key, value]) => ({
    text: `${key} ${value}`,
    key: new RegExp(`^${code(key).replace("<digest>", "[\\w-]{43}")}$`),
    members: Object.keys(Object(JSON.parse(code(value)))),
    type: typeof JSON.parse(code(value)),
    found: 0,
  }));
  const writes = seen.filter(({ store, does }) => store === "kv" && does === "write");
  assert.ok(writes.length > 10);
  for (const { key, value, expiration, at } of writes) {
    const record = JSON.parse(value);
    const members = Object.keys(Object(record));
    const fits = rows.filter(
      (row) =>
        row.key.test(key) &&
        row.type === typeof record &&
        members.every((member) => row.members.includes(member)) &&
        row.members.includes("revoked") === members.includes("revoked"),
    );
    assert.equal(fits.length, 1, `${key} = ${value} fits ${fits.length} rows`);
    fits[0].found++;
    if (record.exp) assert.equal(expiration, Math.max(record.exp, at + 61), `lifetime of ${key} = ${value}`);
    if (key.endsWith(":seen")) assert.equal(expiration, Number(value) + idleLimits.get(key.replace(/:seen$/, "")), `lifetime of ${key}`);
  }
  for (const row of rows) assert.ok(row.found > 0, `nothing was written like ${row.text}`);
});

test("every claim in the Ledger is one of the rows, and every row is seen", () => {
  const rows = new Map(rowsUnder(document("docs/storage.md"), "## The Ledger").map(([what, note]) => [code(what), { note, found: 0 }]));
  const keys = new Map();
  const note = (what, keyId, mac) => {
    const digest = createHash("sha256").update(`edgegate claim v1\0${what}\0${keyId}\0`).update(mac).digest("base64url");
    keys.set(digest, what);
  };
  for (const one of spent) note(...one);
  for (const { prefix, keyId, bytes } of issued.values()) {
    for (const what of rows.keys()) if (what.startsWith(prefix)) note(what, keyId, bytes.subarray(-16));
  }
  const claims = seen.filter(({ store, does }) => store === "ledger" && does === "claim");
  assert.ok(claims.length > 8);
  for (const claim of claims) {
    const what = keys.get(claim.key) ?? assert.fail(`a claim that the page does not have: ${JSON.stringify(claim)}`);
    const row = rows.get(what);
    row.found++;
    const documented = row.note === "" ? [] : Object.keys(JSON.parse(code(row.note)));
    const members = claim.note === "" ? [] : Object.keys(JSON.parse(claim.note));
    assert.ok(members.every((member) => documented.includes(member)), `the note of ${what}: ${claim.note}`);
    assert.equal(members.length > 0, documented.length > 0, `the note of ${what}: ${claim.note}`);
    if (what.endsWith(" minted")) assert.ok(Math.abs(claim.until - claim.at - 120) <= 1, `until of ${what}`);
  }
  for (const [what, row] of rows) assert.ok(row.found > 0, `nothing was claimed as ${what}`);
});

test("no credential and no MAC is ever stored", () => {
  const stored = JSON.stringify(seen.filter(({ does }) => does === "write" || does === "claim"));
  for (const [text, { bytes }] of issued) {
    const spellings = [bytes, bytes.subarray(-16)].flatMap((one) => ["base64url", "hex"].map((encoding) => one.toString(encoding)));
    for (const one of [text, ...spellings]) assert.ok(!stored.toLowerCase().includes(one.toLowerCase()), text);
  }
});

test("guesses are counted under keyed digests of the account, and of the account and the network", () => {
  const digest = (text) => createHmac("sha256", secrets.EDGEGATE_ASSERTION_KEY).update(`edgegate guess v1\0${text}`).digest("base64url");
  const guesses = seen.filter(({ store, does }) => store === "ledger" && ["guess", "right"].includes(does));
  assert.ok(guesses.some(({ does }) => does === "guess") && guesses.some(({ does }) => does === "right"));
  for (const { key } of guesses) assert.equal(key, digest("account\0jo"), "jo, however it was spelled");
  const keys = seen.filter(({ store, key }) => store === "limiter" && key.startsWith("guess ")).map(({ key }) => key);
  assert.ok(keys.includes(`guess ${digest("pair 203.0.113.7\0jo")} 0`) || keys.includes(`guess ${digest("pair 203.0.113.7\0jo")} 1`), keys.join());
});

test("the tables of the Ledger have the columns that the page names", () => {
  const columns = (file) => /CREATE TABLE IF NOT EXISTS (\w+) \(([^)]*)\)/.exec(document(file).replace(/\\\n\s*/g, ""));
  for (const file of ["src/worker/ledger.rs", "src/worker/guesses.rs"]) {
    const [, table, list] = columns(file);
    const names = list.split(",").map((column) => column.trim().split(" ")[0]);
    assert.ok(document("docs/storage.md").includes(`\`${table}(${names.join(", ")})\``), `${table}(${names.join(", ")})`);
  }
});

test("keys of the limiter are those of the page, and name networks and digests, no accounts", () => {
  const rows = rowsUnder(document("docs/storage.md"), "## The limiter").map(([key]) => ({
    key: new RegExp(`^${code(key).replace("<digest>", "[\\w-]{43}").replace("<network>", "[\\w.:/]+").replace("<count>", "\\d+")}$`),
    found: 0,
  }));
  const keys = seen.filter(({ store }) => store === "limiter").map(({ key }) => key);
  for (const key of keys) {
    const fits = rows.filter((row) => row.key.test(key));
    assert.equal(fits.length, 1, `${key} fits ${fits.length} rows`);
    fits[0].found++;
  }
  for (const row of rows) assert.ok(row.found > 0, `nothing was counted as ${row.key}`);
});

test("each request costs what the page says", () => {
  const documented = rowsUnder(document("docs/storage.md"), "## Operations for each request").map(([name, ...numbers]) => [name, numbers.join(" ")]);
  assert.deepEqual(Object.fromEntries([...counts].sort()), Object.fromEntries(documented.sort()));
});
