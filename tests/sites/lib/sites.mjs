// The sites, and how a test starts one: in a folder of its own, on a free port, until the test ends.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../origins/lib/process.mjs";
import ruby from "../identity/ruby.mjs";
import apache from "../sites/apache.mjs";
import django from "../sites/django.mjs";
import express from "../sites/express.mjs";
import flask from "../sites/flask.mjs";
import laravel from "../sites/laravel.mjs";
import nginx from "../sites/nginx.mjs";
import php from "../sites/php.mjs";
import rails from "../sites/rails.mjs";
import serve from "../sites/serve.mjs";
import wordpress from "../sites/wordpress.mjs";

export const sites = [django, flask, rails, express, php, laravel, wordpress, apache, nginx, serve, ruby];

/** Why a test of this site is skipped, if it is. On CI none may be, unless what it needs is in no registry there or takes long to install. */
export const skipped = (site) => (process.env.CI === "true" && !site.isOptional ? undefined : site.missing());

/** `start({ port, folder, settings })` is one of sites/; `settings`: what the operator sets because of the gateway. */
export async function startSite(site, settings = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), `edgegate-${site.name}-`));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const port = await freePort();
    const { stop } = await site.start({ port, folder, settings });
    return { port, folder, url: `http://127.0.0.1:${port}`, stop: () => (stop(), remove()) };
  } catch (error) {
    remove();
    throw error;
  }
}
