// PHP behind the gateway, under Apache and under its own server: a session, a form, whole addresses in redirects, an upload.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { guarded } from "./lib/gate.mjs";
import { linesOf } from "./lib/settings.mjs";
import { skipped, startSite } from "./lib/sites.mjs";
import { logIn, passGateway, seesItsClient } from "./lib/steps.mjs";
import { visit } from "./lib/visitor.mjs";
import apache from "./sites/apache.mjs";
import php from "./sites/php.mjs";

const settings = { before: linesOf("PHP", "php") };
const withServer = { ...settings, lines: linesOf("Apache", "apache") };

for (const [name, kind, own] of [["PHP's own server", php, settings], ["Apache", apache, withServer]]) {
  describe(`PHP under ${name}`, { skip: skipped(kind) }, () => {
    let site;
    before(async () => (site = await startSite(kind, own)));
    after(() => site.stop());

    test("somebody logs in and uploads a file", async () => logIn(await visit(site.url)));

    test("the same behind a route that needs a session of the gateway's", async () => {
      const visitor = await visit(site.url, { routes: guarded("/account") });
      await passGateway(visitor, "/account");
      await logIn(visitor);
    });

    test("it builds the addresses that its client sees, and reads where the client is", () => seesItsClient(site));
  });
}

describe("without their settings", { skip: skipped(php) }, () => {
  test("PHP takes itself for another site, and refuses its own forms", async (t) => {
    const site = await startSite(php);
    t.after(() => site.stop());
    const visitor = await visit(site.url);
    assert.equal((await visitor.submit(await visitor.open("/login"), { user: "jo" })).status, 403);
  });
});
