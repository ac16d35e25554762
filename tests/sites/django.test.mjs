// Django and its admin behind the gateway: its CSRF check, its sessions, a redirect after each form, an upload.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { guarded, open, PUBLIC } from "./lib/gate.mjs";
import { linesOf, without } from "./lib/settings.mjs";
import { skipped, startSite } from "./lib/sites.mjs";
import { passGateway } from "./lib/steps.mjs";
import { ADDRESS, visit } from "./lib/visitor.mjs";
import django from "./sites/django.mjs";

const lines = linesOf("Django", "python");
// What an ordinary site has of its own, whatever it stands behind.
const strict = `
SECURE_SSL_REDIRECT = PREPEND_WWW = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
`;

describe("Django", { skip: skipped(django) }, () => {
  let site;
  before(async () => (site = await startSite(django, { lines: strict + lines })));
  after(() => site.stop());

  test("somebody logs into the admin and adds a row with a file", async () => {
    await addNote(await visit(site.url), site, "by an open route");
  });

  test("the same behind a route that needs a session of the gateway's", async () => {
    const visitor = await visit(site.url, { routes: guarded("/admin") });
    assert.equal((await passGateway(visitor, "/admin/")).url, `${PUBLIC}/admin/login/?next=/admin/`);
    await addNote(visitor, site, "by a guarded route");
    const foreign = await visitor.post("/admin/notes/note/add/", "title=x", { "content-type": "application/x-www-form-urlencoded", origin: "https://evil.example", "sec-fetch-site": "cross-site" });
    assert.deepEqual([foreign.status, foreign.text.includes("Django")], [403, false], "the gateway's own answer");
  });

  test("it builds the addresses that its client sees, and reads where the client is", async () => {
    const { url, secure, forwarded } = (await (await visit(site.url)).open("/seen")).json;
    assert.deepEqual([url, secure, forwarded], [`${PUBLIC}/seen/`, true, ADDRESS]);
  });

  test("in a folder of the gateway's, whose name gunicorn is told", async (t) => {
    const folder = await startSite(django, { lines: strict + lines, folder: "/shop" });
    t.after(() => folder.stop());
    await addNote(await visit(folder.url, { routes: open("/shop/*") }), folder, "in a folder", "/shop");
  });

  test("in a folder that the gateway cuts off, only if the gateway does not map what Django has mapped already", async (t) => {
    const folder = await startSite(django, { lines: `${strict}${lines}FORCE_SCRIPT_NAME = "/shop"\n` });
    t.after(() => folder.stop());
    const forward = (map) => open("/shop/*").replace('origin = "site"', `origin = "site", path = "/*", map = ${map}`);
    await addNote(await visit(folder.url, { routes: forward(false) }), folder, "mapped by Django", "/shop");
    const twice = await (await visit(folder.url, { routes: forward(true) })).open("/shop/admin/");
    assert.match(twice.came.join(), /\/shop\/shop\/admin\/login/);
  });

  test("without its settings it refuses every form", async (t) => {
    const bare = await startSite(django);
    t.after(() => bare.stop());
    const visitor = await visit(bare.url);
    const refused = await logIn(visitor);
    assert.deepEqual([refused.status, /CSRF verification failed/.test(refused.text)], [403, true]);
  });

  test("CSRF_TRUSTED_ORIGINS alone lets forms through", async (t) => {
    const trusting = await startSite(django, { lines: `CSRF_TRUSTED_ORIGINS = ["${PUBLIC}"]` });
    t.after(() => trusting.stop());
    await addNote(await visit(trusting.url), trusting, "trusted");
  });

  test("a site that wants https and its own host loops or leads away unless it believes the gateway", async (t) => {
    const http = await startSite(django, { lines: strict + without(lines, "SECURE_PROXY_SSL_HEADER") });
    t.after(() => http.stop());
    await assert.rejects((await visit(http.url)).open("/admin/"), /a loop/);
    const host = await startSite(django, { lines: `${strict}${without(lines, "USE_X_FORWARDED_HOST")}ALLOWED_HOSTS = ["*"]` });
    t.after(() => host.stop());
    await assert.rejects((await visit(host.url)).open("/admin/"), /led around the gateway.*www\.127\.0\.0\.1/);
  });
});

async function logIn(visitor, folder = "") {
  const login = await visitor.open(`${folder}/admin/`);
  assert.equal(login.url, `${visitor.gate.address}${folder}/admin/login/?next=${folder}/admin/`);
  return visitor.submit(login, { username: "jo", password: "correct horse" });
}

async function addNote(visitor, site, title, folder = "") {
  const home = await logIn(visitor, folder);
  assert.equal(home.url, `${visitor.gate.address}${folder}/admin/`, home.text.slice(0, 300));
  const form = await visitor.open(`${folder}/admin/notes/note/add/`);
  const file = new File(["some text"], `${title}.txt`);
  const list = await visitor.submit(form, { title, attachment: file, _save: "Save" }, { form: "multipart/form-data" });
  assert.equal(list.url, `${visitor.gate.address}${folder}/admin/notes/note/`);
  assert.match(list.text, new RegExp(`was added successfully[^]*${title}`));
  assert.ok(readdirSync(path.join(site.folder, "media/notes")).includes(`${title.replaceAll(" ", "_")}.txt`));
}
