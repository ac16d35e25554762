// The OAuth client's page of the demo, gone through as a person does: by links and forms, at a gate that signs in and asks.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startClient } from "../../../demo/client/server.mjs";
import { HOST } from "../lib/client.mjs";
import { demoPolicy, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { JO } from "../lib/luminate.mjs";
import { Visitor } from "../lib/visitor.mjs";

// Its own port stands in the policy; it reaches the gate at the port where that runs.
const placeholder = await startClient({ port: 0 });
placeholder.stop();
const app = new URL(placeholder.url);
const change = ['redirect_uris = ["http://127.0.0.1:8788/cb"]', `redirect_uris = ["${app.origin}/cb"]`];
const gateway = await startGateway({ gate: { policy: demoPolicy(change, change) } });
const { gate } = gateway;
const entry = await gateway.entry();
const client = await startClient({ port: Number(app.port), gate: `http://127.0.0.1:${entry.port}`, issuer: `http://${HOST}` });
after(() => (client.stop(), entry.close(), gateway.stop()));

/** A visitor who finds the gate under the address that the client knows, as in the demo. */
const visitor = () => new Visitor(Object.assign(entry, { host: `127.0.0.1:${entry.port}` }));

async function allowed(name) {
  const person = visitor();
  const asked = await person.go(`${client.url}/begin?client=${name}`);
  const at = asked.forms.findIndex(({ fields }) => "account" in fields); // the page has other ways to sign in too
  const signedIn = await person.submit(asked, { account: JO.user_name, password: JO.password }, { at });
  const back = await person.submit(signedIn, { decision: "allow" });
  return { person, back };
}

for (const name of ["shop", "app"]) {
  test(`${name}: begin, sign in, allow, exchange, call, refresh`, async () => {
    const { person, back } = await allowed(name);
    assert.equal(`${back.url.origin}${back.url.pathname}`, `${client.url}/cb`);
    assert.match(back.text, /<h1>The gate said yes<\/h1>/);
    const tokens = await person.submit(back);
    assert.match(tokens.text, /<h1>The tokens<\/h1>[^]*access_token[^]*refresh_token/);
    const answer = await person.submit(tokens);
    assert.match(answer.text, /<h1>The API answers<\/h1>[^]*&#34;pong&#34;[^]*edgegate-subject&#34;, *\s*&#34;1001002/);
    const again = await person.submit(tokens, {}, { at: 1 });
    assert.match(again.text, /<h1>The tokens<\/h1>/);
    assert.notEqual(/egt_[^…]*…/.exec(again.text), null);
    for (const page of [back, tokens, answer, again]) assert.doesNotMatch(page.text, /eg[ctr]_[\w-]{24,}/, "a whole code or token stands on a page");
  });
}

test("what comes back is compared: the state of another browser, another issuer, an error", async () => {
  const { back } = await allowed("shop");
  const stranger = visitor();
  assert.match((await stranger.go(back.url.href)).text, /did not ask for it/);
  const person = visitor();
  const begun = await person.go(`${client.url}/begin?client=app`, { follow: false });
  const state = new URL(begun.header("location")).searchParams.get("state");
  assert.match((await person.go(`${client.url}/cb?code=x&state=${state}&iss=https%3A%2F%2Fevil.example`)).text, /another/);
  const refused = await person.go(`${client.url}/cb?error=access_denied&state=${state}&iss=${encodeURIComponent(`http://${HOST}`)}`);
  assert.match(refused.text, /<h1>That did not work<\/h1>[^]*access_denied/);
  assert.equal(refused.forms.length, 0);
});

test("a code that the gate does not know gives no tokens, and the page says what the gate said; others' forms do nothing", async () => {
  const person = visitor();
  const begun = await person.go(`${client.url}/begin?client=app`, { follow: false });
  const state = new URL(begun.header("location")).searchParams.get("state");
  const back = await person.go(`${client.url}/cb?code=made-up&state=${state}&iss=${encodeURIComponent(`http://${HOST}`)}`);
  assert.match((await person.submit(back)).text, /<h1>That did not work<\/h1>[^]*invalid_grant/);
  const foreign = await person.go(`${client.url}/call`, { method: "POST", form: new URLSearchParams(), headers: { "sec-fetch-site": "cross-site" } });
  assert.equal(foreign.status, 400);
});

theLogHoldsNoCredential(gateway);
