// Calls of the Luminate API that are wrong: every error comes in the envelope and the format asked for, and nothing of it
// reaches the origin.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { refused, status } from "../lib/expect.mjs";
import { startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { COMMON, CR, FROM, JO, SR, call, failed, granted, login, multipart, nothingForwarded, read, refusedCall, urlencoded } from "../lib/luminate.mjs";

const gateway = await startGateway();
const { gate } = gateway;
after(() => gateway.stop());

const jo = await login(gate);
const form = { "content-type": "application/x-www-form-urlencoded" };

test("errors come as XML unless JSON was asked for, with 200 where codes are suppressed", async () => {
  await nothingForwarded(gate, async () => {
    for (const suppress_response_codes of [undefined, "true", "false", "TRUE", ""]) {
      for (const response_format of ["json", "xml", undefined, ""]) {
        const answer = await call(gate, "loginTest", { suppress_response_codes, response_format });
        failed(answer, "204", suppress_response_codes === "true" ? 200 : 403, response_format === "json" ? "json" : "xml");
        const byGet = await read(gate, "loginTest", { suppress_response_codes, response_format });
        assert.deepEqual([byGet.status, byGet.text], [answer.status, answer.text]);
      }
    }
  });
  const url = await call(gate, "getLoginUrl", { response_format: undefined });
  assert.match(url.text, /^<\?xml version="1\.0" encoding="UTF-8"\?>\s*<getLoginUrlResponse xmlns="http:\/\/convio\.com\/crm\/v1\.0" xmlns:xsi="[^"]+" xsi:schemaLocation="http:\/\/convio\.com\/crm\/v1\.0 http:\/\/service\.convio\.net\/xmlschema\/crm\.public\.v1\.xsd"><url>[^<]+<\/url><token>[\w.-]+<\/token><JSESSIONID>[^<]+<\/JSESSIONID><routing_id>[^<]+<\/routing_id><\/getLoginUrlResponse>\s*$/);
  const mine = await call(gate, "loginTest", { ...jo.field, response_format: "xml" });
  assert.match(mine.text, /<loginResponse [^>]*><cons_id>1001002<\/cons_id><timestamp>\d+<\/timestamp><signature>[0-9a-f]{32}<\/signature><login_test_url>[^<]+<\/login_test_url><token xsi:nil="true"\/><nonce xsi:nil="true"\/><JSESSIONID xsi:nil="true"\/><routing_id xsi:nil="true"\/><\/loginResponse>/);
});

test("an unknown format is refused", async () => {
  await nothingForwarded(gate, async () => {
    for (const response_format of ["yaml", "JSON", "json "]) {
      failed(await call(gate, "getLoginUrl", { response_format }), "1", 403, "xml");
      assert.equal((await gate.decided()).reason, "call_format");
    }
  });
});

test("an unknown servlet is refused, in the format asked for", async () => {
  await nothingForwarded(gate, async () => {
    for (const to of ["/site/CRNothingAPI", "/site/crconsapi", "/site/CRConsAPI/more", "/site/CRConsapi/", "/site/SRAPI"]) {
      await refusedCall(read(gate, "getLoginUrl", {}, { to }), "17", "call_method_unknown");
      await refusedCall(call(gate, "getLoginUrl", {}, { to }), "17", "call_method_unknown");
    }
  });
});

test("a parameter that is there twice leaves no doubt about the format", async () => {
  for (const doubled of ["suppress_response_codes=true&suppress_response_codes=true", "user_name=a&user_name=b", "auth=a&auth=a"]) {
    await refusedCall(gate.form(CR, `${urlencoded({ method: "login", ...COMMON })}&password=x&${doubled}`), "1", "parameter_duplicate");
  }
});

test("a wrong verb is 405 with Allow", async () => {
  const wrong = [
    ["GET", SR, "getSingleSignOnToken", "POST"], ["GET", SR, "getUser", "POST"], ["GET", CR, "login", "POST"], ["GET", CR, "singleSignOn", "POST"], ["GET", CR, "authenticateUser", "POST"],
    ["HEAD", CR, "getLoginUrl", "GET, POST"], ["HEAD", SR, "getUser", "GET, POST"],
  ];
  await nothingForwarded(gate, async () => {
    for (const [verb, to, method, allow] of wrong) {
      const answer = await gate.request(verb, `${to}?${urlencoded({ method, ...COMMON })}`, { headers: FROM });
      verb === "HEAD" ? status(answer, 405) : failed(answer, "405", 405);
      assert.equal(answer.header("allow"), allow, `${verb} ${method}`);
      assert.equal(answer.cookies.length, 0);
    }
    failed(await read(gate, "login", { suppress_response_codes: "true" }), "405", 200);
    for (const verb of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const answer = await gate.request(verb, `${CR}?${urlencoded({ method: "getUser", ...COMMON })}`);
      status(answer, 405);
      assert.equal(answer.header("allow"), "GET, HEAD, POST");
    }
  });
});

test("a parameter that is there twice is refused: in the query, the body, across both, and in other spellings", async () => {
  const once = urlencoded({ method: "login", ...COMMON, ...JO });
  const doubled = { method: "login", v: "1.0", api_key: "demo-api-key", ...JO, auth: "a", JSESSIONID: "a", sso_auth_token: "a", login_name: "a", login_password: "a" };
  await nothingForwarded(gate, async () => {
    for (const [name, value] of Object.entries(doubled)) {
      const more = urlencoded({ [name]: [value, value] });
      const answers = { twice: await gate.form(CR, `${urlencoded({ ...doubled, ...COMMON, [name]: undefined })}&${more}`) };
      answers["across both"] = await gate.form(`${CR}?${urlencoded({ [name]: value })}`, name in JO || name in COMMON || name === "method" ? once : `${once}&${name}=${value}`);
      answers.shadowed = await gate.form(CR, `${once}&${name.toUpperCase() === name ? name.toLowerCase() : name.toUpperCase()}=${value}`);
      answers["in brackets"] = await gate.form(CR, `${once}&${name}%5B%5D=${value}`);
      for (const [how, answer] of Object.entries(answers)) {
        assert.equal(answer.status, 403, `${name} ${how}: ${answer.text}`);
        assert.match(answer.text, /"code":"[15]"/, `${name} ${how}`);
        assert.equal(answer.cookies.length, 0, `${name} ${how}`);
      }
    }
  });
});

test("a body that is not what its type says is refused", async () => {
  const { body, type } = multipart(Object.entries({ method: "getLoginUrl", ...COMMON }));
  const asked = `${CR}?response_format=json`;
  const common = urlencoded({ method: "getLoginUrl", v: "1.0", api_key: "demo-api-key" });
  const wrong = [
    [common, { "content-type": "application/json" }], [common, { "content-type": "text/plain" }], [common, { "content-type": undefined }], [common, { "content-type": "application/xml" }],
    [Buffer.from(`${common}&a=\xff`, "latin1"), form], [`${common}&user_name=%ff`, form],
    [common, { "content-type": "multipart/form-data" }], [common, type], [body.subarray(0, -4), type], [Buffer.concat([Buffer.from("x"), body]), type], [body, { "content-type": "multipart/form-data; boundary=other" }],
    [body, { "content-type": "multipart/mixed; boundary=----formdata-0123456789abcdef" }], [Buffer.from(body.toString().replaceAll("\r\n", "\n")), type],
  ];
  await nothingForwarded(gate, async () => {
    for (const [text, headers] of wrong.filter(([text]) => !`${text}`.includes("user_name"))) {
      await refusedCall(gate.post(asked, text, headers), "1", "form_malformed");
    }
    await refusedCall(gate.form(CR, `${urlencoded({ method: "login", ...COMMON })}&user_name=%ff&password=x`), "1", "form_malformed");
    await refusedCall(gate.form(asked, `a=${"x".repeat(66_000)}`), "1", "body_too_large", 413);
    const large = multipart([["a", "x".repeat(66_000)]]);
    await refusedCall(gate.post(asked, large.body, large.type), "1", "body_too_large", 413);
  });
  granted(await gate.post(`${asked}&${common}`, "", { "content-type": undefined })); // a POST without a body is one
});

test("a path parameter that is no routing id is refused before anything is read", async () => {
  await nothingForwarded(gate, async () => {
    for (const suffix of [";x=1", ";jsessionid=a;x=1", ";JSESSIONID=a", ";", ";jsessionid"]) {
      await refusedCall(read(gate, "getLoginUrl", {}, { to: `${CR}${suffix}` }), "1", "path_parameter");
    }
    await refused(await read(gate, "getLoginUrl", {}, { to: `${CR};jsessionid=%41` }), 400, "path_ambiguous");
  });
});

theLogHoldsNoCredential(gateway);
