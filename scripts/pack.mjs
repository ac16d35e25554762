// `npm run pack`: the npm package as one file, target/edgegate-VERSION.tgz, and beside it create-edgegate, which is what
// `npm create edgegate` runs. Nothing is published by it.
import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildWorker } from "./build.mjs";
import { ensureBindgen } from "./lib/bindgen.mjs";
import { buildNodeTool, NODE_TOOL } from "./lib/node-tool.mjs";
import { inRoot } from "./lib/paths.mjs";
import { Failure, main, must } from "./lib/run.mjs";
import { bill, notice, sha256, shippedCrates } from "./lib/shipped.mjs";
import { setup } from "./setup.mjs";

const help = `npm run pack: builds the npm package, target/edgegate-VERSION.tgz: the Worker, the command-line tool for Node, the middleware.

  --folder   leaves the package as the folder target/package/ and packs nothing
  --help     this text

The same sources and compiler make the same bytes, in whatever folder. \`npm install ./edgegate-VERSION.tgz\` installs it elsewhere.`;

/** Bytes that the packed file may have. */
export const MOST = 1_500_000;

const FOLDER = "target/package";
const CREATE = "target/package-create";

/** Leaves the package as a folder. Answers with it. */
export async function assemblePackage(toolchain) {
  await ensureBindgen();
  const worker = await buildWorker(toolchain, false);
  const tool = await buildNodeTool(toolchain);
  const inPackage = (...parts) => inRoot(FOLDER, ...parts);
  rmSync(inPackage(), { recursive: true, force: true });
  rmSync(inRoot(CREATE), { recursive: true, force: true });
  cpSync(inRoot("package"), inPackage(), { recursive: true });
  renameSync(inPackage("create"), inRoot(CREATE));
  for (const name of ["index.js", "gate.js", "index_bg.wasm", "policy.format"]) copy(inRoot(worker, name), inPackage("worker", name));
  for (const name of NODE_TOOL) copy(path.join(tool, name), inPackage("tool", name));
  for (const name of ["LICENSE-MIT", "LICENSE-APACHE"]) for (const folder of [FOLDER, CREATE]) copy(inRoot(name), inRoot(folder, name));
  const crates = await shippedCrates();
  const manifest = JSON.parse(readFileSync(inPackage("package.json"), "utf8"));
  write(inPackage("NOTICE"), notice(crates));
  write(inPackage("sbom.cdx.json"), bill(crates, manifest));
  const manual = await must(process.execPath, [inPackage("bin/edgegate.mjs"), "man"]);
  write(inPackage("man/edgegate.1"), manual.stdout);
  for (const folder of [FOLDER, CREATE]) alike(inRoot(folder));
  return inPackage();
}

function copy(from, to) {
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(from, to);
}

function write(file, text) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** The same modes, whoever cloned with whatever umask: they are packed, too. */
function alike(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) alike(file);
    chmodSync(file, entry.isDirectory() || /[/\\](bin[/\\][^/\\]+|create\.mjs)$/.test(file) ? 0o755 : 0o644);
  }
}

/** Packs the folder. Answers with the file. */
export async function pack(folder) {
  const { stdout } = await must("npm", ["pack", folder, "--pack-destination", inRoot("target"), "--json", "--ignore-scripts", "--loglevel=error"], { cwd: inRoot() });
  return inRoot("target", path.basename(JSON.parse(stdout)[0].filename));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(async (args) => {
    if (args.includes("--help")) return void console.log(help);
    const unknown = args.find((arg) => arg !== "--folder");
    if (unknown) throw new Failure(`Unknown option ${unknown}`, { todo: "`npm run pack -- --help` says what there is." });
    const folder = await assemblePackage(await setup());
    if (args.includes("--folder")) return void console.log(`  ok ${path.relative(inRoot(), folder)}/`);
    const files = [await pack(folder), await pack(inRoot(CREATE))];
    for (const file of files) console.log(`  ok ${path.relative(inRoot(), file)}: ${(statSync(file).size / 1000).toFixed(1)} kB, SHA-256 ${sha256(readFileSync(file))}`);
    if (statSync(files[0]).size > MOST) throw new Failure(`it may have ${MOST / 1000} kB`, { todo: "`npm run bench -- size` says of which parts the Worker consists." });
  });
}
