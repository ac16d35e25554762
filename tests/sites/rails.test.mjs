// Rails behind the gateway: sessions, its CSRF check, whole addresses in redirects, an upload, Action Cable.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { guarded } from "./lib/gate.mjs";
import { linesOf } from "./lib/settings.mjs";
import { skipped, startSite } from "./lib/sites.mjs";
import { say } from "./lib/socket.mjs";
import { logIn, passGateway, seesItsClient } from "./lib/steps.mjs";
import { visit, Visitor } from "./lib/visitor.mjs";
import rails from "./sites/rails.mjs";

const CABLE = { protocol: "actioncable-v1-json" };

describe("Rails", { skip: skipped(rails) }, () => {
  let site;
  before(async () => (site = await startSite(rails, { lines: linesOf("Rails", "ruby") })));
  after(() => site.stop());

  for (const [how, options] of [["https", {}], ["a session of the gateway's", { routes: guarded("/account") }]]) {
    test(`somebody logs in, uploads a file and opens Action Cable, behind ${how}`, async () => {
      const visitor = await visit(site.url, options);
      if (options.routes) await passGateway(visitor, "/account");
      await logIn(visitor);
      assert.equal(await say(visitor, "/cable", "", CABLE), '{"type":"welcome"}');
      assert.match(await say(new Visitor(visitor.gate), "/cable", "", CABLE), /"reason":"unauthorized"/);
      assert.equal(await say(visitor, "/cable", "", { ...CABLE, origin: "https://evil.example" }), 404);
    });
  }

  test("it builds the addresses that its client sees, and reads where the client is", () => seesItsClient(site));

  test("without them it opens no Action Cable, and a list of hosts without the gateway's refuses everything", async (t) => {
    const bare = await startSite(rails, { lines: 'config.hosts = ["127.0.0.1"]' });
    t.after(() => bare.stop());
    assert.equal((await (await visit(bare.url)).open("/login")).status, 403);
    const open = await startSite(rails);
    t.after(() => open.stop());
    const visitor = await visit(open.url);
    await logIn(visitor);
    assert.equal(await say(visitor, "/cable", "", CABLE), 404);
  });
});
