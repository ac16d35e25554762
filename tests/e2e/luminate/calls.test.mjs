// One call of the Luminate API: how it may be spelled, and in which order it is checked. What the gateway refuses or
// answers itself never reaches the origin.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { ADMINISTRATOR, COMMON, CR, FROM, JO, SR, call, granted, login, multipart, nothingForwarded, read, refusedCall, urlencoded, visitor } from "../lib/luminate.mjs";

const policy = demoPolicy(['api_keys = ["demo-api-key"]', 'api_keys = ["demo-api-key", "the-next-key"]']);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(() => gateway.stop());

const jo = await login(gate);

test("every place and encoding that clients use is understood, and the origin is told who it is", async () => {
  const fields = { method: "getUser", ...COMMON, ...jo.own, demo: "echo" };
  const { body, type } = multipart(Object.entries(fields));
  for (const suffix of ["", "/", ";jsessionid=00000000.app337b", ";jsessionid=00000000.app1/", ";jsessionid="]) {
    const echoes = [
      await gate.form(`${CR}${suffix}`, urlencoded(fields)),
      await gate.form(`${CR}${suffix}`, urlencoded(fields), { "content-type": "application/x-www-form-urlencoded; charset=UTF-8" }),
      await gate.post(`${CR}${suffix}`, body, type),
      await gate.form(`${CR}${suffix}?${urlencoded(COMMON)}`, urlencoded({ method: "getUser", auth: jo.token, demo: "echo" }), jo.cookie),
    ].map((answer) => forwarded(answer));
    for (const { fields, path } of echoes) {
      assert.equal(fields.get("edgegate-subject"), "1001002");
      assert.equal(path.split("?")[0], suffix.endsWith("/") ? `${CR}/` : CR, "the routing id is gone");
    }
    granted(await read(gate, "loginTest", {}, { to: `${CR}${suffix}`, ...jo.cookie }));
  }
});

test("other servlets are forwarded under their own names, methods by their own servlet", async () => {
  for (const [servlet, method] of [["CRTeamraiserAPI", "getTeamCaptains"], ["CRDonationAPI", "donate"], ["CRSurveyAPI", "listSurveys"], ["CRAdvocacyAPI", "takeAction"], ["CRContentAPI", "getMessageBundle"], ["CRGroupAPI", "getGroupInfo"], ["CROrgEventAPI", "getEvent"], ["CRRecurringAPI", "getRecurringGift"], ["CRAddressBookAPI", "addAddressBookContact"]]) {
    assert.equal(forwarded(await call(gate, method, { ...jo.own, demo: "echo" }, { to: `/site/${servlet}` })).path, `/site/${servlet}`);
    await refusedCall(call(gate, method, jo.own), "17", "call_method_unknown");
  }
});

test("both API keys work, and no other", async () => {
  for (const api_key of ["demo-api-key", "the-next-key"]) granted(await call(gate, "getLoginUrl", { api_key }));
  await nothingForwarded(gate, async () => {
    for (const api_key of ["", undefined, "Demo-api-key", "demo-api-key ", "demo-api-ke", "the-last-key"]) {
      await refusedCall(call(gate, "getLoginUrl", { api_key }), "2", "api_key_unknown");
    }
  });
});

test("a client call is checked in this order: key, version, method, verb, credentials, fields", async () => {
  const steps = [
    [{}, "2", "api_key_unknown"],
    [{ api_key: "demo-api-key" }, "10", "call_parameter_missing"],
    [{ v: "2.0" }, "1", "call_version"],
    [{ v: "1.0" }, "6", "call_method_missing"],
    [{ method: "nothing" }, "17", "call_method_unknown"],
    [{ method: "Login" }, "17", "call_method_unknown"],
    [{ method: "singleSignOn", sso_auth_token: "x".repeat(64) }, "5", "sign_on_forged"],
    [{ sso_auth_token: undefined }, "10", "call_parameter_missing"],
    [{ method: "login", ...JO, password: undefined }, "10", "call_parameter_missing"],
    [{ password: "a guess of somebody" }, "202", "sign_in_failed"],
    [{ method: "loginTest" }, "204", "not_signed_in"],
    [{ method: "getUser" }, "5", "bound_token_missing"],
    [{ auth: jo.token }, "5", "bound_token_mismatch"],
  ];
  await nothingForwarded(gate, async () => {
    const fields = { response_format: "json" };
    for (const [more, code, reason] of steps) {
      Object.assign(fields, more);
      await refusedCall(gate.form(CR, urlencoded(fields)), code, reason);
    }
  });
});

test("a server call: body, address, key, version, method, verb, administrator, permission, fields", async () => {
  const elsewhere = { "cf-connecting-ip": "192.0.2.7" };
  const steps = [
    [{ api_key: ["a", "b"] }, elsewhere, "4", "server_address"], // a key that is there twice is no key: checked after the address
    [{ auth: ["a", "b"] }, elsewhere, "1", "parameter_duplicate"],
    [{ auth: undefined, api_key: undefined }, elsewhere, "4", "server_address"],
    [{}, FROM, "2", "api_key_unknown"],
    [{ api_key: "demo-api-key", v: "1" }, FROM, "1", "call_version"],
    [{ v: "1.0" }, FROM, "6", "call_method_missing"],
    [{ method: "getLoginUrl" }, FROM, "17", "call_method_unknown"],
    [{ method: "getSingleSignOnToken" }, FROM, "3", "administrator_refused"],
    [{ ...ADMINISTRATOR, login_name: "nobody" }, FROM, "3", "administrator_refused"],
    [{ ...ADMINISTRATOR, login_password: "admin-pass-0002" }, FROM, "3", "administrator_refused"],
    [{ ...ADMINISTRATOR, method: "changePassword" }, FROM, "14", "method_not_permitted"],
    [{ method: "getSingleSignOnToken" }, FROM, "1", "call_malformed"],
    [{ cons_id: "12x" }, FROM, "16", "subject_unknown"],
  ];
  await nothingForwarded(gate, async () => {
    const fields = { response_format: "json" };
    for (const [more, headers, code, reason] of steps) {
      Object.assign(fields, more);
      await refusedCall(gate.form(SR, urlencoded(fields), headers), code, reason);
    }
  });
});

test("what the gateway answers itself is not forwarded", async () => {
  await nothingForwarded(gate, async () => {
    const me = await login(gate);
    await visitor(gate, me.cookie);
    granted(await call(gate, "authenticateUser", JO));
    granted(await call(gate, "loginTest", me.field));
    granted(await call(gate, "logout", me.field));
  });
});

theLogHoldsNoCredential(gateway);
