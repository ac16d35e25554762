// Routes that require claims of a token's holder and tell them to the origin, over workerd's own socket: what opens them, what
// arrives, and what a client writes by itself.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { keyFor, origin, route, startIssuer, SUBJECT, token, trusted } from "../lib/issuer.mjs";
import { bearer } from "../lib/oauth.mjs";

const es = await keyFor("ES256", "es");
const idp = await startIssuer({ "/jwks.json": { keys: [es.jwk] } });
const STAFF = 'require = { groups = ["staff", "lead-*"], email = ["*@example.org"] }\nheaders = { X-User-Email = "email", X-User-Groups = "groups" }';
const policy = demoPolicy(
  origin("idp", idp.url),
  trusted("corp", {}, STAFF),
  trusted("vendor", {}, 'require = { "https://example.org/roles" = ["read"], "realm_access.roles" = ["read"], "cognito:groups" = [] }'),
  route("named", ["bearer"], 'require = { subject = ["1001002"] }\nheaders = { X-User-Name = "subject" }'),
  route("everybody", ["none"]),
);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => (idp.stop(), gateway.stop()));

const PERSON = { email: "Jo@Example.org", email_verified: true, groups: ["staff"] };
const show = async (claims, more = {}) => gate.get("/corp/a", { ...bearer(await token("corp", es, { ...PERSON, ...claims })), ...more });

test("a group and a verified address open the route, and the origin is told both", async () => {
  const { fields } = forwarded(await show({ groups: ["guests", "lead-north", "Z\u00fcrich, \"50%\"\r\n"] }));
  assert.equal(fields.get("x-user-email"), "Jo@example.org");
  const groups = fields.get("x-user-groups");
  assert.equal(groups, "guests,lead-north,Z%C3%BCrich%2C%20%2250%25%22%0D%0A");
  assert.deepEqual(groups.split(",").map(decodeURIComponent), ["guests", "lead-north", "Z\u00fcrich, \"50%\"\r\n"]);
  assert.equal(fields.get("edgegate-subject"), SUBJECT);
});

test("what a rule does not find is 403, for its reason in the log alone", async () => {
  for (const claims of [{ groups: undefined }, { groups: ["Staff", "lead"] }, { groups: "staff admin" }, { groups: { staff: true } }, { email_verified: undefined }, { email_verified: false }, { email: "jo@example.net" }, { email: "jo@evil.example@example.org" }]) {
    const answer = await show(claims);
    const line = await refused(answer, 403, "rule_not_met").catch((error) => assert.fail(`${JSON.stringify(claims)}: ${error.message}`));
    assert.equal(answer.json.code, "forbidden");
    assert.ok(!answer.text.includes("groups") && !answer.text.includes("rule"), "nothing is said of the rule");
    assert.equal(line.kv + line.ledger, 0);
  }
});

test("claims with the names that vendors give them", async () => {
  const all = { "https://example.org/roles": ["read"], realm_access: { roles: ["read", "write"] }, "cognito:groups": "one" };
  const get = async (claims) => gate.get("/vendor/a", bearer(await token("vendor", es, { ...all, ...claims })));
  forwarded(await get({}));
  for (const name of Object.keys(all)) await refused(await get({ [name]: undefined }), 403, "rule_not_met");
});

test("a token of the gateway opens by its subject", async () => {
  const admin = { authorization: "Bearer demo-admin-key-0123456789abcdef", "content-type": "application/json", "cf-connecting-ip": "127.0.0.1" };
  const mint = async (subject) => bearer(JSON.parse((await gate.post("/.edgegate/admin/token", JSON.stringify({ subject }), admin)).text).access_token);
  assert.equal(forwarded(await gate.get("/named/a", await mint("1001002"))).fields.get("x-user-name"), "1001002");
  await refused(await gate.get("/named/a", await mint("1001003")), 403, "rule_not_met");
});

const ALIASES = ["X-User-Email", "x_user_email", "X_User-Email", "X.User.Email", "x!user~email", "X-USER_GROUPS", "x.user.groups", "X_User_Name"];

test("forged fields never arrive: with a claim, without one, on another route, with nothing to open it", async () => {
  const forged = Object.fromEntries(ALIASES.map((name) => [name, "root@example.org"]));
  const jwt = await token("vendor", es, { "https://example.org/roles": ["read"], realm_access: { roles: ["read"] }, "cognito:groups": "one" });
  for (const answer of [await show({}, forged), await gate.get("/everybody/a", forged), await gate.get("/vendor/a", { ...forged, ...bearer(jwt) })]) {
    const echo = forwarded(answer);
    assert.ok(!JSON.stringify(echo.headers).includes("root@example.org"), JSON.stringify(echo.headers));
  }
  const told = forwarded(await show({}, forged)).headers.filter(([name]) => name.replace(/[^a-z]/gi, "-").toLowerCase() === "x-user-email");
  assert.deepEqual(told.map(([, value]) => value), ["Jo@example.org"]);
});

test("claims that do not fit are refused, and none is cut short", async () => {
  forwarded(await show({ groups: ["staff", "a".repeat(7900)] }));
  await refused(await show({ groups: ["staff", "a".repeat(8000)] }), 403, "claims_too_large");
});

theLogHoldsNoCredential(gateway);
