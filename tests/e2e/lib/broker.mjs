// A gate with a broker: the policy, and what a browser does on the way.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { status } from "./expect.mjs";
import { HOST } from "./client.mjs";
import { now } from "./sign.mjs";

export const KEY = "broker-key-0123456789abcdef0123456789abcdef";
export const secrets = { BROKER_KEY: KEY };

/** What is added to the demo's policy. `url`: where browsers are sent; `more`: further keys of the route. */
export const brokered = (url, more = "") => `
[keys.corp]
secret = "BROKER_KEY"
use = "link"

[links.corp]
keys = ["corp"]
max_lifetime = "5m"
single_use = true
subject = "user"

[brokers.corp]
url = "${url}"
link = "corp"

[[routes]]
name = "inside"
path = "/inside/*"
methods = ["GET", "HEAD", "POST"]
accept = ["session"]
broker = "corp"
${more}
forward = { origin = "demo" }
`;

/** Settings of demo/broker.py for a gate at that address. */
export const settings = (gate) => ({ EDGEGATE_GATE: gate, EDGEGATE_BROKER: "corp", EDGEGATE_BROKER_KEY_ID: "corp", EDGEGATE_BROKER_KEY: KEY });

export const page = { accept: "text/html,application/xhtml+xml", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

/** A browser is sent: { state, cookie, to }. */
export async function sent(gate, target, headers = {}) {
  const answer = await gate.get(target, { ...page, ...headers });
  status(answer, 303);
  const to = new URL(answer.header("location"));
  const cookie = answer.cookies.find((one) => one.startsWith("edgegate-broker="))?.split(";")[0];
  return { state: to.searchParams.get("state"), cookie, to, answer };
}

/** What a broker answers with, made here: a path of the gate. */
export function answered({ state, user = "jo", expires = now() + 60, host = HOST, path = "/.edgegate/broker/corp", kid = "corp", key = KEY, query }) {
  const covered = `${query ?? `state=${state}&user=${encodeURIComponent(user)}`}&eg_kid=${kid}&eg_exp=${expires}`;
  const mac = createHmac("sha256", key).update(`GET\n${host}\n${path}?${covered}`).digest("base64url");
  assert.ok(host.length > 0);
  return `${path}?${covered}&eg_sig=${mac}`;
}
