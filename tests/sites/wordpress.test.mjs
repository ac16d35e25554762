// WordPress behind the gateway: its log-in, its own redirects to the right address, a comment, an upload in wp-admin.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { guarded, open, PUBLIC } from "./lib/gate.mjs";
import { linesOf } from "./lib/settings.mjs";
import { skipped, startSite } from "./lib/sites.mjs";
import { ADDRESS, visit } from "./lib/visitor.mjs";
import wordpress from "./sites/wordpress.mjs";

const lines = linesOf("PHP", "php") + linesOf("WordPress", "php");

describe("WordPress", { skip: skipped(wordpress) }, () => {
  let site;
  before(async () => (site = await startSite(wordpress, { lines })));
  after(() => site.stop());

  test("its own redirect leads to the page, once", async () => {
    const page = await (await visit(site.url)).open("/hello-world");
    assert.deepEqual([page.url, page.came, page.status], [`${PUBLIC}/hello-world/`, [`301 ${PUBLIC}/hello-world/`], 200]);
  });

  test("somebody comments, and logs in to upload a file", async () => {
    const visitor = await visit(site.url);
    const comment = { comment: "by the gateway", author: "Sam", email: "sam@example.org" };
    const commented = await visitor.submit(await visitor.open("/hello-world/"), comment, { form: "wp-comments-post" });
    assert.match(commented.text, new RegExp(`<blockquote>by the gateway, from ${ADDRESS}<`), commented.text.slice(0, 300));
    await upload(visitor, site, "open.txt");
  });

  test("the same behind a route that needs a session of the gateway's", async () => {
    const visitor = await visit(site.url, { routes: open("/wp-admin/admin-ajax.php", "ajax") + guarded("/wp-admin") });
    assert.equal((await visitor.open("/wp-admin/")).status, 401);
    assert.deepEqual(await ask(visitor, "/wp-admin/admin-ajax.php?action=nothing"), [400, "0"], "WordPress' own answer");
    for (const near of ["/wp-admin/admin-ajax.php/", "/wp-admin/admin-ajax.php/x"]) assert.notEqual((await ask(visitor, near))[1], "0");
    await visitor.open(await visitor.gate.nonce("/wp-admin/"));
    await upload(visitor, site, "guarded.txt");
  });

  test("without the lines for the scheme wp-admin is a loop, without those for the host every page leads away", async (t) => {
    const file = path.join(site.folder, "site/wp-config.php");
    const whole = readFileSync(file, "utf8");
    t.after(() => writeFileSync(file, whole));
    const pieces = /^if \(.*\n.*\n}\n/gm;
    assert.equal(whole.match(pieces).length, 3);
    for (const [missing, page, trouble] of [[0, "/wp-admin/", /a loop/], [1, "/hello-world/", /led around the gateway/]]) {
      let at = 0;
      writeFileSync(file, whole.replaceAll(pieces, (text) => (at++ === missing ? "" : text)));
      await assert.rejects((await visit(site.url)).open(page), trouble);
    }
  });
});

async function ask(visitor, path) {
  const { status, text } = await visitor.open(path);
  return [status, text];
}

async function upload(visitor, site, name) {
  const login = await visitor.open("/wp-login.php?redirect_to=%2Fwp-admin%2Fmedia-new.php%3Fbrowser-uploader");
  const form = await visitor.submit(login, { log: "jo", pwd: "correct horse" });
  assert.equal(form.url, `${PUBLIC}/wp-admin/media-new.php?browser-uploader`, form.text.slice(-800));
  const library = await visitor.submit(form, { "async-upload": new File(["some text"], name, { type: "text/plain" }), "html-upload": "Upload" }, { form: "multipart/form-data" });
  assert.equal(new URL(library.url).pathname, "/wp-admin/upload.php", library.text.slice(-800));
  assert.ok(readdirSync(path.join(site.folder, "site/wp-content/uploads"), { recursive: true }).some((file) => file.endsWith(name)));
}
