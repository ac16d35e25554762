// An example as somebody has it who copied it: installed from the packed file, set up by the commands of its README, and bundled by
// its own wrangler.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { outerEnv } from "../../../scripts/lib/npm.mjs";
import { inRoot, node22, npmBin } from "../../../scripts/lib/paths.mjs";
import { wranglerEnv } from "../../../scripts/lib/wrangler.mjs";
import { HOST } from "../../e2e/lib/client.mjs";

const PACKED = "target/edgegate-0.1.0.tgz";
/** What a README has for people alone: it serves until Ctrl-C, or needs an account. */
const FOR_PEOPLE = /^npm run (dev|deploy)|^npx wrangler /;

const made = [];
process.on("exit", () => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/**
 * Installs a copy of an example. `traced`: { file: [text, what stands there in its place] }: where its own code writes into the log
 * that it was called. Answers with { folder, link, run }: `link` is what the README's command signs.
 */
export function installed(name, { traced = {} } = {}) {
  const home = mkdtempSync(path.join(tmpdir(), "edgegate-examples-"));
  made.push(home);
  const folder = path.join(home, "examples", name);
  cpSync(inRoot("examples", name), folder, { recursive: true, filter: (file) => !/[/\\](node_modules|build|dist|\.(wrangler|svelte-kit|astro|nuxt|output|dev\.vars))$/.test(file) });
  for (const [file, [text, instead]] of Object.entries(traced)) changed(path.join(folder, file), text, instead);
  assert.ok(existsSync(inRoot(PACKED)), `there is no ${PACKED}: \`npm run pack\` makes it`);
  mkdirSync(path.join(home, "target"));
  cpSync(inRoot(PACKED), path.join(home, PACKED));
  mkdirSync(path.join(home, "bin"));
  symlinkSync(node22, path.join(home, "bin/node")); // wrangler and the frameworks need it, whatever the machine has
  const run = (line, { cwd = folder } = {}) => ran(line, cwd, path.join(home, "bin"));
  run("npm install --prefer-offline --ignore-scripts --no-package-lock --no-audit --no-fund --engine-strict=false --loglevel=error");
  let link;
  for (const line of commands(folder)) {
    const said = run(line.replace(/https:..localhost:878\d/, `http://${HOST}`));
    if (line.includes(" link sign ")) link = said.trim().slice(`http://${HOST}`.length);
  }
  return { folder, link, run };
}

/** The lines in the README's blocks, without those that are for people. */
function commands(folder) {
  const blocks = readFileSync(path.join(folder, "README.md"), "utf8").matchAll(/^```sh\n(.*?)^```$/gms);
  const lines = [...blocks].flatMap(([, block]) => block.split("\n")).filter((line) => line && line !== "npm install" && !FOR_PEOPLE.test(line));
  assert.ok(lines.some((line) => line.includes(" key new ")) && lines.some((line) => line.includes(" link sign ")), `${folder}/README.md says how to make a key and a link`);
  return lines;
}

/** Changes a file of the copy, which has to have what is replaced. */
export function changed(file, text, instead) {
  const before = readFileSync(file, "utf8");
  assert.ok(before.includes(text), `${file} has no ${text}`);
  writeFileSync(file, before.replace(text, () => instead));
}

function ran(line, cwd, bin) {
  const env = wranglerEnv(outerEnv({ ...process.env, CI: "true", NO_COLOR: "1", ASTRO_TELEMETRY_DISABLED: "1", NUXT_TELEMETRY_DISABLED: "1" }));
  const { status, stdout, stderr } = spawnSync(line, { cwd, shell: true, encoding: "utf8", env: { ...env, PATH: `${bin}${path.delimiter}${env.PATH}` } });
  assert.equal(status, 0, `${line}:\n${stdout}${stderr}`.slice(0, 8000));
  return stdout;
}

/**
 * Bundled by wrangler, which first runs the build command of wrangler.toml. Answers with the folder of the bundle. `config`: another
 * file than wrangler.toml, or than the one to which a framework's build has wrangler go.
 */
export function bundled({ folder, run }, { config } = {}) {
  const out = path.join(folder, config ? path.dirname(config) : "", "bundle");
  run(`npx wrangler deploy --dry-run --outdir ${JSON.stringify(out)}${config ? ` --config ${config}` : ""}`);
  return out;
}

const TYPES = { ".js": "ESModule", ".mjs": "ESModule", ".wasm": "CompiledWasm", ".bin": "Data" };

/** The modules of a bundle and of the folders in it, the entry first. */
export function modulesOf(out, entry) {
  const names = readdirSync(out, { recursive: true }).filter((file) => path.extname(file) in TYPES);
  assert.ok(names.includes(entry), `${entry} is none of ${names.join(", ")}`);
  names.sort((a, b) => Number(b === entry) - Number(a === entry));
  return names.map((file) => ({ type: TYPES[path.extname(file)], path: path.join(out, file) }));
}

/** What TypeScript finds in an example that is built; nothing, if it is right. */
export function typeErrors({ folder }, project = "tsconfig.json") {
  return spawnSync(node22, [npmBin("tsc"), "--noEmit", "--project", project], { cwd: folder, encoding: "utf8" }).stdout;
}
