// Somebody's own Worker with the package in it, as npm would install it and bundled the way wrangler does: a folder for `gatewayWorker`.

import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildFolder, modulesOf } from "./demo-workers.mjs";
import { COMPATIBILITY_DATE } from "./workerd.mjs";
import { node22, npmBin, root } from "./paths.mjs";

/** What else its author installed. */
const INSTALLED = ["hono", "itty-router", "jose"];

/** A project with the package installed, which is gone when the process ends. `files`: { name: text }. */
export function ownProject(files = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "edgegate-own-"));
  made.push(folder);
  const installed = path.join(folder, "node_modules/edgegate");
  cpSync(path.join(root, "package"), installed, { recursive: true });
  mkdirSync(path.join(installed, "worker"), { recursive: true });
  for (const name of ["gate.js", "index.js", "index_bg.wasm"]) cpSync(path.join(buildFolder, name), path.join(installed, "worker", name));
  for (const name of INSTALLED) symlinkSync(path.join(root, "node_modules", name), path.join(folder, "node_modules", name));
  for (const [name, text] of Object.entries({ "package.json": '{ "type": "module" }\n', ...files })) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

const made = [];
process.on("exit", () => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** The policy as `edgegate build` leaves it in the project's folder `build`. */
export function buildPolicy(folder, policy) {
  mkdirSync(path.join(folder, "build"), { recursive: true });
  for (const [name, contents] of Object.entries(modulesOf(policy))) writeFileSync(path.join(folder, "build", name), contents);
}

/**
 * A Worker of this source, bundled. `policy`: the text to which "edgegate/policy" leads by an alias; without it that is what the
 * package says. `files`: what it imports besides.
 */
export async function ownWorker(source, { policy, files = {} } = {}) {
  const folder = ownProject({ ...files, "own.js": source });
  if (policy !== undefined) buildPolicy(folder, policy);
  const out = path.join(folder, "out");
  await build({
    absWorkingDir: folder,
    entryPoints: ["own.js"],
    outfile: path.join(out, "index.js"),
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    alias: policy === undefined ? {} : { "edgegate/policy": "./build/policy.js" },
    plugins: [asModules(out)],
    logLevel: "warning",
  });
  return out;
}

/** A module that was bundled by itself, as a framework does with its part of a Worker. */
export async function prebuilt(source) {
  const { outputFiles } = await build({ stdin: { contents: source, resolveDir: ownProject() }, bundle: true, write: false, format: "esm", conditions: ["workerd", "worker", "browser"] });
  return outputFiles[0].text;
}

/** A Worker by wrangler itself, which gives the modules names of its own: `wrangler deploy --dry-run` with the alias in wrangler.toml. */
export function byWrangler(source, { policy, files = {} }) {
  const settings = `name = "own"\nmain = "index.js"\ncompatibility_date = "${COMPATIBILITY_DATE}"\n[alias]\n"edgegate/policy" = "./build/policy.js"\n`;
  const folder = ownProject({ ...files, "index.js": source, "wrangler.toml": settings });
  buildPolicy(folder, policy);
  wrangler(folder, ["deploy", "--dry-run", "--outdir", "out"]);
  return path.join(folder, "out");
}

/** Pages Functions as wrangler makes a Worker of them. `files`: those in `functions/`, which find the policy in `build/policy.js`. */
export function pagesFunctions({ policy, files }) {
  const folder = ownProject(files);
  buildPolicy(folder, policy);
  wrangler(folder, ["pages", "functions", "build", "functions", "--outdir", "out", "--compatibility-date", COMPATIBILITY_DATE]);
  return path.join(folder, "out");
}

function wrangler(folder, words) {
  const { status, stdout, stderr } = spawnSync(node22, [npmBin("wrangler"), ...words], { cwd: folder, encoding: "utf8", env: { ...process.env, CI: "true", WRANGLER_SEND_METRICS: "false" } });
  if (status !== 0) throw new Error(`wrangler ${words.join(" ")}: ${stdout}${stderr}`);
}

/** wasm and data stay modules of their own beside the bundle. */
const asModules = (out) => ({
  name: "modules",
  setup({ onResolve }) {
    onResolve({ filter: /\.(wasm|bin)$/ }, ({ path: name, resolveDir }) => {
      mkdirSync(out, { recursive: true });
      cpSync(path.join(resolveDir, name), path.join(out, path.basename(name)));
      return { path: `./${path.basename(name)}`, external: true };
    });
  },
});
