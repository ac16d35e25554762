// The oracle itself: it finds each kind of difference, and nothing where there is none. So a run without differences says
// something.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { site } from "./lib/corpus.mjs";
import { Dice } from "./lib/dice.mjs";
import { FORGED, generate, serialized } from "./lib/generate.mjs";
import { differences, failure } from "./lib/oracle.mjs";
import { owed, routeNamed, routeOf, routes } from "./lib/routes.mjs";

const own = "127.0.0.1:9";
const token = { kind: "bearer", subject: "someone", scope: ["read"] };
const sent = (more) => ({ method: "GET", host: "127.0.0.1:8787", path: "/items/1", query: undefined, headers: [], shown: [], planted: [], ...more });
const seen = (more) => ({
  route: "items", resource: "/items/1", script: "", method: "GET", target: "/items/1", scheme: "http", host: "127.0.0.1:8787", query: {}, form: {}, cookies: {}, user: null,
  headers: [["EDGEGATE_ROUTE", "items"], ["X_FORWARDED_HOST", "127.0.0.1:8787"], ["X_FORWARDED_PROTO", "http"], ["ACCEPT", "*/*"]],
  ...more,
});
const kinds = (one, other) => [...new Set(differences(sent(one), seen(other), own).map(({ kind }) => kind))];
const secret = (more) => ({ route: "secret", resource: "/secret.txt", target: "/secret.txt", headers: [["EDGEGATE_SUBJECT", "someone"], ["EDGEGATE_SCOPE", "read"]], ...more });

test("what was understood as checked is no difference", () => {
  assert.deepEqual(kinds(), []);
  assert.deepEqual(kinds({ path: "/secret.txt", shown: [token] }, secret()), []);
  assert.deepEqual(kinds({ path: "/api/x", shown: [{ ...token, scope: ["api"] }] }, { route: "api", resource: "/v1/x", target: "/v1/x", headers: [] }), []);
  assert.deepEqual(kinds({ query: "a='&access_token=x" }, { target: "/items/1?a=%27" }), []);
  assert.deepEqual(kinds({}, { host: own }), [], "an origin that knows nothing of proxies");
});

for (const [kind, one, other] of [
  ["path", { path: "/secret.txt/" }, { route: "open", resource: "/secret.txt", target: "/secret.txt/", headers: [] }],
  ["path", { path: "/vault/Keys", shown: [token] }, { route: "vault", resource: "/vault/keys", target: "/vault/Keys", headers: [] }],
  ["path", { path: "/x/admin/x" }, { route: "open", resource: "/admin/x", target: "/x/admin/x", headers: [] }],
  ["path", { method: "POST", path: "/PP/x" }, { route: "open", resource: "/pp/x", method: "POST", target: "/PP/x", headers: [] }],
  ["credential", { path: "/secret.txt" }, secret({ headers: [] })],
  ["credential", { path: "/secret.txt", shown: [{ ...token, scope: ["panel"] }] }, secret({ headers: [] })],
  ["route", {}, { route: "open", headers: [] }],
  ["route", {}, { route: "none of them" }],
  ["method", { method: "POST" }, { method: "DELETE" }],
  ["bytes", {}, { target: "/items/01" }],
  ["bytes", { query: "a=1" }, { target: "/items/1" }],
  ["bytes", { query: "a=1" }, { target: "/items/1?a=1&b" }],
  ["parameter", {}, { query: { eg_sig: ["1"] } }],
  ["parameter", { path: "/secret.txt", shown: [token] }, secret({ query: { access_token: ["1"] } })],
  ["parameter", { path: "/api/x", form: "urlencoded", shown: [{ ...token, scope: ["api"] }] }, { route: "api", resource: "/v1/x", target: "/v1/x", form: { access_token: ["1"] }, headers: [] }],
  ["cookie", {}, { cookies: { edgegate: [FORGED] } }],
  ["identity", {}, { user: "root" }],
  ["header", {}, { headers: [["REMOTE_USER", "root"]] }],
  ["header", {}, { headers: [["x.forwarded.user", "root"]] }],
  ["header", {}, { headers: [["Edgegate-Subject", "root"]] }],
  ["header", { path: "/secret.txt", shown: [token] }, secret({ headers: [["EDGEGATE_SUBJECT", "root"]] })],
  ["header", {}, { headers: [["X_FORWARDED_HOST", "forged.example"]] }],
  ["address", {}, { scheme: "https" }],
  ["address", {}, { host: "forged.example" }],
  ["address", {}, { script: "/x" }],
  ["leak", { planted: [{ kind: "session", text: "egs_k_1" }] }, { headers: [["COOKIE", "x=egs_k_1"]] }],
  ["leak", { query: "x=%65gt_k_1", planted: [{ kind: "token", text: "egt_k_1" }] }, { target: "/items/1?x=%65gt_k_1" }],
]) {
  test(`a difference in ${kind}: ${JSON.stringify(one)} understood as ${JSON.stringify(other)}`, () => assert.ok(kinds(one, other).includes(kind), kinds(one, other).join()));
}

test("an answer that no client may cause", () => {
  const headers = new Map([["content-type", "application/problem+json"]]);
  assert.equal(failure({ status: 500, headers, body: '{"code":"internal"}' }).length, 1);
  assert.deepEqual(failure({ status: 500, headers: new Map(), body: "the origin's own" }), []);
  assert.deepEqual(failure({ status: 403, headers, body: '{"code":"x"}' }), []);
});

test("what is no difference because no gate can know it is in the documents", () => {
  const text = readFileSync(inRoot("docs/policy.md"), "utf8").replaceAll(/\s+/g, " ");
  for (const words of site.documented) assert.ok(text.includes(words), words);
  assert.deepEqual(kinds({ path: "/secret" }, { route: "open", resource: "/secret.txt", target: "/secret", headers: [] }), []);
  assert.deepEqual(kinds({ path: "/secret.txt/x" }, { route: "open", resource: "/secret.txt", target: "/secret.txt/x", headers: [] }), []);
});

test("the policy is read as it is written", () => {
  assert.ok(routes.length > 10 && routes.every(({ name, path, accept, methods }) => name && path && accept.length > 0 && methods.length > 0));
  assert.deepEqual(["/secret.txt", "/secret.txt/", "/admin", "/vault/keys", "/vault/x", "/api"].map((path) => routeOf(path).name), ["secret", "open", "admin", "vault-keys", "vault", "api"]);
  assert.equal(owed(routeNamed("api"), "/v1/x").name, "api");
  assert.equal(owed(routeNamed("open"), "/v1/x").name, "v1");
});

test("a case follows from its seed and number, and cases differ", () => {
  const credentials = { tokens: [{ ...token, text: "egt_k_1", scope: routes.flatMap(({ scope }) => scope) }], sessions: [{ text: "egs_k_1", xsrf: "x", subject: "one" }] };
  const bytes = (seed, number) => serialized(generate(seed, number, credentials)).toString("latin1").replaceAll(/ts=\d+&signature=\w+|eg_exp=\d+&eg_sig=[\w-]+/g, "");
  const some = Array.from({ length: 200 }, (_, number) => bytes(7, number));
  assert.deepEqual(some, Array.from({ length: 200 }, (_, number) => bytes(7, number)));
  assert.ok(new Set(some).size > 190);
  assert.notEqual(bytes(8, 1), bytes(7, 1));
  const numbers = Array.from({ length: 10_000 }, (_, number) => new Dice(1, number).below(10));
  for (let face = 0; face < 10; face++) assert.ok(Math.abs(numbers.filter((one) => one === face).length - 1000) < 200, `${face}`);
});
