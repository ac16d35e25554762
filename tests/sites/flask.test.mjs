// Flask behind the gateway: a session, a form, whole addresses in redirects, an upload.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { guarded } from "./lib/gate.mjs";
import { linesOf } from "./lib/settings.mjs";
import { skipped, startSite } from "./lib/sites.mjs";
import { logIn, passGateway, seesItsClient } from "./lib/steps.mjs";
import { visit } from "./lib/visitor.mjs";
import flask from "./sites/flask.mjs";

describe("Flask", { skip: skipped(flask) }, () => {
  let site;
  before(async () => (site = await startSite(flask, { lines: linesOf("Flask", "python") })));
  after(() => site.stop());

  test("somebody logs in and uploads a file, behind a route that needs a session of the gateway's", async () => {
    const visitor = await visit(site.url, { routes: guarded("/account") });
    await passGateway(visitor, "/account");
    await logIn(visitor);
  });

  test("it builds the addresses that its client sees, and reads where the client is", () => seesItsClient(site));

  test("without ProxyFix it takes itself for another site, and refuses its own forms", async (t) => {
    const bare = await startSite(flask);
    t.after(() => bare.stop());
    const visitor = await visit(bare.url);
    assert.equal((await visitor.submit(await visitor.open("/login"), { user: "jo" })).status, 403);
  });
});
