// Origins that check `Edgegate-Jwt`, in five languages, by the lines of docs/identity.md: what the gateway sends passes, and
// nothing else does.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "../e2e/lib/client.mjs";
import { secrets, startGateway } from "../e2e/lib/gateway.mjs";
import go from "./identity/go.mjs";
import javascript from "./identity/javascript.mjs";
import php from "./identity/php.mjs";
import python from "./identity/python.mjs";
import ruby from "./identity/ruby.mjs";
import { AUDIENCE, linesOf, made, madeByNext, MOVED, startKeys, wrong } from "./lib/identity.mjs";
import { skipped, startSite } from "./lib/sites.mjs";

const keys = await startKeys();
after(() => keys.stop());

/** The page's policy for an origin, what it leaves to the reader, and a route whose origin shows the JWT that it received. */
const policyFor = (url) => `version = 1
${linesOf("toml", keys.url).replace("url = \"https://origin.example.net\"", `url = "${url}"`)}
[keys.seal-1]
secret = "EDGEGATE_SEAL_KEY"
use = "seal"
[session]
keys = ["seal-1"]
[bearer]
keys = ["seal-1"]
[admin]
secret = "EDGEGATE_ADMIN_KEY"
allow = ["127.0.0.1/32"]
[origins.mirror]
url = "${keys.url}"
[[routes]]
name = "mirror"
path = "/mirror/*"
accept = ["bearer"]
forward = { origin = "mirror", jwt_audience = "${AUDIENCE}" }
`;

for (const language of [javascript, python, php, ruby, go]) {
  describe(language.name, { skip: skipped(language) }, () => {
    let [site, gateway, origin, published] = [];
    const start = (lines = linesOf(language.fence, keys.url)) => startSite(language, { lines });
    const ask = (jwt, to = origin) => to.get("/app/a", { "edgegate-jwt": jwt });
    /** Its status; a refusal with a page behind it is none. */
    const statusOf = (answer) => ((answer.status === 200) === (answer.header("served") === "yes") ? answer.status : `${answer.status}, and served`);
    const clientOf = ({ port }) => new Client({ name: language.name, port, seen: new Set() });

    before(async () => {
      site = await start();
      gateway = await startGateway({ gate: { policy: policyFor(site.url), secrets: { EDGEGATE_IDENTITY_KEY: secrets.EDGEGATE_IDENTITY_KEY_1 } } });
      published = (await gateway.gate.get("/.edgegate/jwks.json")).json;
      keys.answer = keys.moved = keys.of(published);
      origin = clientOf(site);
    });
    after(async () => (origin?.close(), site?.stop(), await gateway?.stop()));

    const through = async (path = "/app/a") => {
      const { access_token } = await gateway.gate.admin("token", { subject: "1001002", client: "demo", scope: "read write" });
      return gateway.gate.get(path, { authorization: `Bearer ${access_token}` });
    };

    test("what comes through the gateway passes, and the origin knows who it is", async () => {
      const { status, text, json } = await through();
      assert.equal(status, 200, text);
      const { subject, scope, claims } = json;
      assert.deepEqual([subject, scope, claims.iss, claims.aud, claims.client_id], ["1001002", ["read", "write"], keys.url, AUDIENCE, "demo"]);
    });

    test("what did not is refused, though all but one thing is right", async () => {
      const genuine = (await through("/mirror/a")).text;
      for (const right of [genuine, await made(keys.url), await made(keys.url, { claims: { exp: Math.floor(Date.now() / 1000) - 1 } })]) {
        const { status, json, text } = await ask(right);
        assert.deepEqual([status, json?.subject], [200, "1001002"], text);
      }
      assert.deepEqual((await ask(await made(keys.url, { claims: { scope: undefined } }))).json.scope ?? [], []);
      const found = {};
      for (const [what, jwt] of Object.entries(await wrong(keys.url, genuine))) {
        const status = statusOf(await ask(jwt));
        if (status !== 401) found[what] = status;
      }
      assert.deepEqual(found, {});
      assert.equal(statusOf(await origin.get("/app/a")), 401);
      assert.equal(statusOf(await through()), 200);
    });

    test("keys are fetched once, not for each that is made up, and a new one is found", async (t) => {
      keys.fetches();
      // Half a minute is too long for a test; in the library it is fixed.
      const isQuick = language !== javascript;
      const lines = linesOf(language.fence, keys.url);
      assert.ok(!isQuick || /\b30\b/.test(lines), "the lines say no half minute");
      const fresh = await start(isQuick ? lines.replaceAll(/\b30\b/g, "2") : lines);
      const client = clientOf(fresh);
      t.after(() => (client.close(), fresh.stop()));
      for (let round = 0; round < 5; round++) assert.equal(statusOf(await ask(await made(keys.url), client)), 200);
      assert.equal(keys.fetches(), 1);
      for (let round = 0; round < 5; round++) assert.equal(statusOf(await ask(await made(keys.url, { header: { kid: `other-${round}` } }), client)), 401);
      assert.ok(keys.fetches() <= 1);
      if (!isQuick) return;
      keys.answer = keys.of(published, { isChanged: true });
      await sleep(3000);
      assert.equal(statusOf(await ask(await madeByNext(keys.url), client)), 200);
      assert.equal(statusOf(await ask(await made(keys.url), client)), 200);
      assert.equal(keys.fetches(), 1);
    });

    test("while the keys cannot be had it is 503, without a JWT 401, and then it goes on", async (t) => {
      const fresh = await start();
      const client = clientOf(fresh);
      t.after(() => (client.close(), fresh.stop()));
      const failures = {
        "an error": (response) => response.writeHead(500).end(keys.of(published)),
        "another page": "<!doctype html>",
        "no set": "[]",
        ...(language !== javascript && { "no keys": '{"keys":[]}' }), // for jose the key is then unknown
        "a redirect": (response) => response.writeHead(302, { location: MOVED }).end(),
        "a closed connection": (response) => response.destroy(),
        silence: () => {},
      };
      for (const [what, answer] of Object.entries(failures)) {
        keys.answer = answer;
        const begun = performance.now();
        assert.equal(statusOf(await ask(await made(keys.url), client)), 503, what);
        assert.ok(performance.now() - begun < 5500, `${what}: it waits too long`);
        assert.equal(statusOf(await client.get("/app/a")), 401, what);
      }
      keys.answer = keys.of(published);
      assert.equal(statusOf(await ask(await made(keys.url), client)), 200);
    });
  });
}
