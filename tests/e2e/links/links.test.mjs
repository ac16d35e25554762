// Signed links: what holds, what is refused and why, and that what was signed is what the origin gets.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, secrets, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { link, linkOver, now } from "../lib/sign.mjs";

const keys = { OLD_KEY: "old-key-old-key-old-key-old-key-0001", SHA1_KEY: "sha1-key-sha1-key-sha1-key-sha1-0001" };
const several = demoPolicy(
  `
[keys.old]
secret = "OLD_KEY"
use = "link"
[keys.sha1]
secret = "SHA1_KEY"
use = "link"
algorithm = "hmac-sha1"`,
  ['[links.files]\nkeys = ["demo"]', '[links.files]\nskew = "30s"\nsubject = "user"\nkeys = ["demo", "old", "sha1"]'],
  ['max_lifetime = "1500d" #', 'max_lifetime = "1h" #'],
  ['name = "files"\npath = "/files/*"\nmethods = ["GET", "HEAD"]', 'name = "files"\npath = "/files/*"\nmethods = ["GET", "HEAD", "POST"]'],
  `
[links.bound]
keys = ["demo"]
require_ip = true
cover_method = false
cover_host = false
[[routes]]
name = "bound"
path = "/bound/*"
methods = ["GET", "HEAD", "DELETE"]
accept = ["link:bound"]
forward = { origin = "demo" }`,
);
const gateway = await startGateway({ gate: {}, several: { policy: several, secrets: keys } });
const { gate } = gateway;
after(() => gateway.stop());

const example = "/files/report.pdf?v=2&eg_kid=demo&eg_exp=1900000000&eg_sig=s_sb-2DISeG4I2YvjxAa4cqb0kzuR3A3x-AMsCLSmYQ";

test("the worked example opens the route, and the origin gets the path and query without the signature", async () => {
  assert.equal(forwarded(await gate.get(example)).path, "/files/report.pdf?v=2");
  status(await gate.request("HEAD", example), 200);
});

test("a link without a query of its own leaves no empty query behind", async () => {
  assert.equal(forwarded(await gate.get(link("/files/a"))).path, "/files/a");
  assert.equal(forwarded(await gate.get(link("/files"))).path, "/files");
});

test("each changed byte is refused", async () => {
  const query = "v=2&name=J%C3%B6rg+O%2F&empty=&&x";
  const good = link("/files/a/report.pdf", query);
  assert.equal(forwarded(await gate.get(good)).path, `/files/a/report.pdf?${query}`);
  const plain = /[A-Za-z0-9]/;
  const positions = [...good].flatMap((byte, at) => (at > "/files/".length && plain.test(byte) ? [at] : []));
  for (const at of positions) {
    const changed = good.slice(0, at) + (good[at] === "b" ? "c" : "b") + good.slice(at + 1);
    const answer = await gate.get(changed);
    // The last character of base64url holds unused bits: what decodes to the same MAC is malformed, not another spelling.
    assert.ok([400, 403].includes(answer.status), `byte ${at} changed: ${answer.status} for ${changed}`);
  }
});

test("order, escapes and additions are covered as well", async () => {
  const good = link("/files/a", "a=1&b=2");
  const [, mac] = good.split("&eg_sig=");
  for (const other of [good.replace("a=1&b=2", "b=2&a=1"), good.replace("a=1", "%61=1"), good.replace("?", "?&"), good.replace("?", "?c=3&"), good.replace("b=2", "b=2&b=2")]) {
    await refused(await gate.get(other), 403, "link_signature_mismatch");
  }
  await refused(await gate.get(good.replace("/files/a", "/files/b")), 403, "link_signature_mismatch");
  await refused(await gate.get(good, {}, { host: "localhost:8787" }), 403, "link_signature_mismatch");
  for (const spelled of [`${mac}=`, mac.slice(0, -1), `${mac}A`, Buffer.from(mac, "base64url").toString("hex"), "", "~~~"]) {
    const answer = await gate.get(good.replace(mac, spelled));
    assert.equal(answer.status, 403, spelled);
  }
  const cut = Buffer.from(mac, "base64url").subarray(0, 16).toString("base64url");
  await refused(await gate.get(good.replace(mac, cut)), 403, "link_signature_mismatch");
});

test("the times of a link are checked only if it is authentic", async () => {
  await refused(await gate.get(link("/files/a", "", { exp: now() - 1 })), 403, "link_expired");
  await refused(await gate.get(link("/files/a", "", { nbf: now() + 60 })), 403, "link_not_yet_valid");
  await refused(await gate.get(link("/files/a", "", { exp: now() + 1501 * 86_400 })), 403, "link_lifetime_too_long");
  forwarded(await gate.get(link("/files/a", "", { nbf: now() - 1 })));
  await refused(await gate.get(link("/files/a", "", { exp: now() - 1 }).replace("/files/a", "/files/b")), 403, "link_signature_mismatch");
});

test("unknown keys, missing parts and odd numbers are refused", async () => {
  await refused(await gate.get(link("/files/a", "", { kid: "other" })), 403, "link_key_unknown");
  await refused(await gate.get(link("/files/a", "", { key: "not the key" })), 403, "link_signature_mismatch");
  await refused(await gate.get("/files/a"), 403, "credential_missing");
  for (const covered of ["eg_kid=demo", `eg_exp=${now() + 60}`, "eg_kid=demo&eg_exp=", "eg_kid=demo&eg_exp=0x7fffffff", `eg_kid=demo&eg_exp=0${now() + 60}`, `eg_kid=demo&eg_exp=+${now() + 60}`, "eg_kid=demo&eg_exp=9999999999999999999999"]) {
    await refused(await gate.get(linkOver("/files/a", covered)), 403, "link_malformed");
  }
  await refused(await gate.get("/files/a?eg_kid=demo&eg_exp=1900000000"), 403, "link_malformed");
});

test("a signing parameter that occurs twice, or in another spelling, is refused even under a good signature", async () => {
  const times = `eg_kid=demo&eg_exp=${now() + 600}`;
  for (const covered of [`eg_kid=demo&${times}`, `${times}&eg_exp=1`, `eg_sig=x&${times}`]) {
    await refused(await gate.get(linkOver("/files/a", covered)), 400, "parameter_duplicate");
  }
  for (const shadow of ["EG_KID=demo", "eg%5Fexp=1", "eg.exp=1", "eg_exp[]=1", "a=1;eg_exp=1", "eg_new=1", "eg%5fsig=x", "eg_exp%00=1"]) {
    await refused(await gate.get(linkOver("/files/a", `${shadow}&${times}`)), 400, "parameter_shadowed");
  }
  const good = link("/files/a");
  await refused(await gate.get(`${good}&eg_sig=x`), 400, "parameter_duplicate");
  await refused(await gate.get(`${good}&EG_SIG=x`), 400, "parameter_shadowed");
});

test("only listed parameters may follow the signature; they are forwarded, and none may repeat a signed one", async () => {
  const good = link("/files/a", "v=2");
  const tracked = forwarded(await gate.get(`${good}&utm_source=news&fbclid=x%20y&utm_medium`));
  assert.equal(tracked.path, "/files/a?v=2&utm_source=news&fbclid=x%20y&utm_medium");
  for (const more of ["&v=3", "&other=1", "&", "&utm=1", "&xutm_source=1", "&utm_a=1;b=2"]) {
    await refused(await gate.get(good + more), 403, "link_parameter_after_signature");
  }
  await refused(await gate.get(`${link("/files/a", "utm_source=news")}&utm_source=evil`), 400, "parameter_duplicate");
  await refused(await gate.get(`${link("/files/a", "utm_source=news")}&utm%5Fsource=evil`), 403, "link_parameter_after_signature");
});

test("GET covers HEAD and nothing else; other methods need a link of their own", async () => {
  const { several } = gateway;
  const good = link("/files/a");
  status(await several.request("HEAD", good), 200);
  await refused(await several.post(good, ""), 403, "link_signature_mismatch");
  forwarded(await several.post(link("/files/a", "", { method: "POST" }), ""));
  await refused(await several.get(link("/files/a", "", { method: "HEAD" })), 403, "link_signature_mismatch");
});

test("several keys live side by side, each with its own algorithm", async () => {
  const { several } = gateway;
  forwarded(await several.get(link("/files/a")));
  forwarded(await several.get(link("/files/a", "", { kid: "old", key: keys.OLD_KEY })));
  forwarded(await several.get(link("/files/a", "", { kid: "sha1", key: keys.SHA1_KEY, algorithm: "sha1" })));
  await refused(await several.get(link("/files/a", "", { kid: "sha1", key: keys.SHA1_KEY })), 403, "link_signature_mismatch");
  await refused(await several.get(link("/files/a", "", { kid: "old", key: keys.OLD_KEY, algorithm: "sha1" })), 403, "link_signature_mismatch");
  await refused(await several.get(link("/files/a", "", { kid: "demo", key: keys.OLD_KEY })), 403, "link_signature_mismatch");
});

test("skew counts both ways, the maximum lifetime is the policy's, and a signed parameter can name the subject", async () => {
  const { several } = gateway;
  forwarded(await several.get(link("/files/a", "", { exp: now() - 15, nbf: now() + 15 })));
  await refused(await several.get(link("/files/a", "", { exp: now() - 31 })), 403, "link_expired");
  await refused(await several.get(link("/files/a", "", { nbf: now() + 45 })), 403, "link_not_yet_valid");
  await refused(await several.get(link("/files/a", "", { exp: now() + 3700 })), 403, "link_lifetime_too_long");
  const echo = forwarded(await several.get(link("/files/a", "user=jo%40example.org"), { "edgegate-subject": "root" }));
  assert.equal(echo.fields.get("edgegate-subject"), "jo@example.org");
  await refused(await several.get(link("/files/a", "user=a&user=b")), 400, "parameter_duplicate");
  await refused(await several.get(link("/files/a", "user=a%0d%0aEdgegate-Client:%20x")), 403, "link_malformed");
});

test("a link can be bound to a network, and a route can ask for that", async () => {
  const from = (address) => ({ "cf-connecting-ip": address });
  forwarded(await gate.get(link("/files/a", "", { ip: "192.0.2.0/24" }), from("192.0.2.77")));
  forwarded(await gate.get(link("/files/a", "", { ip: "2001:db8::/32" }), from("2001:db8:1::7")));
  await refused(await gate.get(link("/files/a", "", { ip: "192.0.2.0/24" }), from("192.0.3.1")), 403, "link_address_mismatch");
  await refused(await gate.get(link("/files/a", "", { ip: "192.0.2.0/24" })), 403, "link_address_mismatch");
  await refused(await gate.get(link("/files/a", "", { ip: "nonsense" }), from("192.0.2.77")), 403, "link_malformed");
  const bound = (more) => {
    const covered = `eg_kid=demo&eg_exp=${now() + 60}${more}`;
    return `/bound/a?${covered}&eg_sig=${createHmac("sha256", secrets.EDGEGATE_LINK_KEY).update(`/bound/a?${covered}`).digest("base64url")}`;
  };
  await refused(await gateway.several.get(bound(""), from("192.0.2.1")), 403, "link_address_missing");
  forwarded(await gateway.several.get(bound("&eg_ip=192.0.2.1/32"), from("192.0.2.1")));
  await refused(await gateway.several.get(bound("&eg_ip=192.0.2.1/32")), 403, "link_address_mismatch");
  // This policy covers neither method nor host.
  forwarded(await gateway.several.request("DELETE", bound("&eg_ip=192.0.2.1/32"), { headers: from("192.0.2.1"), host: "localhost" }));
});

theLogHoldsNoCredential(gateway);
