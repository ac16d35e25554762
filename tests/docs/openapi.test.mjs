// docs/openapi.json against the running demo: every operation is there, every status of it can be had, every example is
// answered as it says, and whatever is sent, no answer is one that the document does not have.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, test } from "node:test";
import { Garbage } from "../e2e/lib/garbage.mjs";
import { urlencoded } from "../e2e/lib/luminate.mjs";
import { REDIRECT, basic, bearer, client, codeFor, consentForm } from "../e2e/lib/oauth.mjs";
import { pair, signIn, startOAuth, tokensFor } from "../e2e/lib/oauth.mjs";
import { seal } from "../e2e/lib/sign.mjs";
import { document } from "./lib/demo.mjs";
import { api, at, conforms, isObject, resolved, wrongs } from "./lib/schemas.mjs";

const gateway = await startOAuth();
const { gate } = gateway;
after(() => gateway.stop());
const cookie = await signIn(gate);
const scope = "read write";
const { access_token } = await tokensFor(gate, cookie, { scope });
const seed = Number(process.env.EDGEGATE_SEED ?? randomInt(2 ** 31));

const METHODS = ["get", "head", "post", "put", "patch", "delete", "options"];
const operations = Object.entries(api.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => item[method]).map((method) => ({ ...item[method], path, item, method: method.toUpperCase() })),
);
const nameOf = ({ method, path }) => `${method} ${path}`;

// --- answers --------------------------------------------------------------------------------------------

const TOLD = ["cache-control", "location", "www-authenticate", "retry-after", "access-control-allow-origin", "pragma"];

/** The answer is one that the operation has, in status, headers, type and members. */
function documented(operation, answer, sent) {
  const what = `${nameOf(operation)}: ${answer.status} for ${JSON.stringify(sent)?.slice(0, 600)}`;
  const response = resolved(operation.responses[answer.status]) ?? assert.fail(`${what} is not documented: ${answer.text.slice(0, 300)}`);
  responds(response, answer, what, operation.method === "HEAD");
}

function responds(response, answer, what, isHead = false) {
  const headers = Object.entries(response.headers ?? {}).map(([name, header]) => [name.toLowerCase(), resolved(header)]);
  for (const [name, { required = false, schema }] of headers) {
    const value = answer.header(name);
    if (required || value !== undefined) conforms(schema, value, `${what}, ${name}`);
  }
  if (isHead || response.content === undefined) return assert.equal(answer.text, "", `${what} has a body`);
  const untold = TOLD.filter((name) => answer.header(name) !== undefined && !headers.some(([known]) => known === name));
  assert.deepEqual(untold, [], `${what}: headers that are not documented`);
  const [type] = (answer.header("content-type") ?? "none").split(";");
  const { schema } = response.content[type] ?? assert.fail(`${what} comes as ${type}: ${answer.text.slice(0, 300)}`);
  conforms(schema, /json$/.test(type) ? answer.json : answer.text, what);
  if (type === "application/problem+json") assert.equal(answer.json.status, answer.status, what);
}

// --- requests -------------------------------------------------------------------------------------------

// The pair of RFC 7636, appendix B.
const PKCE = { code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", code_challenge_method: "S256" };
const CREDENTIALS = {
  oauth: bearer(access_token),
  tokenPair: basic(pair),
  client: basic(client),
  session: { cookie },
  admin: bearer("demo-admin-key-0123456789abcdef"),
};

/** A value of an example, with what `…` stands for: something new each time. `target`: where the form of consent goes. */
async function filled(value, target) {
  if (isObject(value)) {
    const members = Object.entries(value).map(async ([name, each]) => [name, await filled(each, target)]);
    return Object.fromEntries(await Promise.all(members));
  }
  if (typeof value !== "string" || !value.includes("…")) return value;
  if (value === "…") return (await consentForm(gate, new URL(target, api.servers[0].url), { cookie })).consent;
  const [prefix] = value.split("_");
  if (prefix === "egc") return codeFor(gate, cookie, { scope: "read", ...PKCE });
  if (prefix === "egi") return (await gate.admin("client/add", { kind: "confidential", redirect_uris: [REDIRECT] })).client_id;
  const tokens = await tokensFor(gate, cookie, { scope });
  return { egt: tokens.access_token, egr: tokens.refresh_token }[prefix] ?? assert.fail(`what is ${value}?`);
}

/** The request of the example of that name, or with the first example of all that it needs. */
async function request({ path, item, method, parameters = [], security, requestBody }, name, kinds = Object.keys(security[0] ?? {})) {
  const placed = { path: {}, query: {}, header: {} };
  for (const parameter of [...(item.parameters ?? []), ...parameters].map(resolved)) {
    const { examples = {}, required } = parameter;
    const value = (examples[name] ?? (required ? Object.values(examples)[0] : undefined))?.value;
    if (value !== undefined) placed[parameter.in][parameter.name] = value;
  }
  const query = urlencoded(placed.query);
  const target = path.replace(/\{(\w+)\}/g, (_, parameter) => placed.path[parameter]) + (query && `?${query}`);
  const headers = Object.assign({ "cf-connecting-ip": "127.0.0.1" }, placed.header, ...kinds.map((kind) => CREDENTIALS[kind]));
  if (!requestBody) return { method, target, headers };
  const [[type, { examples = {} }]] = Object.entries(requestBody.content);
  const fields = await filled((examples[name] ?? Object.values(examples)[0])?.value ?? {}, target);
  const body = type === "application/json" ? JSON.stringify(fields) : urlencoded(fields);
  return { method, target, headers: { ...headers, "content-type": type }, body };
}

async function send({ method, target, headers, body }) {
  return gate.request(method, target, { headers, body: body === undefined ? undefined : Buffer.from(body, "latin1") });
}

/** Sends it while bindings are broken. */
async function broken(faults, sent) {
  await gate.faults(faults);
  try {
    return await send(sent);
  } finally {
    await gate.faults();
  }
}

// --- tests ----------------------------------------------------------------------------------------------

test("every reference leads somewhere, and names of operations are unique", () => {
  for (const [, pointer] of JSON.stringify(api).matchAll(/"\$ref":"([^"]+)"/g)) assert.ok(at(pointer), pointer);
  const ids = operations.map(({ operationId }) => operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const operation of operations) {
    const shown = Object.values(operation.responses).flatMap((response) => examplesOf(resolved(response)).map(([name]) => name));
    const asked = Object.values(operation.requestBody?.content ?? {}).flatMap(({ examples = {} }) => Object.keys(examples));
    assert.deepEqual(asked.filter((name) => !shown.includes(name)), [], `${nameOf(operation)}: examples without an answer`);
  }
  const kinds = operations.flatMap(({ security }) => security.flatMap(Object.keys));
  for (const kind of kinds) assert.ok(api.components.securitySchemes[kind], kind);
});

test("its codes are those of the sources", () => {
  const { OAuthErrorCode, AuthorizationErrorCode, ApiErrorCode, Problem } = api.components.schemas;
  const [, source] = /pub fn error\(([^]*?)\n}\n/.exec(document("crates/core/src/dialect/oauth.rs"));
  const codes = [...source.matchAll(/\([\w.()]+, "(\w+)"\)/g)].map(([, code]) => code);
  assert.deepEqual([...OAuthErrorCode.enum].sort(), [...new Set(codes)].sort());

  const arms = [...source.matchAll(/((?:Reason::\w+[\s|]*)+)=>\s*\{?\s*\(\d+, "(\w+)"\)/g)];
  const codeOf = (reason) => arms.find(([, reasons]) => new RegExp(`\\b${reason}\\b`).test(reasons))?.[2] ?? "invalid_request";
  const [, backwards] = /fn goes_back\(([^]*?)\n}\n/.exec(document("crates/core/src/endpoint/oauth/authorize.rs"));
  const sentBack = [...backwards.matchAll(/Reason::(\w+)/g)].map(([, reason]) => codeOf(reason));
  assert.ok(sentBack.length >= 6);
  assert.deepEqual([...AuthorizationErrorCode.allOf[1].enum].sort(), [...new Set(sentBack)].sort());
  const inAddress = /error=\(([\w|]+)\)/.exec(api.components.schemas.BackWithError.pattern)[1];
  assert.deepEqual(inAddress.split("|"), AuthorizationErrorCode.allOf[1].enum);

  const told = new Set(AuthorizationErrorCode.allOf[1].enum);
  for (const [, part] of JSON.stringify(api).matchAll(/OAuthErrorCode"},\{"enum":(\[[^\]]+\])/g)) {
    for (const code of JSON.parse(part)) told.add(code);
  }
  assert.deepEqual(OAuthErrorCode.enum.filter((code) => !told.has(code)), ["server_error"], "what no answer has");

  const publics = [...document("crates/core/src/refusal/public.rs").matchAll(/^ {4}\w+ = (\d{3}) "(\w+)" "/gm)].map(([, , code]) => code);
  const ofCheckfront = [...document("crates/core/src/dialect/checkfront.rs").matchAll(/\(\s*\d{3},\s*"(\w+)"/g)].map(([, code]) => code);
  assert.ok(publics.length > 20 && ofCheckfront.length > 5);
  for (const code of Problem.properties.code.enum) assert.ok(publics.includes(code), code);
  for (const code of ApiErrorCode.enum) assert.ok([...publics, ...ofCheckfront].includes(code), code);
});

test("the flow of its security scheme is the one that the server tells", async () => {
  const { authorizationUrl, tokenUrl, refreshUrl, scopes } = api.components.securitySchemes.oauth.flows.authorizationCode;
  const told = (await gate.get("/.well-known/oauth-authorization-server")).json;
  assert.deepEqual([authorizationUrl, tokenUrl, refreshUrl], [told.authorization_endpoint, told.token_endpoint, told.token_endpoint]);
  assert.deepEqual(Object.keys(scopes), told.scopes_supported);
  assert.equal(api.servers[0].url, told.issuer);
  for (const url of [told.authorization_endpoint, told.token_endpoint, told.revocation_endpoint, told.introspection_endpoint]) {
    assert.ok(api.paths[url.slice(told.issuer.length)], `${url} is not in the document`);
  }
});

for (const [path, item] of Object.entries(api.paths)) {
  test(`${path}: every method of the document is there, any other is refused as it says`, async () => {
    const own = operations.filter((operation) => operation.item === item);
    for (const operation of own) {
      const sent = await request(operation, operation.method === "HEAD" ? "consent" : undefined);
      const answer = await send(sent);
      documented(operation, answer, sent);
      assert.ok(path.endsWith("{route}") || ![404, 405].includes(answer.status), nameOf(operation));
    }
    const { target, headers } = await request(own[0]);
    const others = METHODS.map((name) => name.toUpperCase()).filter((name) => !own.some(({ method }) => method === name));
    for (const method of others) {
      const answer = await gate.request(method, target, { headers });
      assert.equal(answer.status, 405, `${method} ${path}`);
      responds(resolved(item["x-other-methods"]), answer, `${method} ${path}`, method === "HEAD");
      const allowed = own.map((operation) => operation.method).filter((name) => name !== "OPTIONS");
      assert.deepEqual(answer.header("allow").split(", "), allowed, `${method} ${path}`);
    }
    assert.equal((await gate.request("TRACE", target, { headers })).status, 501);
    assert.equal((await gate.request("GET", target, { headers, body: "x" })).status, 400);
  });
}

for (const operation of operations) {
  for (const [status, response] of Object.entries(operation.responses)) {
    for (const [name, example] of examplesOf(resolved(response))) {
      test(`${nameOf(operation)}: the example ${name} is answered ${status}, as it says`, async () => {
        const sent = await request(operation, name, example["x-security"]);
        for (const [type, { schema, examples }] of Object.entries(operation.requestBody?.content ?? {})) {
          if (Number(status) < 300 && examples?.[name]) conforms(schema, examples[name].value, `the example ${name} as ${type}`);
        }
        const answer = await send(sent);
        assert.equal(answer.status, Number(status), answer.text.slice(0, 300));
        documented(operation, answer, sent);
        const body = /json/.test(answer.header("content-type")) ? answer.json : answer.text;
        alike(example.value, example.isHeader ? answer.header(example.isHeader) : body, name);
      });
    }
  }
}

/** The examples of a response: of its body, and of its headers. */
function examplesOf({ content = {}, headers = {} }) {
  const ofHeaders = Object.entries(headers).flatMap(([name, header]) =>
    Object.entries(resolved(header).examples ?? {}).map(([example, value]) => [example, { ...value, isHeader: name.toLowerCase() }]),
  );
  return [...Object.values(content).flatMap(({ examples = {} }) => Object.entries(examples)), ...ofHeaders];
}

/** `…` stands for anything, a number for any number, a list for one that has these among others; members have to be the same. */
function alike(shown, got, what) {
  if (Array.isArray(shown)) {
    const isThere = (each) => got.some((other) => doesNotThrow(() => alike(each, other, what)));
    for (const each of shown) assert.ok(isThere(each), `${what}: ${JSON.stringify(each)} is not in ${JSON.stringify(got)}`);
  } else if (isObject(shown)) {
    assert.deepEqual(Object.keys(got).sort(), Object.keys(shown).sort(), what);
    for (const [name, value] of Object.entries(shown)) alike(value, got[name], `${what}, ${name}`);
  } else if (typeof shown === "string") {
    assert.match(got, new RegExp(`^${shown.split("…").map(plainly).join("[^]*")}\\n?$`), what);
  } else if (typeof shown === "number") assert.equal(typeof got, "number", what);
  else assert.equal(got, shown, what);
}
const plainly = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const doesNotThrow = (work) => {
  try {
    work();
    return true;
  } catch {
    return false;
  }
};

const LONG = "x".repeat(70_000);
let networks = 0;
const network = () => `127.9.${++networks}.1`;
const altered = (sent, headers) => ({ ...sent, headers: { ...sent.headers, ...headers } });

/** How a status can be had, where no example has it. */
const WAYS = {
  200: async (operation) => send(await request(operation, operation.path === "/oauth/" ? "consent" : "document")),
  204: async (operation) => send(await request(operation)),
  302: async (operation) => send(await request(operation, operation.requestBody ? "forged" : "refused")),
  303: async (operation) => send(await request(operation, "signIn", [])),
  400: async (operation) => {
    const sent = await request(operation);
    return send({ ...sent, target: `${sent.target.split("?")[0]}%23` });
  },
  401: async (operation) => send(altered(await request(operation), { authorization: "Bearer wrong", "cf-connecting-ip": network() })),
  403: async (operation) => {
    const more = { cookie: `${cookie}; ${cookie}`, "x-on-behalf": "5", "cf-connecting-ip": "203.0.113.7" };
    return send(altered(await request(operation, "consent"), more));
  },
  404: async (operation) => send(await request(operation, "nowhere")),
  413: async (operation) => {
    const sent = altered(await request(operation), { "content-type": "application/x-www-form-urlencoded" });
    return send({ ...sent, body: `a=${LONG}` });
  },
  414: async (operation) => {
    const sent = await request(operation);
    return send({ ...sent, target: `${sent.target}?${LONG.slice(0, 9000)}` });
  },
  429: async (operation) => {
    const sent = altered(await request(operation), { authorization: "Bearer guessed", "cf-connecting-ip": network() });
    for (let guesses = 0; guesses < 20; guesses++) await send(sent);
    return send(sent);
  },
  431: async (operation) => send(altered(await request(operation), { "x-long": Array.from({ length: 5 }, () => LONG.slice(0, 7000)) })),
  502: async (operation) => broken({ origin: "throw" }, await request(operation)),
  503: async (operation) => {
    const name = operation.path === "/oauth/introspect" ? "access" : "refresh";
    const sent = await request(operation, operation.path === "/oauth/" ? "consent" : name);
    const unknown = { cookie: `edgegate=${seal("egs").text}`, ...(operation.tags[0] === "guarded" && bearer(seal("egt").text)) };
    return broken({ kv: "throw", ledger: "throw" }, altered(sent, unknown));
  },
};

for (const operation of operations) {
  test(`${nameOf(operation)}: every status that it has can be had, and no other`, async () => {
    const shown = Object.keys(operation.responses).filter((status) => examplesOf(resolved(operation.responses[status])).length > 0);
    for (const status of Object.keys(operation.responses)) assert.ok(shown.includes(status) || WAYS[status], `no way to ${status}`);
    for (const [status, way] of Object.entries(WAYS)) {
      const answer = await way(operation);
      documented(operation, answer, `the way to ${status}`);
      const isMeant = operation.responses[status] && !shown.includes(status);
      if (isMeant) assert.equal(answer.status, Number(status), answer.text.slice(0, 300));
    }
  });
}

const VARIED = {
  redirect_uris: [
    ...[undefined, [], REDIRECT, [REDIRECT], ["https://a.example/cb?x=1"], ["https://a.example:65535"], ["https://1.2.3.4/"]],
    ...[["org.example.app:/cb"], ["http://a.localhost/"], ["http://[::1]:1/x"], ["http://a.example/"], ["app:/cb"]],
    ...[["https://a.example/#x"], ["https://A.example/"], ["https://a.example:0/"], ["https://a.example:65536/"]],
    ...[["https://127.1/"], ["https://a..example/"], ["https://u@a.example/"], ["https://a.example/é"]],
  ],
  resources: [
    ...[[], [REDIRECT], ["https://a.example/x"], ["https://a.example/?x"], ["org.example.app:/x"], ["http://a.example/"]],
    Array(9).fill(REDIRECT),
  ],
  scope: ["read", [], ["read"], ["a b"], ['a"'], [""], ["x".repeat(129)], Array.from({ length: 65 }, (_, at) => `s${at}`)],
  name: ["", "Müller & Söhne", " ", "a\nb", "a\u202eb", "x".repeat(201), 7],
  subject: ["", "5", "a b", "x".repeat(256)],
  act_for_others: [true, false, "yes"],
  introspect: [true, false],
  pkce: [true, false, null],
  dpop: [true, false],
  secret: ["x"],
};

test("a client is registered if the schema has it so, and only then", async () => {
  const add = operations.find(({ operationId }) => operationId === "addClient");
  const { schema } = add.requestBody.content["application/json"];
  const sent = await request(add);
  for (const kind of ["confidential", "public", "token-pair", "robot"]) {
    for (const [name, values] of Object.entries(VARIED)) {
      for (const value of values) {
        const body = { kind, ...(kind !== "token-pair" && { redirect_uris: [REDIRECT] }), [name]: value };
        const text = JSON.stringify(body);
        const answer = await send({ ...sent, body: Buffer.from(text).toString("latin1") });
        documented(add, answer, text);
        const isRight = wrongs(schema, JSON.parse(text)).length === 0;
        assert.equal(answer.status, isRight ? 201 : 400, `${text.slice(0, 300)}: ${answer.text}`);
      }
    }
  }
});

test("no bad request gets an answer that is not documented", async (t) => {
  t.diagnostic(`EDGEGATE_SEED=${seed}`);
  const chance = new Garbage(seed);
  // Made before anything is spoiled: many wrong admin keys in one minute shut out the right one, too.
  const goods = [];
  for (const operation of operations) goods.push([operation, await request(operation, "consent")]);
  for (const [operation, good] of goods) {
    for (let tries = 0; tries < 24; tries++) {
      const sent = spoiled(chance, operation, good);
      documented(operation, await send(sent), sent);
    }
  }
});

const TEXTS = ["{", "[]", "null", "7", '"x"', "\xff", "\0", '{"a":1,}', "[".repeat(5000), "a=%ff&a=1", ""];
const SPELLED = ["application/json", "text/plain", "x", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded; charset=utf-16"];

/** A good request with one or two things in it that are not. */
function spoiled(chance, operation, good) {
  const inQuery = (operation.item.parameters ?? []).map(resolved).filter((one) => one.in === "query");
  const names = [...inQuery.map(({ name }) => name), "access_token", "a", "client_id"];
  const value = () => chance.value();
  const joint = good.target.includes("?") ? "&" : "?";
  const ways = [
    () => ({ ...good, target: `${good.target}${joint}${chance.pick(names)}=${value()}` }),
    () => ({ ...good, target: `${good.target.split("?")[0]}?${names.map((name) => `${name}=${value()}`).join("&")}` }),
    () => {
      const authorization = chance.authorization(good.headers.authorization ?? "Bearer x");
      return altered(good, { authorization, "cf-connecting-ip": chance.address("127.1") });
    },
    () => altered(good, { cookie: chance.pick(["edgegate=x", "edgegate=egs_seal-1_x", `${cookie}; ${cookie}`, "=", ";;"]) }),
    () => altered(good, { dpop: chance.proof(access_token), authorization: `DPoP ${access_token}` }),
    () => altered(good, { "x-on-behalf": chance.pick(["5", "off", "-1", "a,b", "\xff"]), accept: chance.pick(["text/html", "*/*", "x"]) }),
    () => altered(good, { origin: "http://evil.example", "sec-fetch-site": "cross-site" }),
  ];
  if (operation.requestBody) {
    const isForm = /urlencoded/.test(good.headers["content-type"]);
    const fields = isForm ? Object.fromEntries(new URLSearchParams(good.body)) : JSON.parse(good.body);
    const name = chance.pick([...Object.keys(fields), "client_id", "grant_type", "redirect_uris"]);
    const wrong = chance.pick([7, null, [], {}, "", "\0", true, [7], ["/cb"], "x".repeat(20_000)]);
    ways.push(
      () => ({ ...good, body: chance.pick(TEXTS) }),
      () => altered(good, { "content-type": chance.pick(SPELLED) }),
      () => {
        const more = `&${name}=${chance.value({ inBody: true })}`;
        return { ...good, body: isForm ? good.body + more : JSON.stringify({ ...fields, [name]: wrong }) };
      },
      () => ({ ...good, body: isForm ? urlencoded({ ...fields, [name]: "x" }) : good.body.slice(0, -1) }),
    );
  }
  return chance.pick(ways)();
}
