// What the gateway needs is down, missing or wrong: the request is refused, for the right reason, and never forwarded.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { compiled } from "../../../scripts/lib/demo-workers.mjs";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, root, secrets, startGateway, strictRoute, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { link, redirect } from "../lib/sign.mjs";

const nowhere = `
[origins.nowhere]
url = "http://127.0.0.1:9"
[[routes]]
name = "nowhere"
path = "/nowhere/*"
accept = ["link:files"]
forward = { origin = "nowhere" }`;
const amended = (change) => {
  const data = Buffer.from(compiled(demoPolicy())); // a copy: the compiled one is kept
  change(data);
  return data;
};
const uncached = demoPolicy(["[bearer]\n", '[bearer]\ncache = "0s"\n'], ["[session]\n", '[session]\ncache = "0s"\n'], strictRoute("bearer"), nowhere);
const gateway = await startGateway({
  gate: { policy: uncached },
  noKv: { policy: uncached, without: ["EDGEGATE_KV"] },
  noLedger: { policy: uncached, without: ["EDGEGATE_LEDGER"] },
  noLimiter: { policy: uncached, without: ["EDGEGATE_LIMITER"] },
  noOrigin: { without: ["ORIGIN"] },
  noSecrets: { policy: uncached, secrets: Object.fromEntries(Object.keys(secrets).map((name) => [name, undefined])) },
  emptySecrets: { secrets: { EDGEGATE_LINK_KEY: "", EDGEGATE_IDENTITY_KEY_1: "not a key" } },
  changedPolicy: { policy: amended((data) => (data[data.length - 1] ^= 1)) },
  newerPolicy: { policy: amended((data) => (data[19] = 99)) },
  noPolicy: { policy: Buffer.from(demoPolicy()) },
});
const { gate } = gateway;
after(() => gateway.stop());

const page = { accept: "text/html" };
const local = (url) => url.replace("http://127.0.0.1:8787", "");
const bearer = (token) => ({ authorization: `Bearer ${token}` });
const signIn = (gate, password = "correct+horse+battery+staple", from = "203.0.113.1") =>
  gate.form("/.edgegate/sign-in", `account=jo&password=${password}&next=/account/`, { origin: "http://127.0.0.1:8787", "cf-connecting-ip": from });

/** With these faults in place each of the requests is refused, and none gets to an origin. */
async function allRefused(faults, requests) {
  await gate.take();
  await gate.faults(faults);
  try {
    await Promise.all(requests.map(async ([send, reason]) => refused(await send(), 503, reason)));
  } finally {
    await gate.faults();
  }
  // The password check is the gateway's own question, and no request that was let through.
  const through = (await gate.take()).forwarded.filter(({ url }) => !url.endsWith("/check-password"));
  assert.deepEqual(through, []);
}

const openSession = async () => {
  const { url } = await gate.admin("nonce", { subject: "1001002", route: "account" });
  return { cookie: /^[^;]+/.exec((await gate.get(local(url), page)).cookies[0])[0] };
};
const token = (await gate.admin("token", { subject: "1001002" })).access_token;
const nonce = local((await gate.admin("nonce", { subject: "1001002", route: "account" })).url);
const session = await openSession();

for (const how of ["throw", "hang"]) {
  test(`KV ${how}s: 503 for what has a record; what has none works on`, async () => {
    await allRefused({ kv: how }, [
      [() => gate.get("/me/a", bearer(token)), "vault_unavailable"],
      [() => gate.get("/strict/a", bearer(token)), "vault_unavailable"],
      [() => gate.get("/account/", session), "vault_unavailable"],
      [() => signIn(gate), "vault_unavailable"],
      [() => gate.post("/.edgegate/admin/token", '{"subject":"x"}', { ...bearer(secrets.EDGEGATE_ADMIN_KEY), "cf-connecting-ip": "127.0.0.1" }), "vault_unavailable"],
    ]);
    await gate.faults({ kv: how });
    forwarded(await gate.get(link("/files/a")));
    forwarded(await gate.get(link("/once/a", `how=${how}`)));
    await gate.faults();
  });

  test(`the Durable Object ${how}s: 503 for what it decides; nothing counts as unused`, async () => {
    const mine = await openSession();
    const once = link("/once/a", `ledger=${how}`);
    const landing = redirect("/landing/a", `ledger=${how}`);
    await allRefused({ ledger: how }, [
      [() => gate.get(once), "ledger_unavailable"],
      [() => gate.get(landing), "ledger_unavailable"],
      [() => gate.get(nonce, page), "ledger_unavailable"],
      [() => gate.get("/strict/a", bearer(token)), "ledger_unavailable"],
      [() => gate.form("/.edgegate/sign-out", "", { ...mine, origin: "http://127.0.0.1:8787" }), "ledger_unavailable"],
      [() => signIn(gate), "ledger_unavailable"],
      [() => signIn(gate, "guess"), "ledger_unavailable"],
    ]);
    forwarded(await gate.get(once)); // it was never used
    await gate.faults({ ledger: how });
    forwarded(await gate.get("/me/a", bearer(token)));
    await gate.faults();
  });
}

test("an answer of the Durable Object that is none is no success", async () => {
  await allRefused({ ledger: "garbage" }, [
    [() => gate.get(link("/once/a", "garbage")), "ledger_unavailable"],
    [() => gate.get("/strict/a", bearer(token)), "ledger_unavailable"],
    [() => signIn(gate), "ledger_unavailable"],
  ]);
});

test("a nonce met a store that was down, and works afterwards", async () => {
  status(await gate.get(nonce, page), 303);
});

test("the limiter throws, hangs or is missing: a wrong password is no answer and makes who sent it wait, a right one needs none", async () => {
  for (const [limiter, from] of [["throw", "203.0.113.2"], ["hang", "203.0.113.3"]]) {
    await allRefused({ limiter }, [[() => signIn(gate, "guess", from), "limiter_unavailable"]]);
    await refused(await signIn(gate, undefined, from), 429, "throttled");
  }
  const { noLimiter } = gateway;
  await refused(await signIn(noLimiter, "guess"), 503, "binding_missing");
  await refused(await signIn(noLimiter), 429, "throttled");
  status(await signIn(noLimiter, undefined, "203.0.113.4"), 303);
  const mint = (key) => noLimiter.post("/.edgegate/admin/token", '{"subject":"x"}', { ...bearer(key), "cf-connecting-ip": "127.0.0.1" });
  status(await mint(secrets.EDGEGATE_ADMIN_KEY), 201);
  await refused(await mint("guess-guess-guess-guess"), 503, "binding_missing");
  await refused(await mint(secrets.EDGEGATE_ADMIN_KEY), 429, "throttled");
});

test("a binding that is missing is named at start, and its requests are refused", async () => {
  const { noKv, noLedger } = gateway;
  await refused(await noKv.get("/me/a", bearer(token)), 503, "binding_missing");
  await refused(await noKv.get("/account/", session), 503, "binding_missing");
  forwarded(await noKv.get(link("/files/a")));
  await refused(await noLedger.get(link("/once/a", "missing")), 503, "binding_missing");
  await refused(await noLedger.get(redirect("/landing/a", "missing")), 503, "binding_missing");
  await refused(await gateway.noOrigin.get(link("/files/a")), 503, "binding_missing");
  await refused(await signIn(gateway.noOrigin), 503, "password_check_unavailable");
  assert.ok(gateway.logs.some((line) => line.includes("binding ORIGIN of origin demo is missing")));
  for (const name of ["EDGEGATE_KV", "EDGEGATE_LEDGER", "EDGEGATE_LIMITER"]) {
    assert.ok(gateway.logs.some((line) => line.includes(`binding ${name} is missing`)), name);
  }
  for (const gate of [noKv, noLedger]) assert.ok((await gate.take()).forwarded.every(({ url }) => url.includes("/files/")));
});

test("a secret that is missing is named at start, and its requests are refused", async () => {
  const { noSecrets, emptySecrets } = gateway;
  const asked = [
    link("/files/a"), link("/once/a", "n=1"), redirect("/landing/a", "n=1"), ["/me/a", bearer(token)], ["/account/", session], [nonce, page], ["/.edgegate/jwks.json"],
  ];
  for (const one of asked) await refused(await noSecrets.get(...[one].flat()), 503, "secret_missing");
  await refused(await signIn(noSecrets), 503, "secret_missing");
  await refused(await noSecrets.post("/.edgegate/admin/token", "{}", { ...bearer(""), "cf-connecting-ip": "127.0.0.1" }), 503, "secret_missing");
  for (const name of Object.keys(secrets)) assert.ok(gateway.logs.some((line) => line.includes(`secret ${name} is not set`)), name);
  const health = await noSecrets.get("/.edgegate/health");
  status(health, 503);
  assert.deepEqual(health.json.missing_secrets.sort(), Object.keys(secrets).sort());
  await refused(await emptySecrets.get(link("/files/a", "", { key: "" })), 503, "secret_missing");
  assert.deepEqual((await noSecrets.take()).forwarded, []);
  assert.deepEqual((await emptySecrets.take()).forwarded, []);
});

test("an identity key that is none: 503 on the route that asks for a JWT", async () => {
  const { emptySecrets } = gateway;
  const { access_token } = await emptySecrets.admin("token", { subject: "1001002" });
  await refused(await emptySecrets.get("/me/a", bearer(access_token)), 503, "signer_unavailable");
  assert.deepEqual((await emptySecrets.take()).forwarded, []);
});

test("a policy that cannot be read: everything is 503, and the log says what is wrong, and what to do", async () => {
  const { format } = JSON.parse(readFileSync(path.join(root, "fixtures/policy/compiled.json"), "utf8"));
  for (const bad of [gateway.changedPolicy, gateway.newerPolicy, gateway.noPolicy]) {
    for (const path of ["/", "/files/a", "/.edgegate/health", link("/files/a"), "/elsewhere"]) {
      const answer = await bad.get(path);
      status(answer, 503);
      assert.equal(answer.header("content-type"), "application/problem+json");
      assert.equal(answer.header("cache-control"), "no-store");
      assert.equal(answer.json.code, "unavailable");
    }
    assert.deepEqual((await bad.take()).forwarded, []);
  }
  for (const reason of ["it was changed or cut after it was written", `its format is 99, and this Worker reads format ${format}`, "it is no compiled policy"]) {
    assert.equal(gateway.logs.filter((text) => text.includes(reason) && text.includes("npm run build")).length, 1, reason);
  }
});

test("the origin is down: 502, and not a word of its address", async () => {
  const answer = await gate.get(link("/nowhere/a"));
  await refused(answer, 502, "origin_unavailable");
  assert.doesNotMatch(answer.text, /127\.0\.0\.1|nowhere/);
  await gate.faults({ origin: "throw" });
  await refused(await gate.get(link("/files/a")), 502, "origin_unavailable");
  await gate.faults();
});

theLogHoldsNoCredential(gateway, { subjects: ["1001002"] });
