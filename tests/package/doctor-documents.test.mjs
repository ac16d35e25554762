// What `edgegate doctor` makes of documents that others write, and which addresses in them it calls.

import assert from "node:assert/strict";
import https from "node:https";
import { test } from "node:test";
import { askedElsewhere, kindOf, reasonAgainst } from "../../package/commands/doctor/elsewhere.mjs";
import { certificate } from "../browser/lib/sink.mjs";
import { keyFor } from "../e2e/lib/issuer.mjs";
import { startOrigin } from "../e2e/lib/origin.mjs";
import { examined, sound, states } from "./lib/examined.mjs";
import { HOST } from "./lib/running.mjs";

test("what is wrong at a provider is named", async (t) => {
  const key = await keyFor("RS256");
  let said;
  const server = await startOrigin((request, response) => {
    const answer = said(server.url)[request.url];
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" }).end(JSON.stringify(answer === undefined ? {} : answer));
  });
  t.after(server.stop);
  const { folder } = await sound(t, { origin: server.url, host: HOST, sign: ["--sign-in", "provider", "--preset", "any", "--issuer", server.url, "--client-id", "x"] });
  const right = (url) => ({ issuer: url, authorization_endpoint: `${url}/a`, token_endpoint: `${url}/t`, jwks_uri: `${url}/keys`, code_challenge_methods_supported: ["plain", "S256"] });
  const document = "/.well-known/openid-configuration";
  for (const [change, keys, words, state = "fail"] of [
    [{ issuer: "https://other.example" }, [key.jwk], /names the issuer https:\/\/other\.example/],
    [{ code_challenge_methods_supported: ["plain"] }, [key.jwk], /does not know PKCE with S256/],
    [{ code_challenge_methods_supported: undefined }, [key.jwk], /does not say that it knows PKCE/, "warn"],
    [{ token_endpoint: undefined }, [key.jwk], /has no token_endpoint/],
    [{ jwks_uri: undefined }, [key.jwk], /names no keys/],
    [{ code_challenge_methods_supported: 5 }, [key.jwk], /does not say that it knows PKCE/, "warn"],
    [{ code_challenge_methods_supported: "S256" }, [key.jwk], /does not say that it knows PKCE/, "warn"],
    [{ token_endpoint: { a: 1 } }, [key.jwk], /has no token_endpoint/],
    [{ jwks_uri: [1] }, [key.jwk], /names no keys/],
    [{ jwks_uri: "nowhere" }, [key.jwk], /are at nowhere, which is not called: it is no address/],
    [{ issuer: ["\x1b]0;x\x07", "\x9b31m\u202e\n"] }, [key.jwk], /names the issuer \["\\u001b\]0;x\\u0007","\\u\{9b\}31m\\u\{202e\}\\n"\]/],
    [{ issuer: "\x1b[2J\u202e\nok  policy" }, [key.jwk], /names the issuer \\u\{1b\}\[2J\\u\{202e\}\\u\{a\}ok {2}policy/],
    [{}, [null, 5, "x"], /has no key that/],
    [{}, [], /has no key that/],
    [{}, undefined, /is no list of keys/],
  ]) {
    said = (url) => ({ [document]: { ...right(url), ...change }, "/keys": keys && { keys } });
    const found = (await examined(t, folder, ["--no-account"])).of("provider corp");
    assert.deepEqual(states(found), [state], JSON.stringify(found));
    assert.match(found[0].text, words);
  }
  for (const document of [null, 5, "x", [1]]) {
    said = () => ({ "/.well-known/openid-configuration": document });
    assert.match((await examined(t, folder, ["--no-account"])).of("provider corp")[0].text, /is no discovery document/);
  }
  said = () => ({});
  assert.match((await examined(t, folder, ["--no-account"])).of("provider corp")[0].text, /is no discovery document \(404\)/);
});

test("an address that a document names is called on the internet, or where the issuer is, and by https", async (t) => {
  const other = await startOrigin();
  const server = await startOrigin((request, response) => response.end(JSON.stringify({ issuer: server.url, authorization_endpoint: "a", token_endpoint: "t", jwks_uri: `${other.url}/keys`, code_challenge_methods_supported: ["S256"] })));
  t.after(() => (server.stop(), other.stop()));
  const { folder } = await sound(t, { origin: server.url, host: HOST, sign: ["--sign-in", "provider", "--preset", "any", "--issuer", server.url, "--client-id", "x"] });
  const [found] = (await examined(t, folder, ["--no-account"])).of("provider corp");
  assert.equal(found.state, "fail");
  assert.match(found.text, /its keys \(jwks_uri\) are at http:\S+\/keys, which is not called: it is not https/);
  assert.deepEqual(other.take(), []);
  for (const [url, issuer, reason] of [
    ["https://keys.example.org/k", "https://id.example.org", undefined],
    ["http://id.example.org/k", "https://id.example.org", /not https/],
    ["file:///etc/passwd", "https://id.example.org", /not https/],
    ["https://127.0.0.1/k", "https://192.0.2.1", /loopback network/],
    ["https://[::1]:8443/k", "https://192.0.2.1", /loopback network/],
    ["https://[::ffff:127.0.0.1]/k", "https://192.0.2.1", /loopback network/],
    ["https://2130706433/k", "https://192.0.2.1", /loopback network/],
    ["https://0/k", "https://192.0.2.1", /loopback network/],
    ["https://169.254.169.254/latest", "https://10.0.0.1", /link-local network/],
    ["https://10.0.0.2/k", "https://192.0.2.1", /private network/],
    ["https://10.0.0.2/k", "https://10.0.0.1", undefined],
    ["https://127.0.0.1/k", "https://10.0.0.1", /loopback network/],
    ["http://127.0.0.1:9/k", "http://127.0.0.1:9/i", undefined],
  ]) {
    const said = await reasonAgainst(url, issuer);
    if (reason) assert.match(`${said}`, reason, url);
    else assert.equal(said, undefined, url);
  }
  for (const [address, kind] of [["fd00::1", "private"], ["fe80::1", "link-local"], ["100.64.0.1", "private"], ["::", "loopback"], ["64:ff9b::7f00:1", "private"], ["2606:4700::1", "public"], ["1.1.1.1", "public"]]) assert.equal(kindOf(address), kind, address);
});

test("a name that leads to this machine is not called either", async (t) => {
  let count = 0;
  const tls = https.createServer(certificate(), (_, response) => response.end("{}")).on("connection", () => count++);
  await new Promise((resolve) => tls.listen(0, "127.0.0.1", resolve));
  t.after(() => (tls.close(), tls.closeAllConnections()));
  const url = `https://localhost:${tls.address().port}/keys`;
  const call = (issuer) => askedElsewhere(url, issuer, { headers: {}, patience: 5000, most: 1000 });
  assert.match((await call("https://192.0.2.1")).error, /loopback network, where the issuer is not/);
  assert.equal(count, 0);
  assert.match((await call("https://127.0.0.1:1")).error, /SELF_SIGNED|UNABLE_TO_VERIFY|self-signed/);
  assert.ok(count > 0, "where the issuer is there too, it is");
});
