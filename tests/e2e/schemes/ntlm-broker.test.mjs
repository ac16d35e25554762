// demo/broker.py behind a web server that authenticates connections: whom it names, whom it sends where, and what it refuses.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, test } from "node:test";
import { startNtlm, users } from "../lib/ntlm.mjs";
import { pythonGet } from "../lib/requests.mjs";
import { startSite } from "../../browser/lib/site.mjs";

const gate = await startSite({ "/.edgegate/broker/win%20dows": ["text/plain", "signed in"] });
const key = "broker-key-0123456789abcdef0123456789";
const settings = { EDGEGATE_GATE: gate.url, EDGEGATE_BROKER: "win dows", EDGEGATE_BROKER_KEY_ID: "b-1", EDGEGATE_BROKER_KEY: key };
const server = await startNtlm({ settings });
after(() => (gate.stop(), server.stop()));

const state = "Az09_.~-";
const asJo = (target, options) => pythonGet(server.url + target, { mode: "ntlm", user: users.jo, ...options });

test("it sends whom the connection was authenticated as back to the gate, with a link that the gate's key signs for a minute", async () => {
  const before = Math.floor(Date.now() / 1000);
  const { text, url } = await asJo(`/broker?state=${state}`);
  assert.equal(text, "signed in");
  const [, covered, signature] = /^http:\/\/[^/]+(.*)&eg_sig=(.*)$/.exec(url);
  const [, expires] = /^\/\.edgegate\/broker\/win%20dows\?state=Az09_\.~-&user=CORP%5Cjo&eg_kid=b-1&eg_exp=(\d+)$/.exec(covered);
  assert.ok(expires >= before + 60 && expires <= Date.now() / 1000 + 60);
  assert.equal(signature, createHmac("sha256", key).update(`GET\n${new URL(gate.url).host}\n${covered}`).digest("base64url"));
});

test("a name that is not ASCII goes back as UTF-8", async () => {
  const { headers } = await pythonGet(`${server.url}/broker?state=${state}`, { mode: "ntlm", user: users.zoe, follow: false });
  assert.equal(new URL(headers.location).searchParams.get("user"), "CORP\\zo%C3%AB");
});

test("where it sends the browser is a setting; its answer is kept by nobody, and told to nobody", async () => {
  await server.set({ EDGEGATE_GATE: "https://gate.example.org" });
  const { status, headers } = await asJo(`/broker?state=${state}`, { follow: false, headers: { "x-forwarded-host": "evil.example" } });
  await server.set(settings);
  assert.equal(status, 302);
  assert.match(headers.location, /^https:\/\/gate\.example\.org\/\.edgegate\/broker\//);
  assert.deepEqual([headers["cache-control"], headers["referrer-policy"]], ["no-store", "no-referrer"]);
});

test("a state that no gate can have made, or none, or two, is refused", async () => {
  for (const query of ["", "?", "?state=", "?state=a%0Ab", "?state=a%26user=x", "?state=a+b", "?state=%C3%A9", "?state=a&state=b", `?state=${"a".repeat(4097)}`]) {
    const { status, headers, text } = await asJo(`/broker${query}`);
    assert.deepEqual([status, headers.location], [400, undefined], query);
    assert.match(text, /only when the gate sends you here/);
  }
});

test("a web server that authenticates nobody is told so, as is one without the settings", async () => {
  const open = await fetch(`${server.url}/open/broker?state=${state}`);
  assert.equal(open.status, 500);
  assert.match(await open.text(), /did not authenticate you/);
  const missing = Object.keys(settings).map((name) => [name, ""]);
  const gates = [`${gate.url}/`, "http://gate.example.org", "https://gate.example.org@evil.example"].map((value) => ["EDGEGATE_GATE", value]);
  for (const [name, value] of [...missing, ...gates]) {
    await server.set({ ...settings, [name]: value });
    const { status, text } = await asJo(`/broker?state=${state}`);
    assert.deepEqual([status, text.includes("The broker is not set up")], [500, true], `${name}=${value}`);
  }
  await server.set(settings);
});

test("only GET signs", async () => {
  for (const method of ["POST", "HEAD", "PUT"]) {
    const { status, headers } = await fetch(`${server.url}/open/broker?state=${state}`, { method });
    assert.deepEqual([status, headers.get("allow"), headers.get("location")], [405, "GET", null], method);
  }
});
