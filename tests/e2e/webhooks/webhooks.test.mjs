// Webhooks as their senders sign them, by the senders' own libraries, over workerd's own socket. The origin gets the body byte
// for byte, and only what was signed.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { after, test } from "node:test";
import { sign as githubSign } from "@octokit/webhooks-methods";
import { Webhook as Standard } from "standardwebhooks";
import Stripe from "stripe";
import { refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { startOrigin } from "../lib/origin.mjs";

const SECRETS = {
  GITHUB_NOW: "github-secret-of-now-0123456789", GITHUB_NEXT: "github-secret-of-next-0123456789",
  STRIPE_HOOK: "whsec_0123456789abcdef0123456789abcdef", SLACK_HOOK: "8f742231b10e8888abcd99yyyzzz85a5",
  SHOPIFY_HOOK: "hush-hush-0123456789", STANDARD_HOOK: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", OWN_HOOK: "own-secret-0123456789",
};
const origin = await startOrigin();
const sender = (name, more) => `[webhooks.${name}]\n${more}\n[[routes]]\nname = "${name}"\npath = "/${name}"\nmethods = ["GET", "POST", "PUT"]\naccept = ["webhook:${name}"]\nforward = { origin = "web" }`;
const policy = demoPolicy(
  `[origins.web]\nurl = "${origin.url}"`,
  sender("github-now", 'profile = "github"\nsecret = "GITHUB_NOW"\nnext_secret = "GITHUB_NEXT"\nlimit = 100_000'),
  sender("stripe-now", 'profile = "stripe"\nsecret = "STRIPE_HOOK"\nsingle_use = true'),
  sender("slack-now", 'profile = "slack"\nsecret = "SLACK_HOOK"'),
  sender("shopify-now", 'profile = "shopify"\nsecret = "SHOPIFY_HOOK"'),
  sender("standard-now", 'profile = "standard-webhooks"\nsecret = "STANDARD_HOOK"'),
  sender("own", 'profile = "custom"\nsecret = "OWN_HOOK"\nheader = "X-Own"\nalgorithm = "hmac-sha1"\nencoding = "base64"\nprefix = "v1="\nsigned = "{x-event}|{timestamp}|{body}"\ntimestamp = "X-Time"'),
);
const gateway = await startGateway({ gate: { policy, secrets: SECRETS } });
const { gate } = gateway;
after(() => (origin.stop(), gateway.stop()));

const now = () => Math.floor(Date.now() / 1000);
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const json = { "content-type": "application/json" };
const stripe = new Stripe("sk_test_0");
const hmac = (algorithm, secret, text, encoding) => createHmac(algorithm, secret).update(text).digest(encoding);

/** For each sender: header fields that sign a body, at a time. */
const signers = {
  "github-now": async (body) => ({ "x-hub-signature-256": await githubSign(SECRETS.GITHUB_NOW, body) }),
  "stripe-now": async (body, timestamp = now()) => ({ "stripe-signature": stripe.webhooks.generateTestHeaderString({ payload: body, secret: SECRETS.STRIPE_HOOK, timestamp }) }),
  "slack-now": async (body, time = now()) => ({ "x-slack-request-timestamp": time, "x-slack-signature": `v0=${hmac("sha256", SECRETS.SLACK_HOOK, `v0:${time}:${body}`, "hex")}` }),
  "shopify-now": async (body) => ({ "x-shopify-hmac-sha256": hmac("sha256", SECRETS.SHOPIFY_HOOK, body, "base64") }),
  "standard-now": async (body, time = now(), id = `msg_${Math.random().toString(36).slice(2)}`) => ({ "webhook-id": id, "webhook-timestamp": time, "webhook-signature": new Standard(SECRETS.STANDARD_HOOK).sign(id, new Date(time * 1000), body) }),
  own: async (body, time = now()) => ({ "x-event": "paid", "x-time": time, "x-own": `v1=${hmac("sha1", SECRETS.OWN_HOOK, `paid|${time}|${body}`, "base64")}` }),
};
const HAVE_TIME = ["stripe-now", "slack-now", "standard-now", "own"];

/** The body reached the origin as it was sent, with the fields of the signature. */
async function delivered(name, body, headers) {
  const answer = await gate.post(`/${name}`, body, { ...json, ...headers });
  assert.equal(answer.status, 200, answer.text);
  const [request, ...others] = origin.take();
  assert.deepEqual([request.sha256, request.length, others.length], [sha256(body), Buffer.byteLength(body), 0]);
  for (const [field, value] of Object.entries(headers)) assert.equal(request.fields[field], String(value), "the origin may verify it again");
}

test("what each sender signs reaches the origin byte for byte", async () => {
  for (const [name, sign] of Object.entries(signers)) {
    // GitHub's library signs nothing that is empty.
    const bodies = name === "github-now" ? [] : [""];
    for (const body of ['{"a":1}', ...bodies, '{ "tä": "\\u00e9 €" }\r\n', `{"long":"${"x".repeat(90_000)}"}`]) await delivered(name, body, await sign(body));
  }
});

test("another body, another secret, no signature and an old one are refused, and nothing is forwarded", async () => {
  const body = '{"amount":1}';
  for (const [name, sign] of Object.entries(signers)) {
    const headers = await sign(body);
    await refused(await gate.post(`/${name}`, '{"amount":9}', { ...json, ...headers }), 403, "webhook_signature_mismatch");
    await refused(await gate.post(`/${name}`, `${body} `, { ...json, ...headers }), 403, "webhook_signature_mismatch");
    await refused(await gate.post(`/${name}`, body, json), 403, "credential_missing");
    await refused(await gate.request("PUT", `/${name}`, { body, headers }), 403, "credential_missing");
    if (!HAVE_TIME.includes(name)) continue;
    for (const time of [now() - 310, now() + 310]) await refused(await gate.post(`/${name}`, body, { ...json, ...(await sign(body, time)) }), 403, "webhook_expired");
  }
  await refused(await gate.post("/slack-now", body, { ...(await signers["slack-now"](body)), "x-slack-request-timestamp": now() + 1 }), 403, "webhook_signature_mismatch");
  await refused(await gate.post("/own", body, { ...(await signers.own(body)), "x-event": "refunded" }), 403, "webhook_signature_mismatch");
  assert.deepEqual(origin.take(), []);
});

test("either of two secrets signs, and either of several signatures holds", async () => {
  const body = '{"a":2}';
  await delivered("github-now", body, { "x-hub-signature-256": await githubSign(SECRETS.GITHUB_NEXT, body) });
  const { "stripe-signature": right } = await signers["stripe-now"](body);
  const [time, signature] = right.split(",");
  await delivered("stripe-now", body, { "stripe-signature": `${time},v1=${"0".repeat(64)},${signature},v0=${"1".repeat(64)}` });
  const standard = await signers["standard-now"](body);
  await delivered("standard-now", body, { ...standard, "webhook-signature": `v1a,AAAA v1,${Buffer.alloc(32).toString("base64")} ${standard["webhook-signature"]}` });
});

test("a delivery works once where its time is signed and the policy says so; one that was signed anew is another", async () => {
  const body = '{"a":3}';
  for (const name of ["stripe-now", "standard-now"]) {
    const headers = await signers[name](body, now() - 1, "msg_same");
    const answers = await Promise.all(Array.from({ length: 8 }, () => gate.post(`/${name}`, body, headers)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(7).fill(403)]);
    assert.equal(origin.take().length, 1);
    await refused(await gate.post(`/${name}`, body, headers), 403, "webhook_replayed");
    await delivered(name, body, await signers[name](body, now(), "msg_same"));
  }
});

test("one that is too long, or not well formed, is refused before the origin hears of it", async () => {
  const long = "x".repeat(100_001);
  await refused(await gate.post("/github-now", long, await signers["github-now"](long)), 413, "body_too_large");
  await refused(await gate.post("/github-now", long, { ...(await signers["github-now"](long)), "transfer-encoding": "chunked" }), 413, "body_too_large");
  const mac = "a".repeat(64);
  for (const [name, headers] of [
    ["github-now", { "x-hub-signature-256": mac }], ["github-now", { "x-hub-signature-256": `sha256=${mac.slice(1)}` }], ["github-now", { "x-hub-signature-256": [`sha256=${mac}`, `sha256=${mac}`] }],
    ["stripe-now", { "stripe-signature": `v1=${mac}` }], ["stripe-now", { "stripe-signature": `t=1,t=2,v1=${mac}` }], ["stripe-now", { "stripe-signature": `t=+1,v1=${mac}` }], ["stripe-now", { "stripe-signature": `t=${now()},v0=${mac}` }],
    ["slack-now", { "x-slack-signature": `v0=${mac}` }], ["standard-now", { "webhook-id": "a.b", "webhook-timestamp": now(), "webhook-signature": "v1,AAAA" }],
  ]) {
    await refused(await gate.post(`/${name}`, "{}", headers), 400, "webhook_malformed");
  }
  assert.deepEqual(origin.take(), []);
});

test("a form that names another method is refused, signed or not", async () => {
  const body = "_method=DELETE&payload=1";
  const headers = { "content-type": "application/x-www-form-urlencoded", ...(await signers["slack-now"](body)) };
  await refused(await gate.post("/slack-now", body, headers), 400, "method_overridden");
  const form = "payload=%7B%22a%22%3A1%7D&token=x";
  await delivered("slack-now", form, { "content-type": "application/x-www-form-urlencoded", ...(await signers["slack-now"](form)) });
});

theLogHoldsNoCredential(gateway);
