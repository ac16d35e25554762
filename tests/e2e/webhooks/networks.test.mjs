// Routes that ask where a client comes from. Over workerd's own socket: the address is what the platform writes into its header.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";

const route = (name, more) => `[[routes]]\nname = "${name}"\npath = "/${name}/*"\nmethods = ["GET", "POST"]\nforward = { origin = "demo" }\n${more}`;
const policy = demoPolicy(
  '[networks.far]\ncidr = ["198.51.100.0/24", "2001:db8:1::/48"]',
  route("there", 'accept = ["network:far"]'),
  route("signed-in-there", 'accept = ["bearer"]\nnetwork = "far"'),
);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => gateway.stop());

const from = (address) => ({ "cf-connecting-ip": address });

test("a network opens to its clients, by IPv4 and IPv6, and to nobody else", async () => {
  for (const address of ["198.51.100.1", "198.51.100.255", "::ffff:198.51.100.7", "2001:db8:1:ffff::1", "2001:DB8:1::1"]) {
    const echo = forwarded(await gate.get("/there/a", from(address)));
    const names = echo.headers.map(([name]) => name);
    assert.ok(!names.includes("edgegate-subject"), "nobody is named by where they are");
  }
  for (const address of ["198.51.101.1", "2001:db8:2::1", "::1", "127.0.0.1", "198.51.100.1, 198.51.100.2", "x", ""]) {
    await refused(await gate.get("/there/a", from(address)), 403, "network_not_allowed");
  }
});

test("what another site has a browser there send is refused", async () => {
  const post = (more) => gate.post("/there/a", "", { ...from("198.51.100.1"), ...more });
  forwarded(await post({}));
  forwarded(await post({ "sec-fetch-site": "same-origin" }));
  await refused(await post({ "sec-fetch-site": "cross-site" }), 403, "cross_site");
  await refused(await post({ origin: "https://evil.example" }), 403, "cross_site");
});

test("a route can ask for a credential and for where it comes from", async () => {
  const { text } = await gate.post("/.edgegate/admin/token", '{"subject":"1001002"}', { authorization: "Bearer demo-admin-key-0123456789abcdef", "content-type": "application/json", ...from("127.0.0.1") });
  const token = { authorization: `Bearer ${JSON.parse(text).access_token}` };
  forwarded(await gate.get("/signed-in-there/a", { ...token, ...from("198.51.100.1") }));
  await refused(await gate.get("/signed-in-there/a", { ...token, ...from("192.0.2.1") }), 403, "network_not_allowed");
  await refused(await gate.get("/signed-in-there/a", from("198.51.100.1")), 401, "credential_missing");
});

test("with a session or from there: an office", async () => {
  forwarded(await gate.get("/office/a", from("127.0.0.1")));
  await refused(await gate.get("/office/a", from("192.0.2.1")), 401, "credential_missing");
});

theLogHoldsNoCredential(gateway);
