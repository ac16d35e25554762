// Where a request comes from that the dialect's session opens by itself: a change or a WebSocket of a page elsewhere never
// goes through as the visitor. And a form that luminateExtend calls multipart is read, here and at the origin.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { COMMON, TRUSTED, call, granted, login, urlencoded } from "../lib/luminate.mjs";

const route = (name, more) => `
[[routes]]
name = "${name}"
path = "/${name}/*"
methods = ["GET", "HEAD", "POST", "PUT", "DELETE"]
accept = ["luminate"]
path_parameters = true
${more}
forward = { origin = "demo" }
`;
const gateway = await startGateway({ gate: { policy: demoPolicy(route("usual", ""), route("token", 'xsrf = "token"\ntags = ["html"]'), route("off", 'xsrf = "off"')) } });
const { gate } = gateway;
after(() => gateway.stop());

const own = "http://127.0.0.1:8787";
const jo = await login(gate);
const send = (method, path, headers = {}, body) => gate.request(method, path, { headers: { ...jo.cookie, ...headers }, body });
const urlencodedType = { "content-type": "application/x-www-form-urlencoded" };
const ELSEWHERE = [
  { "sec-fetch-site": "same-site", origin: "http://127.0.0.1:9999" },
  { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
  { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
  { origin: "http://127.0.0.1:9999" },
  { origin: "null" },
];
const AT_HOME = [{}, { origin: own }, { "sec-fetch-site": "same-origin", origin: own }, { "sec-fetch-site": "none" }];

test("a page elsewhere changes nothing as its visitor; the site's own does", async () => {
  for (const from of ELSEWHERE) {
    for (const method of ["POST", "PUT", "DELETE"]) await refused(await send(method, "/usual/page", from, method === "DELETE" ? undefined : "a=1"), 403, "cross_site");
    await refused(await send("POST", "/site/page", { ...from, ...urlencodedType }, "a=1"), 403, "cross_site");
    assert.equal(forwarded(await send("GET", "/usual/page", from)).fields.get("edgegate-subject"), "1001002");
    // Without a session there is nobody as whom it could be done.
    assert.equal(forwarded(await gate.form("/usual/page", "a=1", from)).fields.get("edgegate-subject"), undefined);
  }
  for (const from of AT_HOME) assert.equal(forwarded(await send("POST", "/usual/page", { ...from, ...urlencodedType }, "a=1")).fields.get("edgegate-subject"), "1001002");
  forwarded(await send("POST", "/site/page", { "sec-fetch-site": "same-site", origin: TRUSTED, ...urlencodedType }, "a=1"));
  forwarded(await send("POST", "/off/page", { ...ELSEWHERE[0], ...urlencodedType }, "a=1"));
});

test("nor does it read a WebSocket", async () => {
  const opens = (origin) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${gate.port}/usual/socket?demo=websocket`, { headers: { ...jo.cookie, origin } });
      socket.onopen = () => socket.send("one");
      socket.onmessage = ({ data }) => (socket.close(), resolve(data));
      socket.onerror = () => resolve("refused");
    });
  assert.equal(await opens(`http://127.0.0.1:${gate.port}`), "one");
  for (const origin of ["http://127.0.0.1:9999", own, "https://evil.example", "null"]) assert.equal(await opens(origin), "refused", origin);
});

test("a route that asks for the token takes it from the form, and the origin gets the rest", async () => {
  const sent = forwarded(await send("POST", "/token/page?demo=echo", urlencodedType, `a=%2f&auth=${jo.token}&b`));
  assert.equal(sent.fields.get("edgegate-subject"), "1001002");
  assert.equal(sent.body_length, "a=%2f&b".length);
  const byHeader = forwarded(await send("POST", "/token/page", { ...urlencodedType, "x-xsrf-token": jo.token }, "a=1"));
  assert.equal(byHeader.fields.get("x-xsrf-token"), undefined);
  await refused(await send("POST", "/token/page", urlencodedType, "a=1"), 403, "bound_token_missing");
  await refused(await send("POST", "/token/page", urlencodedType, "a=1&auth=x"), 403, "bound_token_mismatch");
});

test("what luminateExtend calls multipart is answered as it asks, and reaches the origin as what it is", async () => {
  const headers = { "content-type": "multipart/form-data; charset=UTF-8" };
  const body = urlencoded({ luminateExtend: "1.9.0", method: "loginTest", ...COMMON, suppress_response_codes: "true" });
  const answer = await gate.request("POST", "/site/CRConsAPI", { headers, body });
  status(answer, 200);
  assert.equal(answer.json.errorResponse.code, "204");
  const more = `${urlencoded({ method: "getUser", ...COMMON, demo: "echo" })}&a=%2f&&b=+`;
  const { fields, body_length } = forwarded(await gate.request("POST", "/site/CRConsAPI", { headers: { ...headers, ...jo.cookie }, body: `${more}&auth=${jo.token}` }));
  assert.equal(fields.get("content-type"), "application/x-www-form-urlencoded; charset=UTF-8");
  assert.deepEqual([fields.get("edgegate-subject"), body_length], ["1001002", more.length]);
});

test("the vendor's sample pages work without a token; what acts as a person does not", async () => {
  for (const [servlet, method] of [["CRDonationAPI", "donate"], ["CRTeamraiserAPI", "getTeamraisersByDistance"], ["CRAdvocacyAPI", "getAdvocacyAlerts"]]) {
    status(await call(gate, method, {}, { to: `/site/${servlet}` }), 200);
  }
  for (const [servlet, method] of [["CRSurveyAPI", "submitSurvey"], ["CRConsAPI", "getUser"], ["CRAdvocacyAPI", "takeAction"]]) {
    const answer = await call(gate, method, {}, { to: `/site/${servlet}` });
    assert.deepEqual([answer.status, answer.json.errorResponse.code], [403, "5"], method);
  }
  granted(await call(gate, "login", { user_name: "sam", password: "staple battery horse correct" }));
});

theLogHoldsNoCredential(gateway);
