// Python's requests, as it comes from PyPI, with HTTP Basic: the empty password, one that it sends as ISO-8859-1, and what
// it gets where passwords are not taken.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { pythonGet } from "../lib/requests.mjs";

const PASSWORD = "pässword-of-a-machine-ø";
const policy = demoPolicy(["[basic]", '[basic.machines.robot]\nsecret = "ROBOT_PASSWORD"\nsubject = "robot-1"']);
const gateway = await startGateway({ gate: { policy, secrets: { ROBOT_PASSWORD: PASSWORD } } });
after(() => gateway.stop());
gateway.seen.add(PASSWORD);

const address = `http://127.0.0.1:${gateway.gate.port}`;
const get = (path, name, password, headers = { Accept: "application/json" }) => pythonGet(`${address}${path}`, { mode: "basic", user: { name, password }, headers });

test("a user name with an empty password, onsite", async () => {
  const { status, text } = await get("/SuperOffice/api/v1/Contact/2", "adm0", "");
  assert.equal(status, 200, text);
  const { ContactId, received } = JSON.parse(text);
  assert.equal(ContactId, 2);
  assert.equal(new Map(received.headers).get("edgegate-subject"), "adm0");
  assert.ok(!text.toLowerCase().includes('"authorization"'));
});

test("a password with letters that requests sends as ISO-8859-1 is the same password", async () => {
  const { status, text } = await get("/SuperOffice/api/v1/Contact/7", "robot", PASSWORD);
  assert.equal(status, 200, text);
  assert.equal(new Map(JSON.parse(text).headers).get("edgegate-subject"), "robot-1");
  assert.equal((await get("/SuperOffice/api/v1/Contact/7", "robot", PASSWORD.slice(0, -1))).status, 401);
});

test("online a password is refused, with what is taken instead, as JSON or as a page", async () => {
  const answer = await get("/Cust12345/api/v1/Contact/2", "adm0", "");
  assert.equal(answer.status, 401);
  assert.deepEqual(Object.keys(JSON.parse(answer.text)), ["Message"]);
  const challenge = Object.entries(answer.headers).find(([name]) => name.toLowerCase() === "www-authenticate")[1];
  assert.ok(/Bearer .*SOTicket /.test(challenge) && !/Basic|NTLM|Negotiate/.test(challenge), challenge);
  const page = await get("/Cust12345/api/v1/Contact/2", "adm0", "", { Accept: "*/*" });
  assert.match(page.text, /<p>SOTICKET: /);
});

theLogHoldsNoCredential(gateway, { subjects: ["adm0", "robot-1"] });
