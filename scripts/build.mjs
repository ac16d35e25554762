// Builds a Worker: `node scripts/build.mjs` the one at the root (your edgegate.toml), `--demo` the demo's.
// The Worker is one for every policy and is compiled only when its sources change; a policy is compiled in milliseconds.
// wrangler.toml calls this too, so that plain `npx wrangler deploy` works.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { compileBindgen, hasBindgen } from "./lib/bindgen.mjs";
import { inRoot, root } from "./lib/paths.mjs";
import { both, explain, Failure, main, step } from "./lib/run.mjs";
import { compilePolicy, compileTool, tool } from "./lib/tool.mjs";
import { assemble, compile } from "./lib/worker.mjs";
import { setup } from "./setup.mjs";

export const builds = {
  own: { name: "Worker", policy: process.env.EDGEGATE_POLICY || "edgegate.toml", out: "build" },
  demo: { name: "demo Worker", policy: "demo/edgegate.toml", out: "demo/build" },
};

const inputs = ["src", "crates", "Cargo.toml", "Cargo.lock", ".cargo/config.toml", "scripts/bindgen", "scripts/lib/worker.mjs", "scripts/lib/wasm.mjs", "package-lock.json"];
const compilerEnv = ["RUSTFLAGS", "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS"];

/** The compiled Worker, without a policy: where another policy is compiled beside it. */
export const WORKER = { optimised: "target/worker", quick: "target/worker-quick" };

/**
 * Builds what has changed, for a set-up machine: the Worker, then the policy beside it. Answers with the folder that holds
 * index.js, index_bg.wasm and policy.bin. A quick build is for trying things out on this machine: nothing in it is optimised.
 * Where there is an optimised one of the same sources, it is taken.
 */
export async function build({ name, policy, out }, toolchain, { isQuick = false } = {}) {
  if (!existsSync(inRoot(policy))) {
    throw new Failure(`There is no ${policy}`, { todo: "It is the policy that the gateway follows: restore it (`git checkout`) or write one." });
  }
  const worker = await buildWorker(toolchain, isQuick);
  if (!isToolFresh(toolchain)) await step("compile the command-line tool", "half a minute the first time, then a second", () => buildTool(toolchain));
  const said = await compilePolicy({ policy, worker: inRoot(worker), out: inRoot(out) }, toolchain.nativeEnv);
  const told = said.split("\n");
  if (out !== builds.demo.out) told.slice(0, -1).forEach((line) => console.log(`     ${line}`));
  console.log(`  ok ${name}: ${told.at(-1).replace(inRoot(out), `${out}/`)}`);
  return inRoot(out);
}

/** The compiled Worker's folder. */
export async function buildWorker(toolchain, isQuick) {
  for (const [folder, isGoodEnough] of [[WORKER.optimised, true], [WORKER.quick, isQuick]]) {
    if (isGoodEnough && isFresh(folder, toolchain)) return folder;
  }
  const folder = isQuick ? WORKER.quick : WORKER.optimised;
  const stamp = inRoot(folder, STAMP);
  rmSync(stamp, { force: true }); // until the folder is whole again
  const started = digest(toolchain, []); // what is edited while the compiler runs must not count as built
  const env = toolchain.env;
  const also = hasBindgen() ? "" : ", and the build tools, once on this machine";
  const wasm = await step(`compile the Worker and the command-line tool${also}, and write ${folder}/`, isQuick ? QUICK : OPTIMISED, () =>
    compileBoth(inRoot(folder), toolchain, isQuick));
  const extra = embeddedFiles(wasm, env);
  if (started === digest(toolchain, [])) writeFileSync(stamp, JSON.stringify({ digest: digest(toolchain, extra), extra }));
  return folder;
}

/** The Worker into its folder, and the tool beside it. Answers with the path of the wasm. */
function compileBoth(folder, toolchain, isQuick) {
  const { env } = toolchain;
  const ready = compileBindgen();
  const worker = async () => {
    const wasm = await both(compile({ isQuick, env, todo: "The compiler's words are above." }), ready);
    await assemble(wasm, folder, { isQuick, env });
    return wasm;
  };
  return both(worker(), ready.then(() => buildTool(toolchain)));
}

/** The tool checks and writes the policy, so it is that of these sources: another build may have put one of others there. */
async function buildTool(toolchain) {
  await compileTool(toolchain.nativeEnv);
  writeFileSync(inRoot(TOOL_STAMP), toolState(toolchain));
}

function toolState({ nativeEnv }) {
  const program = tool(nativeEnv);
  const { size, mtimeMs } = existsSync(program) ? statSync(program) : {};
  return JSON.stringify([size, mtimeMs, digest({ kind: "native", env: nativeEnv }, [])]);
}

const isToolFresh = (toolchain) => existsSync(inRoot(TOOL_STAMP)) && readFileSync(inRoot(TOOL_STAMP), "utf8") === toolState(toolchain);

const TOOL_STAMP = "target/.edgegate-tool.json";

/** Whether a folder's Worker was compiled from the sources as they are. */
function isFresh(folder, toolchain) {
  const before = readStamp(inRoot(folder, STAMP));
  return before && existsSync(inRoot(folder, "index_bg.wasm")) && before.digest === digest(toolchain, before.extra);
}

const STAMP = ".edgegate-inputs.json";
const QUICK = "2 to 4 min the first time, then 15 s";
const OPTIMISED = "2 to 4 min the first time, then 1 min";

/** For `wrangler dev`, which would answer no request between a build that fails and the next that succeeds. */
async function buildForDev(which) {
  try {
    await build(which, await setup(), { isQuick: true });
  } catch (error) {
    if (!existsSync(inRoot(which.out, "policy.bin"))) throw error;
    explain(error);
    console.error(`Until it builds, what was built before is served (${which.out}/).`);
  }
}

/** The demo's build, on whatever machine this is. */
export const buildDemo = async (how) => build(builds.demo, await setup(), how);

/** A digest of everything that goes into the Worker and the tool. */
function digest(toolchain, extra) {
  const hash = createHash("sha256").update(JSON.stringify([toolchain.kind, compilerEnv.map((name) => toolchain.env[name] ?? "")]));
  for (const file of [...inputs, ...extra].flatMap(files)) hash.update(`\n${file}\n`).update(readFileSync(inRoot(file)));
  return hash.digest("hex");
}

/** The files at or below a path, in a stable order. */
function files(name) {
  if (!existsSync(inRoot(name))) return [];
  if (statSync(inRoot(name)).isFile()) return [name];
  return readdirSync(inRoot(name)).sort().flatMap((child) => files(path.posix.join(name, child)));
}

/** Files that the sources embed from elsewhere in the repository, as cargo recorded them. */
function embeddedFiles(wasm, env) {
  const target = path.relative(root, path.resolve(root, env.CARGO_TARGET_DIR || "target"));
  const inTarget = (name) => name.startsWith(target + path.sep);
  const record = wasm.replace(/\.wasm$/, ".d");
  if (!existsSync(record)) return [];
  const names = readFileSync(record, "utf8").replace(/^.*?:\s/, "").split(/(?<!\\)\s+/);
  return [...new Set(names.filter(Boolean).map((name) => path.relative(root, path.resolve(root, name.replaceAll("\\ ", " ")))))]
    .filter((name) => !name.startsWith("..") && !inTarget(name) && !/^(src|crates)[\\/]/.test(name) && !inputs.includes(name) && existsSync(inRoot(name)))
    .sort();
}

function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(async (args) => {
    if (args.includes("--help")) {
      console.log("npm run build: builds your Worker from edgegate.toml (or the file that EDGEGATE_POLICY names) to build/.\nnpm run build -- --demo: builds the demo's to demo/build/. What has not changed is not built again.");
      return;
    }
    const unknown = args.filter((arg) => arg !== "--demo");
    if (unknown.length > 0) throw new Failure(`Unknown option ${unknown[0]}`, { todo: "`npm run build` builds your Worker; `npm run build -- --demo` the demo's." });
    const which = args.includes("--demo") ? builds.demo : builds.own;
    // `wrangler dev` says by this variable who runs the build command; `wrangler deploy` does not say "dev".
    await (process.env.WRANGLER_COMMAND === "dev" ? buildForDev(which) : build(which, await setup()));
  });
}
