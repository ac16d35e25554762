// What is forged, expired or meant for another place is refused without a single operation of KV, the Durable Object
// or the limiter: counted beside the gateway, and in its own log.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused } from "./lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "./lib/gateway.mjs";
import { link, now, redirect, seal } from "./lib/sign.mjs";

const policy = demoPolicy(`
[[routes]]
name = "strict"
path = "/strict/*"
accept = ["bearer", "session", "nonce"]
revocation = "strict"
bearer = { query = true }
forward = { origin = "demo" }`);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => gateway.stop());

const bearer = ({ text }) => ({ authorization: `Bearer ${text}` });
const session = ({ text }) => ({ cookie: `edgegate=${text}` });
const nonce = ({ text }, path = "/account/") => `${path}?NONCE_TOKEN=${text}`;
const past = { issued: now() - 7200, expires: now() - 1 };
const changed = ({ text }, at) => ({ text: text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1) });

const garbage = {
  "a bad signature on a link": () => gate.get(link("/files/a", "", { key: "wrong" })),
  "a bad signature on a link that works once": () => gate.get(link("/once/a", "", { key: "wrong" })),
  "an expired link that works once": () => gate.get(link("/once/a", "", { exp: now() - 1 })),
  "a link with an unknown key": () => gate.get(link("/once/a", "", { kid: "nobody" })),
  "a prefetch of a link that works once": () => gate.get(link("/once/a"), { "sec-purpose": "prefetch" }),
  "a bad signature on a redirect": () => gate.get(redirect("/landing/a", "", { secret: "wrong" })),
  "an old redirect": () => gate.get(redirect("/landing/a", "", { ts: now() - 60 })),
  "a token that is noise": () => gate.get("/me/a", bearer({ text: "egt_seal-1_noise" })),
  "a token under a wrong key": () => gate.get("/me/a", bearer(seal("egt", { key: "wrong" }))),
  "a token of an unknown key": () => gate.get("/me/a", bearer(seal("egt", { kid: "seal-9" }))),
  "an expired token": () => gate.get("/me/a", bearer(seal("egt", past))),
  "an expired token on a strict route": () => gate.get("/strict/a", bearer(seal("egt", past))),
  "a forged token in the query": () => gate.get(`/strict/a?access_token=${seal("egt", { key: "wrong" }).text}`),
  "a session as a token": () => gate.get("/me/a", bearer(seal("egs"))),
  "a session under a wrong key": () => gate.get("/account/", session(seal("egs", { key: "wrong" }))),
  "an expired session": () => gate.get("/strict/a", session(seal("egs", past))),
  "a token as a session": () => gate.get("/account/", session(seal("egt"))),
  "a nonce under a wrong key": () => gate.get(nonce(seal("egn", { audience: "account", key: "wrong" }))),
  "an expired nonce": () => gate.get(nonce(seal("egn", { ...past, audience: "account" }))),
  "a nonce for another route": () => gate.get(nonce(seal("egn", { audience: "strict" }))),
  "a prefetch of a nonce": () => gate.get(nonce(seal("egn", { audience: "account" })), { purpose: "prefetch" }),
  "a nonce as a token": () => gate.get("/me/a", bearer(seal("egn"))),
  "no credential at all": () => gate.get("/strict/a"),
  "an address that no route takes": () => gate.get("/nowhere"),
  "an ambiguous path": () => gate.get("/account//x"),
  "a method that is not taken": () => gate.request("DELETE", "/account/"),
  "an admin call from elsewhere": () => gate.post("/.edgegate/admin/token", "{}", { "cf-connecting-ip": "192.0.2.1" }),
  "a post to the sign-in from elsewhere": () => gate.form("/.edgegate/sign-in", "account=a", { origin: "http://evil.example" }),
};

for (const [what, send] of Object.entries(garbage)) {
  test(`${what} costs nothing`, async () => {
    await gate.take();
    const answer = await send();
    const { reason, kv, ledger } = await refused(answer, answer.status, (await gate.decision(answer.requestId)).reason);
    assert.notEqual(reason, "ok");
    assert.deepEqual({ kv, ledger }, { kv: 0, ledger: 0 }, "by the gateway's own count");
    assert.deepEqual(await gate.take(), { kv: 0, ledger: 0, limiter: 0, forwarded: [] });
  });
}

test("each changed character of a token, a session and a nonce costs nothing", async () => {
  await gate.take();
  const tries = ["egt", "egs", "egn"].flatMap((prefix) => {
    const made = seal(prefix, { audience: prefix === "egn" ? "account" : "" });
    const send = { egt: (one) => gate.get("/me/a", bearer(one)), egs: (one) => gate.get("/account/", session(one)), egn: (one) => gate.get(nonce(one)) }[prefix];
    // The last character of all holds four bits; changing the other two changes nothing that is decoded, and is refused as malformed.
    return Array.from(made.text, (_, at) => async () => assert.ok((await send(changed(made, at))).status >= 401, `${prefix} at ${at}`));
  });
  await Promise.all(tries.map((one) => one()));
  assert.deepEqual(await gate.take(), { kv: 0, ledger: 0, limiter: 0, forwarded: [] });
});

test("the count counts: what is good costs what it must, and no more", async () => {
  const good = async (send) => {
    await gate.take();
    forwarded(await send());
    const { kv, ledger, limiter } = await gate.take();
    return { kv, ledger, limiter };
  };
  assert.deepEqual(await good(() => gate.get(link("/files/a"))), { kv: 0, ledger: 0, limiter: 0 });
  assert.deepEqual(await good(() => gate.get(link("/once/a"))), { kv: 0, ledger: 1, limiter: 0 });
  const authorization = `Bearer ${(await gate.admin("token", { subject: "1001002" })).access_token}`;
  assert.deepEqual(await good(() => gate.get("/me/a", { authorization })), { kv: 0, ledger: 0, limiter: 0 }, "the isolate that minted it remembers");
  assert.deepEqual(await good(() => gate.get("/strict/a", { authorization })), { kv: 0, ledger: 1, limiter: 0 });
});

theLogHoldsNoCredential(gateway, { subjects: ["1001002"] });
