// Two headers by which a Checkfront client says for whom it asks. Who may not say so is refused or not heard, and no
// other spelling of them gets through.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { forwarded, status } from "../lib/expect.mjs";
import { demoPolicy, theLogHoldsNoCredential } from "../lib/gateway.mjs";
import { basic, bearer, pair, signIn, startOAuth, tokensFor } from "../lib/oauth.mjs";

const gateway = await startOAuth({ gate: {}, modest: { policy: demoPolicy(["act_for_others = true", "act_for_others = false"]) } });
const { gate, modest } = gateway;
after(() => gateway.stop());

const ADDRESS = "66.228.55.142";
const person = bearer((await tokensFor(gate, await signIn(gate))).access_token);
const machine = basic(pair);

/** What the origin is told under the name in question. */
async function told(name, headers, on = gate) {
  return forwarded(await on.get("/api/3.0/x", headers)).fields.get(name);
}

/** All that the origin is told. */
async function heard(headers) {
  return JSON.stringify(forwarded(await gate.get("/api/3.0/x", headers)).headers);
}

/** The same name in the spellings that some origin takes for it. */
const aliases = (name) => [name.replaceAll("-", "_"), name.replaceAll("-", "_").toLowerCase(), name.replace("-", "_"), name.replaceAll("-", ".")];

test("X-On-Behalf with an account is for who may act for others", async () => {
  assert.equal(await told("x-on-behalf", { ...machine, "X-On-Behalf": "7" }), "7");
  for (const [on, credential] of [[gate, person], [modest, machine]]) {
    const answer = await on.get("/api/3.0/x", { ...credential, "X-On-Behalf": "7" });
    status(answer, 403);
    assert.equal(answer.echo, undefined);
    assert.deepEqual(Object.keys(answer.json), ["error", "error_description"]);
  }
});

test("X-On-Behalf: off is for everybody", async () => {
  for (const off of ["off", "Off"]) {
    assert.equal(await told("x-on-behalf", { ...person, "X-On-Behalf": off }), off);
    assert.equal(await told("x-on-behalf", { ...machine, "X-On-Behalf": off }), off);
    assert.equal(await told("x-on-behalf", { ...machine, "X-On-Behalf": off }, modest), off);
  }
});

test("X-Forwarded-For comes through from a token pair alone; the SDK sends it empty, too", async () => {
  assert.equal(await told("x-forwarded-for", { ...machine, "X-Forwarded-For": ADDRESS }), ADDRESS);
  assert.ok(!(await heard({ ...person, "X-Forwarded-For": ADDRESS })).includes(ADDRESS));
  for (const credential of [machine, person]) assert.ok(!(await told("x-forwarded-for", { ...credential, "X-Forwarded-For": "" })));
});

test("no other spelling of either gets through", async () => {
  for (const credential of [machine, person]) {
    for (const alias of aliases("X-On-Behalf")) assert.doesNotMatch(await heard({ ...credential, [alias]: "account-4711" }), /account-4711/, alias);
    for (const alias of aliases("X-Forwarded-For")) assert.ok(!(await heard({ ...credential, [alias]: ADDRESS })).includes(ADDRESS), alias);
  }
});

test("a resource may end with a slash before its query, as the SDK writes it", async () => {
  assert.equal(forwarded(await gate.get("/api/3.0/item/?category_id=1", machine)).path, "/api/3.0/item/?category_id=1");
});

theLogHoldsNoCredential(gateway);
