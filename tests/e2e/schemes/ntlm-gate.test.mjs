// The gate between NTLM clients and servers: it relays no handshake, says so, and sends people to a broker where one is
// named. The whole way with requests and requests-ntlm as they come from PyPI, and a real NTLM endpoint.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { brokered, KEY, secrets, settings } from "../lib/broker.mjs";
import { refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { startNtlm, users } from "../lib/ntlm.mjs";
import { pythonGet } from "../lib/requests.mjs";

const server = await startNtlm();
const policy = demoPolicy(brokered(`${server.url}/broker`), `
[origins.ntlm]
url = "${server.url}"

[[routes]]
name = "ntlm"
path = "/who/*"
accept = ["none"]
forward = { origin = "ntlm" }`);
const gateway = await startGateway({ gate: { policy, secrets } });
const { gate } = gateway;
// Through the entry, so that the Host that requests sends is the one that is signed for.
const entry = await gateway.entry();
const address = `http://127.0.0.1:${entry.port}`;
await server.set(settings(address));
after(async () => {
  entry.close();
  await Promise.all([server.stop(), gateway.stop()]);
});
gateway.seen.add(KEY);

test("an origin that authenticates connections: its challenge does not reach the client, and no handshake goes through", async () => {
  const answer = await gate.get("/who/x");
  assert.equal(answer.status, 401, answer.text);
  assert.equal(answer.header("www-authenticate"), undefined, "there is nothing that the client could answer");
  const { status, error } = await pythonGet(`${address}/who/x`, { mode: "ntlm", user: users.jo });
  assert.equal(status, 401, error);
  // A client that begins by itself is nobody at the origin, and so is the next one.
  for (const authorization of ["NTLM TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw==", "Negotiate YII=", undefined]) {
    const next = await gate.get("/who/x", { authorization });
    assert.equal(next.status, 401);
    assert.ok(!next.text.includes("jo"), next.text);
  }
});

test("a route without a broker: requests-ntlm gets a plain 401, and its handshake a reason", async () => {
  const answer = await pythonGet(`${address}/SuperOffice/api/v1/Contact/2`, { mode: "ntlm", user: users.jo, headers: { Accept: "application/json" } });
  assert.equal(answer.status, 401, answer.error);
  assert.ok(!/negotiate|ntlm/i.test(JSON.stringify(answer.headers)), "no challenge that it would answer");
  assert.match(JSON.parse(answer.text).Message, /credential/);
  for (const scheme of ["NTLM", "Negotiate", "negotiate", "nTLM"]) {
    for (const target of ["/SuperOffice/api/v1/Contact/2", "/me/a", "/account/", "/api/3.0/ping", "/files/a"]) {
      const refusal = await gate.get(target, { authorization: `${scheme} TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw==` });
      // A link has no scheme, so there is no challenge that 401 would need (RFC 9110 section 15.5.2).
      await refused(refusal, target === "/files/a" ? 403 : 401, "scheme_needs_connection");
      assert.ok(!/negotiate|ntlm/i.test(refusal.header("www-authenticate") ?? ""), target);
    }
  }
});

test("a route with a broker: requests-ntlm is sent there, signs in, comes back and has a session", async () => {
  for (const [user, subject] of [[users.jo, "CORP\\jo"], [users.sam, "CORP\\sam"], [users.zoe, "CORP\\zo%C3%AB"]]) {
    const answer = await pythonGet(`${address}/inside/report?year=2026`, { mode: "ntlm", user, headers: { Accept: "text/html" } });
    assert.equal(answer.status, 200, answer.error ?? answer.text);
    assert.equal(answer.url, `${address}/inside/report?year=2026`);
    assert.deepEqual(answer.history.map(([code]) => code), [303, 302, 303]);
    assert.ok(answer.text.includes(subject), answer.text);
    for (const value of Object.values(answer.cookies)) gateway.seen.add(value);
  }
});

test("a wrong password ends at the broker", async () => {
  const answer = await pythonGet(`${address}/inside/`, { mode: "ntlm", user: { ...users.jo, password: "wrong" }, headers: { Accept: "text/html" } });
  assert.equal(answer.status, 401, answer.error);
  assert.ok(answer.url.startsWith(server.url), "it never came back");
});

theLogHoldsNoCredential(gateway);
