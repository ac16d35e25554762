// Gates of the demo under watch: what each request reads, writes, claims and counts, and under which keys it may.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { brokered, secrets as brokerSecrets } from "../../e2e/lib/broker.mjs";
import { Answer, Client, HOST } from "../../e2e/lib/client.mjs";
import { demoPolicy, secrets, strictRoute } from "../../e2e/lib/gateway.mjs";
import { asked, ISSUERS } from "./issuers.mjs";
import { now, seal } from "../../e2e/lib/sign.mjs";
import { startDemo } from "./demo.mjs";

/** The password of the program `robot`. */
export const ROBOT = "robot-password-0123456789";
const rated = (name, rate) => `[[routes]]\nname = "${name}"\npath = "/${name}/*"\naccept = ["none"]\nforward = { origin = "demo" }\nrate = { ${rate} }`;
const more = [
  ["[basic]", '[basic.machines.robot]\nsecret = "ROBOT_PASSWORD"'],
  strictRoute("bearer", "ticket"),
  strictRoute("basic").replace('"strict"', '"desk"').replace("/strict/", "/desk/"),
  brokered("http://127.0.0.1:9/sign-in"),
  rated("rated", 'limit = 5, period = "1m", by = "network"'),
  rated("counted", 'limit = 1, period = "1h", by = "network", exact = true'),
  ...ISSUERS,
];
/** A refresh token comes too late at once, and consents are remembered. */
const hasty = ["[oauth]\n", '[oauth]\nretry_window = "0s"\nremember_consent = "1h"\n'];
const rates = ["EDGEGATE_RATE_5_60"];
const bindings = { IDP_SECRET: asked.secret, ROBOT_PASSWORD: ROBOT, ...brokerSecrets };
const demo = await startDemo({
  gate: { policy: demoPolicy(...more), bindings, rates },
  other: { policy: demoPolicy(hasty, ...more), bindings, rates, sharing: "gate" },
  alone: { policy: demoPolicy('[storage]\nsingle_use = "best-effort"') },
});

/** `gate` and `other` are two isolates over the same stores; `alone` has no Ledger. */
export const gates = {};
for (const name of ["gate", "other", "alone"]) {
  gates[name] = new Client({ name, port: demo.direct(name), seen: new Set() });
}

export const stop = () => (Object.values(gates).forEach((gate) => gate.close()), demo.stop());

/** Every operation of the stores so far. */
export const seen = [];
/** By the name of a row: KV reads, KV writes and Ledger calls of each request that it was said of. */
export const counts = new Map();
/** By its text, a token, session, nonce, code or id: what it is, the key, its bytes. */
export const issued = new Map();
/** What else is claimed: [what, key id, MAC]. */
export const spent = [];
/** Texts that were told once and are stored nowhere. */
export const told = new Set();
/** By the key of a session's record that was put there: its idle limit in seconds. */
export const idleLimits = new Map();

const seals = [
  [/\beg[tsncri]_[\w-]+/g, (text) => [text.slice(0, 3), text.split("_")[1], Buffer.from(text.split("_").slice(2).join("_"), "base64url")]],
  [/\b[0-9a-f]{92}\.app1\b/g, (text) => ["egs", "seal-1", Buffer.from(text.slice(0, -5), "hex")]],
  [/\b[0-9A-F]{92,}\b/g, (text) => ["egn", "seal-1", Buffer.from(text, "hex")]],
  [/\b7T:[\w+/]+=*/g, (text) => ["egs", "seal-1", carriedBy(Buffer.from(text.slice(3), "base64"))]],
];

/** The session that a ticket carries behind times, audience and random bytes, under a mask that the seal key makes of these. */
function carriedBy(ticket) {
  const [random, masked] = [ticket.subarray(14, 30), ticket.subarray(30, -16)];
  const block = (counter) => createHmac("sha256", secrets.EDGEGATE_SEAL_KEY).update("edgegate mask v1\0egx\0seal-1\0").update(random).update(Buffer.of(counter)).digest();
  const mask = Buffer.concat([block(0), block(1)]);
  return masked.map((byte, at) => byte ^ mask[at]);
}

function remember(text) {
  for (const [pattern, take] of seals) {
    for (const [one] of text.matchAll(pattern)) {
      const [prefix, keyId, bytes] = take(one);
      issued.set(one, { prefix, keyId, bytes, ends: bytes.readUIntBE(5, 5) });
    }
  }
  for (const [secret] of text.matchAll(/\begk_[\w-]+/g)) told.add(secret);
}

/** What the isolate did, and the Ledger's objects for it, which live beside `gate`. */
async function take(client) {
  const isolates = client.name === "other" ? [client, gates.gate] : [client];
  return (await Promise.all(isolates.map((isolate) => isolate.post("/__docs/take", "")))).flatMap(({ json }) => json);
}

/** Sends one request, keeps what it wrote, and counts it under the name of a row. `send` answers with the answer, or with what it read there. */
export async function costing(row, client, send) {
  await take(client);
  const answer = await send(client);
  const operations = await take(client);
  seen.push(...operations.map((one) => ({ ...one, gate: client.name })));
  remember(answer instanceof Answer ? `${answer.text} ${answer.cookies.join(" ")} ${answer.header("location")}` : JSON.stringify(answer));
  if (row) {
    const of = (store, ...does) => operations.filter((one) => one.store === store && (does.length === 0 || does.includes(one.does))).length;
    const cost = [of("kv", "read", "list"), of("kv", "write"), of("ledger")].join(" ");
    assert.equal(counts.get(row) ?? cost, cost, `${row} costs now this, now that`);
    counts.set(row, cost);
  }
  return answer;
}

export function expecting(status, answer) {
  assert.equal(answer.status, status, answer.text.slice(0, 200));
  return answer;
}

export const admin = (what, body) => (client) =>
  client.post(`/.edgegate/admin/${what}`, JSON.stringify(body), {
    authorization: "Bearer demo-admin-key-0123456789abcdef",
    "cf-connecting-ip": "127.0.0.1",
  });

export const page = { accept: "text/html" };
export const own = { origin: `http://${HOST}` };
export const local = (url) => url.replace(own.origin, "");

/** Puts a record into KV as if another isolate had. */
export async function plant(key, value) {
  const kv = await demo.miniflare.getKVNamespace("EDGEGATE_KV", "gate");
  await kv.put(key, typeof value === "string" ? value : JSON.stringify(value));
}

/** A session as if it had been opened by another isolate `age` seconds ago. */
export async function olderSession(age, { audience = "", idle = 30 * 60 } = {}) {
  const { text, record } = seal("egs", { audience, issued: now() - age, expires: now() + 3600 });
  await plant(record, { sub: "1001002", exp: now() + 3600 });
  remember(text);
  idleLimits.set(record, idle);
  return { text, record };
}

/** By its digest, what may have been stored: `[what, when it ends]`. `claims`: the words of the Ledger's rows. */
export function digests(claims) {
  const known = new Map();
  const note = (what, keyId, mac, ends) => {
    known.set(claimKey(what, keyId, mac).toString("base64url"), { what, ends });
  };
  for (const one of spent) note(...one);
  for (const { prefix, keyId, bytes, ends } of issued.values()) {
    const mac = bytes.subarray(-16);
    note(`${prefix} record`, keyId, mac, ends);
    const counted = (what) => (what.includes("<n>") ? [1, 2, 3].map((n) => what.replace("<n>", n)) : [what]);
    for (const what of claims.flatMap(counted)) if (what.startsWith(`${prefix} `)) note(what, keyId, mac, ends);
    if (prefix !== "egc") continue;
    // In the Ledger a code is redeemed where it lies: the object is chosen by the first two bytes.
    const [kept, redeemed] = ["egc allowed", "egc redeemed"].map((what) => claimKey(what, keyId, mac));
    known.set(Buffer.concat([kept.subarray(0, 2), redeemed.subarray(2)]).toString("base64url"), { what: "egc redeemed", ends });
    const bound = createHmac("sha256", secrets.EDGEGATE_SEAL_KEY).update("edgegate bound v1\0grant\0").update(bytes);
    const family = bound.digest().subarray(0, 16);
    for (const what of ["record", "granted", "revoked", "used 0", "used 1", "used 2"]) note(`egg ${what}`, "", family);
  }
  return known;
}

function claimKey(what, keyId, mac) {
  return createHash("sha256").update(`edgegate claim v1\0${what}\0${keyId}\0`).update(mac).digest();
}
