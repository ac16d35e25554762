// Servers of files behind the gateway: the redirect from a folder to its page, and a server that wants to be called by its own name.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { open, PUBLIC } from "./lib/gate.mjs";
import { linesOf } from "./lib/settings.mjs";
import { skipped, startSite } from "./lib/sites.mjs";
import { ADDRESS, visit } from "./lib/visitor.mjs";
import apache from "./sites/apache.mjs";
import nginx from "./sites/nginx.mjs";
import serve from "./sites/serve.mjs";

const settings = { nginx: linesOf("nginx", "nginx"), apache: linesOf("Apache", "apache"), serve: "" };
const canonical = { nginx: linesOf("A canonical host", "nginx canonical"), apache: linesOf("A canonical host", "apache canonical") };
const looping = {
  nginx: canonical.nginx.replace("$http_x_forwarded_host", "$host"),
  apache: canonical.apache.replace("HTTP:X-Forwarded-Host", "HTTP_HOST"),
};

test("nginx reads where the client is", { skip: skipped(nginx) }, async (t) => {
  assert.equal((await (await behind(t, nginx, settings.nginx)).open("/seen")).json.address, ADDRESS);
});

test("without any mapping the redirect of a server as it comes leads around the gateway", { skip: skipped(nginx) }, async (t) => {
  const { url, stop } = await startSite(nginx);
  t.after(stop);
  const visitor = await visit(url, { routes: open("/*").replace('origin = "site"', 'origin = "site", map = false') });
  await assert.rejects(visitor.open("/docs"), /led around the gateway/);
});

for (const site of [nginx, apache, serve]) {
  describe(`files of ${site.name}`, { skip: skipped(site) }, () => {
    for (const [how, lines] of [["as it comes", ""], ["with the settings of docs/origins.md", settings[site.name]]]) {
      test(`a folder leads to its page, ${how}`, async (t) => {
        const page = await (await behind(t, site, lines)).open("/docs");
        assert.deepEqual([page.url, page.came.length, /The manual/.test(page.text)], [`${PUBLIC}/docs/`, 1, true]);
      });
    }

    if (!canonical[site.name]) return;

    test("it sends to its own name whoever asks for another, and nobody who came by the gateway", async (t) => {
      const page = await (await behind(t, site, `${settings[site.name]}\n${canonical[site.name]}`)).open("/docs");
      assert.deepEqual([page.url, page.came.length], [`${PUBLIC}/docs/`, 1]);
      const visitor = await behind(t, site, looping[site.name]);
      await assert.rejects(visitor.open("/docs/"), /a loop/, "by the Host field it compares its own address");
    });
  });
}

async function behind(t, site, lines) {
  const { url, stop } = await startSite(site, { lines });
  t.after(stop);
  return visit(url);
}
