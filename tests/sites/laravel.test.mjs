// Laravel behind the gateway: sessions, its CSRF check, redirects to whole addresses, an upload.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { guarded } from "./lib/gate.mjs";
import { linesOf } from "./lib/settings.mjs";
import { skipped, startSite } from "./lib/sites.mjs";
import { logIn, passGateway, seesItsClient } from "./lib/steps.mjs";
import { visit } from "./lib/visitor.mjs";
import laravel from "./sites/laravel.mjs";

describe("Laravel", { skip: skipped(laravel) }, () => {
  let site;
  before(async () => (site = await startSite(laravel, { lines: linesOf("Laravel", "php middleware") })));
  after(() => site.stop());

  test("somebody logs in and uploads a file", async () => logIn(await visit(site.url)));

  test("the same behind a route that needs a session of the gateway's", async () => {
    const visitor = await visit(site.url, { routes: guarded("/account") });
    await passGateway(visitor, "/account");
    await logIn(visitor);
  });

  test("it builds the addresses that its client sees, and reads where the client is", () => seesItsClient(site));

  test("without it, it takes the gateway for its client and its own address for the client's", async (t) => {
    const bare = await startSite(laravel);
    t.after(() => bare.stop());
    const { url, secure, address } = (await (await visit(bare.url)).open("/seen")).json;
    assert.deepEqual([url, secure, address], [`${bare.url}/seen`, false, "127.0.0.1"]);
  });
});
