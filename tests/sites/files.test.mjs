// Servers of files behind the gateway: the redirect from a folder to its page, and a server that wants to be called by its own name.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PUBLIC } from "./lib/gate.mjs";
import { startSite } from "./lib/sites.mjs";
import { visit } from "./lib/visitor.mjs";
import apache from "./sites/apache.mjs";
import nginx from "./sites/nginx.mjs";
import serve from "./sites/serve.mjs";

const { hostname } = new URL(PUBLIC);
// What docs/origins.md has.
const settings = {
  nginx: "absolute_redirect off;",
  apache: `ServerName ${PUBLIC}\nUseCanonicalName On`,
};
const canonical = {
  nginx: `if ($http_x_forwarded_host != ${hostname}) { return 301 ${PUBLIC}$request_uri; }`,
  apache: `RewriteEngine On\nRewriteCond "%{HTTP:X-Forwarded-Host}" "!=${hostname}"\nRewriteRule "^" "${PUBLIC}%{REQUEST_URI}" [R=301,L]`,
};
const looping = {
  nginx: canonical.nginx.replace("$http_x_forwarded_host", "$host"),
  apache: canonical.apache.replace("HTTP:X-Forwarded-Host", "HTTP_HOST"),
};

for (const site of [nginx, apache, serve]) {
  describe(`files of ${site.name}`, { skip: site.missing() }, () => {
    test("a folder leads to its page", async (t) => {
      const page = await (await behind(t, site, settings[site.name])).open("/docs");
      assert.deepEqual([page.url, page.came.length, /The manual/.test(page.text)], [`${PUBLIC}/docs/`, 1, true]);
    });

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
  return visit(t, url);
}
