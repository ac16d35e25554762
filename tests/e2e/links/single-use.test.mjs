// What works once works once: in no other spelling, on no other path, by no other method does it work again.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, secrets, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { link, now, redirect } from "../lib/sign.mjs";

const loose = demoPolicy(
  ["[links.once]", "[links.once]\ncover_method = false\ncover_host = false"],
  `
[[routes]]
name = "twice"
path = "/twice/*"
methods = ["GET", "HEAD", "POST"]
accept = ["link:once"]
forward = { origin = "demo" }
[[routes]]
name = "landing-too"
path = "/landing-too/*"
accept = ["signed-redirect:landing"]
forward = { origin = "demo" }`,
);
const alone = demoPolicy('[storage]\nsingle_use = "best-effort"');
const gateway = await startGateway({ gate: {}, loose: { policy: loose }, alone: { policy: alone, without: ["EDGEGATE_LEDGER"] } });
const { gate } = gateway;
after(() => gateway.stop());

let visits = 0;
const once = () => link("/once/ticket.pdf", `n=${++visits}`);
const landing = () => redirect("/landing/welcome", `cons_id=1001002&visit=${++visits}`);
const flipCase = (hex) => hex.replace(/[a-f]/g, (letter) => letter.toUpperCase());
const mac = (good) => good.split("eg_sig=")[1];

test("a link works once", async () => {
  const good = once();
  assert.equal(forwarded(await gate.get(good)).path, good.slice(0, good.indexOf("&eg_kid")));
  for (let again = 0; again < 3; again++) await refused(await gate.get(good), 403, "link_replayed");
});

const linkSpellings = {
  "with ignored parameters": (good) => `${good}&utm_source=again`,
  "with many of them": (good) => `${good}&fbclid=1&gclid=2&utm_a=3`,
  "with padding": (good) => `${good}=`,
  "with escaped padding": (good) => `${good}%3D`,
  "in hex": (good) => good.replace(mac(good), Buffer.from(mac(good), "base64url").toString("hex")),
  "in plain base64": (good) => good.replace(mac(good), Buffer.from(mac(good), "base64url").toString("base64").replace("=", "")),
  "with an escape in the signature": (good) => good.replace(/.$/, (last) => `%${last.charCodeAt(0).toString(16)}`),
  "with the last, unused bits set": (good) => good.replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1)),
  "on another path": (good) => good.replace("/once/ticket.pdf", "/once/other.pdf"),
  "with a slash": (good) => good.replace("/once/ticket.pdf", "/once/ticket.pdf/"),
  "with an escaped letter in the path": (good) => good.replace("/once/t", "/once/%74"),
  "with the path in capitals": (good) => good.replace("/once/", "/ONCE/"),
  "with an empty parameter": (good) => good.replace("?", "?&"),
  "with a fragment": (good) => `${good}#x`,
};

for (const [how, spell] of Object.entries(linkSpellings)) {
  test(`a used link ${how} does not work again, and no unused one works twice that way`, async () => {
    const used = once();
    forwarded(await gate.get(used));
    assert.ok((await gate.get(spell(used))).status >= 400, spell(used));
    const fresh = once();
    const answers = [await gate.get(spell(fresh)), await gate.get(fresh), await gate.get(spell(fresh))];
    assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
  });
}

test("a used link does not work by HEAD, for another host or for another client", async () => {
  const good = once();
  forwarded(await gate.get(good));
  status(await gate.request("HEAD", good), 403);
  await refused(await gate.get(good, { "cf-connecting-ip": "198.51.100.7", cookie: "a=b" }), 403, "link_replayed");
  await refused(await gate.get(good, {}, { host: "LOCALHOST:8787" }), 403, "link_signature_mismatch");
});

test("where method and host are not covered, another method, host or route does not make it new", async () => {
  const { loose } = gateway;
  const covered = `n=loose&eg_kid=demo&eg_exp=${now() + 600}`;
  const sign = (path) => `${path}?${covered}&eg_sig=${createHmac("sha256", secrets.EDGEGATE_LINK_KEY).update(`${path}?${covered}`).digest("base64url")}`;
  forwarded(await loose.get(sign("/twice/a")));
  await refused(await loose.post(sign("/twice/a"), ""), 403, "link_replayed");
  await refused(await loose.get(sign("/twice/a"), {}, { host: "other.example" }), 503, "secret_missing");
  await refused(await loose.get(sign("/twice/a"), {}, { host: "localhost" }), 403, "link_replayed");
});

test("HEAD, prefetch and previews neither use a link nor a redirect up, nor get through", async () => {
  for (const [fresh, reason] of [[once, "link_not_used"], [landing, "redirect_not_used"]]) {
    const good = fresh();
    status(await gate.request("HEAD", good), 403);
    for (const ahead of [{ "sec-purpose": "prefetch" }, { "sec-purpose": "prefetch;prerender" }, { purpose: "prefetch" }, { "x-purpose": "preview" }, { "x-moz": "prefetch" }]) {
      await refused(await gate.get(good, ahead), 403, reason);
    }
    forwarded(await gate.get(good));
  }
});

const redirectSpellings = {
  "in capitals": (good) => good.replace(/[^=]+$/, flipCase),
  "on another path": (good) => good.replace("/landing/welcome", "/landing/elsewhere"),
  "on the bare path": (good) => good.replace("/landing/welcome", "/landing"),
  "with one escaped digit": (good) => good.replace(/.$/, (last) => `%${last.charCodeAt(0).toString(16)}`),
  "as sig": (good) => good.replace("&signature=", "&sig="),
};

for (const [how, spell] of Object.entries(redirectSpellings)) {
  test(`a used redirect ${how} does not work again`, async () => {
    const used = landing();
    forwarded(await gate.get(used));
    assert.ok((await gate.get(spell(used))).status >= 400, spell(used));
    await refused(await gate.get(used), 403, "redirect_replayed");
    const fresh = landing();
    const answers = [await gate.get(spell(fresh)), await gate.get(fresh), await gate.get(spell(fresh))];
    assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
  });
}

test("a redirect used on one route does not open another with the same profile", async () => {
  const good = redirect("/landing/a", "visit=routes");
  forwarded(await gateway.loose.get(good));
  await refused(await gateway.loose.get(good.replace("/landing/", "/landing-too/")), 403, "redirect_replayed");
});

test("fifty requests with one link at one moment: one gets through", async () => {
  const good = once();
  const answers = await Promise.all(Array.from({ length: 50 }, () => gate.get(good)));
  assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
});

test("without the Durable Object the policy says so, and a link is still refused when it comes again", async () => {
  const { alone } = gateway;
  const good = link("/once/a", "n=alone");
  forwarded(await alone.get(good));
  await refused(await alone.get(good), 403, "link_replayed");
  const { single_use } = (await alone.get("/.edgegate/health")).json;
  assert.equal(single_use, "best-effort");
  assert.ok(gateway.logs.some((line) => line.includes("single use is best effort")), "and the log says it at start");
});

theLogHoldsNoCredential(gateway);
