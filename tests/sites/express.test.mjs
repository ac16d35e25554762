// Express behind the gateway: sessions, a CSRF token, a redirect after each form, an upload, a WebSocket.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { guarded, PUBLIC } from "./lib/gate.mjs";
import { linesOf } from "./lib/settings.mjs";
import { startSite } from "./lib/sites.mjs";
import { say } from "./lib/socket.mjs";
import { logIn, passGateway, seesItsClient } from "./lib/steps.mjs";
import { visit, Visitor } from "./lib/visitor.mjs";
import express from "./sites/express.mjs";

const settings = { lines: linesOf("Express", "js") };
// What an ordinary site has of its own.
const strict = { canonical: PUBLIC, secure: true };

describe("Express", () => {
  let site;
  before(async () => (site = await startSite(express, { ...strict, ...settings })));
  after(() => site.stop());

  for (const [how, options] of [["https", {}], ["a session of the gateway's", { routes: guarded("/account") }]]) {
    test(`somebody logs in, uploads a file and opens a WebSocket, behind ${how}`, async () => {
      const visitor = await visit(site.url, options);
      if (options.routes) await passGateway(visitor, "/account");
      await logIn(visitor);
      assert.equal(await say(visitor, "/chat", "hello"), "jo says hello");
      assert.equal(await say(new Visitor(visitor.gate), "/chat", "hello"), 401);
    });
  }

  test("the same at workerd's own socket, over http", async (t) => {
    const plain = await startSite(express, settings);
    t.after(() => plain.stop());
    const visitor = await visit(plain.url, { own: true });
    await logIn(visitor);
    assert.equal(await say(visitor, "/chat", "hello"), "jo says hello");
  });

  test("it builds the addresses that its client sees, and reads where the client is", () => seesItsClient(site));

  test("a form without its token is refused by the site", async () => {
    const visitor = await visit(site.url);
    const login = await visitor.open("/login");
    assert.equal((await visitor.submit(login, { user: "jo", _csrf: "" })).status, 403);
  });

  test("without `trust proxy` a secure cookie is never set, and a site that wants its own host loops", async (t) => {
    const cookies = await startSite(express, { secure: true });
    t.after(() => cookies.stop());
    const visitor = await visit(cookies.url);
    assert.equal((await visitor.submit(await visitor.open("/login"), { user: "jo" })).status, 403);
    const host = await startSite(express, strict);
    t.after(() => host.stop());
    await assert.rejects((await visit(host.url)).open("/login"), /a loop/);
  });
});
