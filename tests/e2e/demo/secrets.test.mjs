// The demo's secrets are published. Outside loopback they count as missing, one by one, whatever the request.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, secrets, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { link, redirect, seal } from "../lib/sign.mjs";

const issuer = 'issuer = "http://127.0.0.1:8787"';
const gateway = await startGateway({
  gate: {},
  mixed: { secrets: { EDGEGATE_LINK_KEY: "a-link-key-of-my-own-0123456789abcdef" } },
  deployed: { without: ["EDGEGATE_LOOPBACK"], policy: demoPolicy([issuer, 'issuer = "https://gate.example"'], ["explain = true", "explain = false"]) },
  // A deployment of the demo itself, by hand; and values that are not the one word.
  forgotten: { without: ["EDGEGATE_LOOPBACK"] },
  ...Object.fromEntries(["1", "TRUE", "", "false", " true"].map((value, at) => [`said${at}`, { bindings: { EDGEGATE_LOOPBACK: value } }])),
  boolean: { bindings: { EDGEGATE_LOOPBACK: true } },
});
const { gate, mixed, deployed } = gateway;
after(() => gateway.stop());

const outside = ["gate.example", "gate.example:8787", "192.0.2.1", "localhost.gate.example", "127.0.0.1.gate.example", "[2001:db8::1]", "0.0.0.0", "10.0.0.1:8787"];
const inside = ["127.0.0.1:8787", "localhost", "localhost:8787", "127.1.2.3", "[::1]:8787", "[::1]", "LOCALHOST:1"];
const admin = { authorization: `Bearer ${secrets.EDGEGATE_ADMIN_KEY}`, "cf-connecting-ip": "127.0.0.1" };
const asks = (host, gate = gateway.gate) => [
  () => gate.get(link("/files/a", "", { host }), {}, { host }),
  () => gate.get(link("/once/a", "", { host }), {}, { host }),
  () => gate.get(redirect("/landing/a", `h=${Math.random()}`), {}, { host }),
  () => gate.get("/me/a", { authorization: `Bearer ${seal("egt").text}` }, { host }),
  () => gate.get("/account/", { cookie: `__Host-edgegate=${seal("egs").text}` }, { host }),
  () => gate.get(`/account/?NONCE_TOKEN=${seal("egn", { audience: "account" }).text}`, {}, { host }),
  () => gate.post("/.edgegate/admin/token", '{"subject":"root"}', admin, { host }),
  () => gate.request("POST", "/.edgegate/sign-in", { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "account=jo&password=correct+horse+battery+staple", host }),
  () => gate.get("/.edgegate/jwks.json", {}, { host }),
];

for (const host of outside) {
  test(`at ${host} every credential under a published secret is answered 503, and none is forwarded`, async () => {
    await gate.take();
    for (const ask of asks(host)) await refused(await ask(), 503, "secret_missing");
    assert.deepEqual((await gate.take()).forwarded, []);
  });
}

test("over https it is the same", async () => {
  const answer = await gateway.dispatch("gate", `https://gate.example${link("/files/a", "", { host: "gate.example" })}`);
  assert.equal(answer.status, 503);
  assert.equal((await answer.json()).code, "unavailable");
});

// The deployment says whether it is a local one; `Host` is what a client writes.
const spoofs = [...inside, "x.localhost", "a.b.localhost:8787", "gate.localhost:443"];

test("where the deployment does not say that it is local, no Host makes it so, by http", async () => {
  for (const name of ["forgotten", "said0", "said1", "said2", "said3", "said4", "boolean"]) {
    for (const host of spoofs) {
      const answers = await Promise.all(asks(host, gateway[name]).map((ask) => ask()));
      for (const answer of answers) assert.ok(answer.status >= 400 && !answer.echo, `${name} at ${host}: ${answer.status} ${answer.text}`);
    }
  }
  for (const host of spoofs) {
    await refused(await deployed.get(link("/files/a", "", { host: host.toLowerCase() }), {}, { host }), 403, "transport_insecure");
    const health = await deployed.get("/.edgegate/health", {}, { host });
    assert.equal(health.json.missing_secrets, undefined, host);
  }
});

test("nor by https: published secrets are missing there", async () => {
  for (const host of spoofs.map((host) => host.toLowerCase().replace(":443", ":8443"))) {
    for (const name of ["deployed", "forgotten"]) {
      const answer = await gateway.dispatch(name, `https://${host}${link("/files/a", "", { host })}`);
      assert.equal(answer.status, 503, `${name} at ${host}`);
      const health = await (await gateway.dispatch(name, `https://${host}/.edgegate/health`)).json();
      assert.deepEqual(Object.keys(health).sort(), ["single_use", "status", "version"], `${name} at ${host}`);
      const admitted = await gateway.dispatch(name, `https://${host}/.edgegate/admin/token`, { method: "POST", body: '{"subject":"root"}', headers: admin });
      assert.equal(admitted.status, 503, `${name} at ${host}`);
    }
  }
});

test("on loopback, by any of its names, they work", async () => {
  for (const host of inside) {
    forwarded(await gate.get(link("/files/a", "", { host: host.toLowerCase() }), {}, { host }));
    status(await gate.get("/.edgegate/jwks.json", {}, { host }), 200);
  }
});

test("a client cannot say that it is on loopback", async () => {
  const lies = { "x-forwarded-host": "127.0.0.1", "x-forwarded-for": "127.0.0.1", forwarded: "host=localhost", "x-real-ip": "127.0.0.1", "cf-connecting-ip": "127.0.0.1", origin: "http://localhost" };
  await refused(await gate.get(link("/files/a", "", { host: "gate.example" }), lies, { host: "gate.example" }), 503, "secret_missing");
  for (const host of ["127.0.0.1@gate.example", "localhost#.gate.example", "gate.example/127.0.0.1", "127.0.0.1:80:80", "[::1].gate.example", "localhost.", "127.1", "0x7f.0.0.1", "2130706433"]) {
    const answer = await gate.get(link("/files/a", "", { host }), {}, { host });
    assert.equal(answer.echo, undefined, host);
  }
});

test("a secret of one's own works beside the published ones", async () => {
  const own = { host: "gate.example", key: "a-link-key-of-my-own-0123456789abcdef" };
  forwarded(await mixed.get(link("/files/a", "", own), {}, { host: "gate.example" }));
  await refused(await mixed.get(redirect("/landing/a", ""), {}, { host: "gate.example" }), 503, "secret_missing");
});

test("health tells the world that something is missing, and only loopback what", async () => {
  const outsideHealth = await gate.get("/.edgegate/health", {}, { host: "gate.example" });
  status(outsideHealth, 503);
  assert.deepEqual(Object.keys(outsideHealth.json).sort(), ["single_use", "status", "version"]);
  const insideHealth = await gate.get("/.edgegate/health");
  status(insideHealth, 200);
  assert.deepEqual([insideHealth.json.status, insideHealth.json.missing_secrets], ["ok", []]);
  for (const name of Object.keys(secrets)) assert.ok(gateway.logs.some((line) => line.includes("published demo values") && line.includes(name)), name);
});

test("the explainer answers on loopback only, and shows no signature that would hold", async () => {
  const good = link("/files/a", "v=2");
  const bad = good.replace("v=2", "v=3");
  const ask = (host) => gate.get(`/.edgegate/explain?url=${encodeURIComponent(`http://127.0.0.1:8787${bad}`)}`, {}, { host });
  await refused(await ask("gate.example"), 404, "no_route");
  const told = await ask("127.0.0.1:8787");
  status(told, 200);
  assert.equal(told.json.verdict, "link_signature_mismatch");
  assert.ok(told.json.hashed_text.startsWith("GET\n127.0.0.1:8787\n/files/a?v=3&eg_kid=demo&eg_exp="));
  const right = link("/files/a", "v=3", { exp: Number(/eg_exp=(\d+)/.exec(good)[1]) }).split("eg_sig=")[1];
  assert.ok(!told.text.includes(right));
});

theLogHoldsNoCredential(gateway, { subjects: ["1001002"] });
