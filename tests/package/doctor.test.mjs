// `edgegate doctor`: each thing that can be wrong is wrong once, in the folder and at servers of this test on loopback.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import { test } from "node:test";
import { CLIENT, gateAsClient } from "../../demo/provider/configuration.mjs";
import { startProvider } from "../../demo/provider/server.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { certificate } from "../browser/lib/sink.mjs";
import { keyFor } from "../e2e/lib/issuer.mjs";
import { startOrigin } from "../e2e/lib/origin.mjs";
import { examined, sound, states } from "./lib/examined.mjs";
import { freePort, project, started } from "./lib/process.mjs";
import { HOST } from "./lib/running.mjs";

test("a sound project is well, but for the switch that nobody can ask", async (t) => {
  const { folder } = await sound(t);
  const { code, findings } = await examined(t, folder);
  assert.equal(code, 0);
  assert.deepEqual(findings.filter(({ state }) => state !== "ok").map(({ check }) => check), ["fail closed"]);
});

const WRONG = {
  "a mistake in the policy": { change: ["edgegate.toml", "version = 1", "version = 9"], check: "policy", state: "fail", words: /edgegate\.toml:4: version/ },
  "a failing test": { change: ["edgegate.toml", 'forwarded = "/"', 'forwarded = "/x"'], check: "policy", state: "fail", words: /edgegate\.toml:\d+: test/ },
  "a warning": { change: ["edgegate.toml", 'issuer = "https://gate.example.org"', 'issuer = "https://gate.example.org"\ndecision_log = false'], check: "policy", state: "warn", words: /decision_log_off/ },
  "no KV": { change: ["wrangler.toml", 'binding = "EDGEGATE_KV"', 'binding = "OTHER"'], check: "bindings", state: "fail", words: /EDGEGATE_KV/ },
  "no Ledger": { change: ["wrangler.toml", 'name = "EDGEGATE_LEDGER"', 'name = "OTHER"'], check: "bindings", state: "fail", words: /EDGEGATE_LEDGER/ },
  "a Ledger whose class is not made": { change: ["wrangler.toml", "new_sqlite_classes", "new_classes"], check: "bindings", state: "fail", words: /class is not made/ },
  "no limiter": { change: ["wrangler.toml", 'name = "EDGEGATE_LIMITER"', 'name = "OTHER"'], check: "bindings", state: "fail", words: /EDGEGATE_LIMITER/ },
  "no limiter of a route": { change: ["edgegate.toml", "# Who", "# Who"], append: '\n[[routes]]\nname = "search"\npath = "/search"\naccept = ["none"]\nrate = { limit = 5, period = "1m", by = "network" }\nforward = { origin = "site" }\n', check: "bindings", state: "fail", words: /EDGEGATE_RATE_5_60/ },
  "no Worker behind it": { change: ["edgegate.toml", 'url = "https://origin.example.org"', 'service = "SITE"'], check: "bindings", state: "fail", words: /SITE, which is the origin site/ },
  "a route of another host": { change: ["wrangler.toml", 'pattern = "gate.example.org/*"', 'pattern = "www.example.org/*"'], check: "routes", state: "warn", words: /leads to gate\.example\.org/ },
  "no route": { change: ["wrangler.toml", "routes = [{", "# routes = [{"], check: "routes", state: "warn", words: /names no route/ },
  "a workers.dev address": { change: ["wrangler.toml", "workers_dev = false", "workers_dev = true"], check: "doors", state: "fail", words: /workers_dev/ },
  "preview addresses": { change: ["wrangler.toml", "preview_urls = false", ""], check: "doors", state: "fail", words: /preview_urls/ },
  "files past an application": { change: ["edgegate.toml", 'url = "https://origin.example.org"', "handler = true"], also: ["wrangler.toml", "[dev]", '[assets]\ndirectory = "./public"\n[dev]'], check: "assets", state: "fail", words: /files in \.\/public are served past the gateway/ },
  "files past a gateway of its own": { change: ["wrangler.toml", "[dev]", '[assets]\ndirectory = "./public"\n[dev]'], check: "assets", state: "warn", words: /served past the gateway/ },
  "files that no pattern covers": { change: ["wrangler.toml", "[dev]", '[assets]\ndirectory = "./public"\nrun_worker_first = ["/api/*"]\n[dev]'], check: "assets", state: "warn", words: /\/members\/\*/ },
  "whole URLs in the log": { change: ["wrangler.toml", "invocation_logs = false", ""], check: "logs", state: "warn", words: /whole URL/ },
  "a deployment that takes itself for a local one": { change: ["wrangler.toml", "[dev]", '[vars]\nEDGEGATE_LOOPBACK = "true"\n[dev]'], check: "loopback", state: "fail", words: /EDGEGATE_LOOPBACK/ },
  "a secret without a value": { change: [".dev.vars", "EDGEGATE_SEAL_KEY=", "# EDGEGATE_SEAL_KEY="], check: "secrets", state: "warn", words: /lacks EDGEGATE_SEAL_KEY/ },
};

for (const [name, { change: [file, from, to], also, append = "", check, state, words }] of Object.entries(WRONG)) {
  test(`${name} is ${state === "fail" ? "wrong" : "something to look at"}, with what to do`, async (t) => {
    const { folder, change } = await sound(t);
    change(file, from, to);
    if (also) change(...also);
    if (append) writeFileSync(path.join(folder, file), readFileSync(path.join(folder, file), "utf8") + append);
    const { of, code } = await examined(t, folder);
    const found = of(check).find(({ text }) => words.test(text));
    assert.ok(found, JSON.stringify(of(check)));
    assert.equal(found.state, state);
    assert.ok(found.todo, "it says what to do");
    assert.equal(code, state === "fail" ? 1 : 0);
  });
}

test("files are behind the gateway where the Worker runs first", async (t) => {
  const { folder, change } = await sound(t);
  change("wrangler.toml", "[dev]", '[assets]\ndirectory = "public"\nrun_worker_first = true\n[dev]');
  assert.deepEqual(states((await examined(t, folder)).of("assets")), ["ok"]);
});

test("keys that others can read, or that git would see, are named", async (t) => {
  const { folder, file } = await sound(t);
  chmodSync(file(".dev.vars"), 0o644);
  assert.ok((await examined(t, folder)).of("secrets").some(({ text }) => /other users/.test(text)));
  execFileSync("git", ["init", "--quiet"], { cwd: folder });
  assert.ok(!(await examined(t, folder)).of("secrets").some(({ text }) => /git/.test(text)));
  writeFileSync(file(".gitignore"), "build/\n");
  assert.deepEqual(states((await examined(t, folder)).of("secrets").filter(({ text }) => /git/.test(text))), ["fail"]);
});

test("a folder without policy, wrangler.toml or wrangler is told what to do", async (t) => {
  const empty = project(t);
  const { of } = await examined(t, empty);
  assert.match(of("policy")[0].todo, /npx edgegate init/);
  const { folder, file } = await sound(t);
  rmSync(file("wrangler.toml"));
  rmSync(file("node_modules"));
  const bare = await examined(t, folder);
  assert.deepEqual(states(bare.of("wrangler.toml")), ["fail"]);
  assert.match(bare.of("wrangler")[0].todo, /npm install --save-dev wrangler/);
});

test("the configuration that counts is looked at: that of the environment, and no file that wrangler takes first", async (t) => {
  const { folder, file } = await sound(t);
  writeFileSync(file("wrangler.toml"), `${readFileSync(file("wrangler.toml"), "utf8")}\n[env.prod]\nworkers_dev = true\n`);
  for (const [args, env] of [[["--env", "prod"]], [["-e", "prod"]], [[], { CLOUDFLARE_ENV: "prod" }]]) {
    const { of } = await examined(t, folder, ["--no-network", ...args], env);
    assert.deepEqual(states(of("doors")), ["fail"]);
    assert.ok(of("bindings").some(({ state, text }) => state === "fail" && /EDGEGATE_KV/.test(text)), "bindings are not inherited");
    assert.deepEqual(states(of("routes")), ["ok"], "routes are");
  }
  assert.deepEqual(states((await examined(t, folder)).of("doors")), ["ok"]);
  for (const name of ["wrangler.json", ".wrangler/deploy/config.json"]) {
    mkdirSync(path.dirname(file(name)), { recursive: true });
    writeFileSync(file(name), "{}");
    const { of } = await examined(t, folder);
    assert.deepEqual(of("wrangler.toml").map(({ state, text }) => [state, text.includes(`wrangler takes ${name} in its place`)]), [["fail", true]]);
    rmSync(file(name));
  }
});

test("the account is asked by wrangler for names alone, and what it lacks is named", async (t) => {
  const { folder, file } = await sound(t);
  rmSync(file("node_modules"));
  const wrangler = file("node_modules/wrangler");
  mkdirSync(wrangler, { recursive: true });
  writeFileSync(path.join(wrangler, "package.json"), '{ "bin": { "wrangler": "./wrangler.js" } }');
  const answers = async (script) => {
    writeFileSync(path.join(wrangler, "wrangler.js"), script);
    return (await examined(t, folder, ["--policy", "edgegate.toml"])).of("account");
  };
  const listing = (...names) => `if (process.argv.slice(2).join(" ") !== "secret list --format json --config wrangler.toml --env=") process.exit(9); console.log('${JSON.stringify(names.map((name) => ({ name })))}')`;
  assert.deepEqual(states(await answers(listing("EDGEGATE_SEAL_KEY", "EDGEGATE_ASSERTION_KEY"))), ["ok"]);
  const [lacking] = await answers(listing("EDGEGATE_SEAL_KEY"));
  assert.deepEqual([lacking.state, lacking.todo], ["fail", "npx wrangler secret put EDGEGATE_ASSERTION_KEY"]);
  assert.deepEqual(states(await answers(listing("EDGEGATE_SEAL_KEY", "EDGEGATE_ASSERTION_KEY", "EDGEGATE_LOOPBACK"))), ["fail", "ok"]);
  assert.deepEqual(states(await answers("process.exit(1)")), ["warn"]);
});

test("a provider's document, its keys and the clock are looked at, and an origin that refuses strangers is closed", async (t) => {
  const site = await startOrigin((request, response) => response.writeHead(403).end());
  const provider = await startProvider({ port: 0, gates: [`http://${HOST}`], configure: (usual) => ({ ...usual, clients: [gateAsClient([`http://${HOST}`], "corp")] }) });
  t.after(() => (site.stop(), provider.stop()));
  const { folder } = await sound(t, { origin: site.url, host: `127.0.0.1:${await freePort()}`, sign: ["--sign-in", "provider", "--preset", "any", "--issuer", provider.url, "--client-id", CLIENT.id] });
  const { of, output } = await examined(t, folder, ["--no-account"]);
  assert.deepEqual(states(of("provider corp")), ["ok"], output);
  assert.match(of("provider corp")[0].text, /PKCE with S256, keys at .*: 1/);
  assert.deepEqual(states(of("origin site")), ["ok"]);
  assert.deepEqual(states(of("clock")), ["ok"]);
  assert.deepEqual(states(of("gateway")), ["warn"], "nothing is deployed");
  assert.deepEqual(site.take().map(({ method, url }) => `${method} ${url}`), ["GET /members/"], "one question, and of a guarded page");
});

test("an issuer of tokens has keys where the policy says", async (t) => {
  const key = await keyFor("RS256");
  const server = await startOrigin((request, response) => response.writeHead(request.url === "/keys" ? 200 : 404).end(JSON.stringify({ keys: [key.jwk] })));
  t.after(server.stop);
  const sign = ["--sign-in", "issuer", "--preset", "any", "--issuer", `${server.url}/`, "--jwks", "/keys"];
  const { folder, change } = await sound(t, { origin: server.url, host: HOST, sign });
  assert.deepEqual(states((await examined(t, folder, ["--no-account"])).of("issuer corp")), ["ok"]);
  change("edgegate.toml", 'jwks = "/keys"', 'jwks = "/other"');
  assert.match((await examined(t, folder, ["--no-account"])).of("issuer corp")[0].text, /is no list of keys \(404\)/);
});

test("an origin that answers strangers is wrong, one that redirects them is to be looked at, and a silent one is closed", async (t) => {
  let answer;
  const site = await startOrigin((request, response) => answer(response));
  t.after(site.stop);
  const { folder, change } = await sound(t, { origin: site.url, host: `127.0.0.1:${await freePort()}` });
  for (const [status, state] of [[200, "fail"], [204, "fail"], [302, "warn"], [404, "warn"], [401, "ok"]]) {
    answer = (response) => response.writeHead(status, status === 302 ? { location: "https://elsewhere.example/" } : {}).end();
    const { of } = await examined(t, folder, ["--no-account"]);
    assert.deepEqual(states(of("origin site")), [state], `${status}`);
  }
  answer = () => {};
  const begun = Date.now();
  const silent = await examined(t, folder, ["--no-account"]);
  assert.deepEqual(states(silent.of("origin site")), ["ok"]);
  assert.ok(Date.now() - begun < 15_000, "it does not wait for ever");
  change("edgegate.toml", site.url, `http://127.0.0.1:${await freePort()}`);
  assert.deepEqual(states((await examined(t, folder, ["--no-account"])).of("origin site")), ["ok"]);
});

test("an origin on this machine is none of a gateway that is deployed, and is not asked", async (t) => {
  const asked = [];
  const site = await startOrigin((request, response) => (asked.push(request.url), response.end()));
  t.after(site.stop);
  const { folder } = await sound(t, { origin: site.url });
  const { of } = await examined(t, folder, ["--no-account"]);
  assert.deepEqual(of("origin site").map(({ state, text }) => [state, text]), [["warn", `${site.url} is on this machine: deployed, no Worker reaches it`]]);
  assert.deepEqual(asked, []);
});

test("a clock that is wrong is noticed by what servers say", async (t) => {
  let off = 0;
  const server = http.createServer((request, response) => response.writeHead(403, { date: new Date(Date.now() + 1000 * off).toUTCString() }).end());
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => (server.close(), server.closeAllConnections()));
  const { folder } = await sound(t, { origin: `http://127.0.0.1:${server.address().port}`, host: `127.0.0.1:${await freePort()}` });
  for (const [seconds, state, words] of [[0, "ok", /clock is \d s/], [15, "warn", /1[4-6] s behind/], [-600, "fail", /(599|600|601) s ahead of/]]) {
    off = seconds;
    const { of } = await examined(t, folder, ["--no-account"]);
    assert.deepEqual(states(of("clock")), [state], `${seconds} s: ${JSON.stringify(of("clock"))}`);
    assert.match(of("clock")[0].text, words);
  }
});

test("a name that there is not and a certificate that is not valid are wrong", async (t) => {
  const tls = https.createServer(certificate(), (_, response) => response.writeHead(403).end());
  await new Promise((resolve) => tls.listen(0, "127.0.0.1", resolve));
  t.after(() => (tls.close(), tls.closeAllConnections()));
  const { folder, change } = await sound(t, { origin: `https://127.0.0.1:${tls.address().port}`, host: `127.0.0.1:${await freePort()}` });
  const { of } = await examined(t, folder, ["--no-account"]);
  assert.ok(of("TLS").some(({ state, text }) => state === "fail" && /self-signed|unable to verify/i.test(text)), JSON.stringify(of("TLS")));
  assert.deepEqual(of("origin site"), [], "nothing more is asked of it");
  change("edgegate.toml", "https://127.0.0.1", "https://no-such-host.invalid");
  assert.ok((await examined(t, folder, ["--no-account"])).of("DNS").some(({ state, text }) => state === "fail" && /no-such-host\.invalid/.test(text)));
});

test("as text each line has its state, and what to do below it", async (t) => {
  const { folder, change } = await sound(t);
  change("wrangler.toml", "workers_dev = false", "");
  const command = started(t, folder, ["doctor", "--no-network"]);
  assert.equal(await command.ended, 1);
  assert.match(command.output(), /^ok {4}policy +edgegate\.toml/m);
  assert.match(command.output(), /^fail {2}doors +wrangler\.toml lacks `workers_dev = false`.*\n +workers_dev = false$/m);
  assert.match(command.output(), /\d+ ok, 1 to look at, 1 wrong\n$/);
});

test("the addresses of presets are those of the gateway", () => {
  const { providers, issuers } = JSON.parse(readFileSync(inRoot("package/templates/presets.json"), "utf8"));
  const rust = (name) => readFileSync(inRoot(`crates/policy/src/sections/${name}/presets.rs`), "utf8");
  const said = (source, key) => [...source.matchAll(/word: "([\w-]+)",([^]*?)\.\.PLAIN|word: "(github)",([^]*?)\n {4}\}\)/g)].map(([, word = "github", body, , other]) => [word, new RegExp(`${key}: "([^"]*)"`).exec(body ?? other)?.[1]]);
  const known = Object.fromEntries(said(rust("provider"), "issuer").filter(([, issuer]) => issuer));
  assert.deepEqual(providers, known);
  const others = said(rust("issuer"), "issuer");
  assert.deepEqual(Object.keys(issuers).sort(), others.map(([word]) => word).sort());
  for (const [word, issuer] of others) assert.equal(issuers[word].issuer, issuer, word);
  for (const [, word, keys] of rust("issuer").matchAll(/word: "([\w-]+)",[^]*?keys: Some\(Place::\w+\((.*?)\)\)/g)) {
    const [last] = /"[^"]*"$/.exec(keys);
    assert.ok(issuers[word].keys.endsWith(JSON.parse(last)), word);
  }
});
