// Builds a Worker: `node scripts/build.mjs` the one at the root (your edgegate.toml), `--demo` the demo's.
// Skipped when nothing that goes into it has changed. wrangler.toml calls this too, so that plain `npx wrangler deploy` works.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { compileBindgen, hasBindgen } from "./lib/bindgen.mjs";
import { inRoot, root } from "./lib/paths.mjs";
import { both, explain, Failure, main, step } from "./lib/run.mjs";
import { assemble, compile } from "./lib/worker.mjs";
import { setup } from "./setup.mjs";

export const builds = {
  own: { name: "Worker", policy: process.env.EDGEGATE_POLICY || "edgegate.toml", out: "build" },
  demo: { name: "demo Worker", policy: "demo/edgegate.toml", out: "demo/build" },
};

const inputs = ["src", "crates/core", "crates/policy", "build.rs", "Cargo.toml", "Cargo.lock", ".cargo/config.toml", "scripts/bindgen", "scripts/lib/worker.mjs", "package-lock.json"];
const compilerEnv = ["RUSTFLAGS", "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS"];

/**
 * Builds if needed, for a set-up machine. Answers with the folder that holds index.js and index_bg.wasm. A quick build is for
 * trying things out on this machine: nothing in it is optimised. Where there is an optimised one of the same sources, it stays.
 */
export async function build({ name, policy, out }, toolchain, { isQuick = false } = {}) {
  const folder = inRoot(out);
  const stamp = path.join(folder, ".edgegate-inputs.json");
  if (!existsSync(inRoot(policy))) {
    throw new Failure(`There is no ${policy}`, { todo: "It is the policy that the Worker is built around: restore it (`git checkout`) or write one." });
  }
  const before = readStamp(stamp);
  const isGoodEnough = before && (isQuick || !before.isQuick) && isThere({ out });
  if (isGoodEnough && before.digest === digest(policy, toolchain, before.extra)) {
    console.log(`  ok ${name}: nothing changed since the last build (${out}/)`);
    return folder;
  }
  rmSync(stamp, { force: true }); // until the folder is whole again
  const started = digest(policy, toolchain, []); // what is edited while the compiler runs must not count as built
  const env = { ...toolchain.env, EDGEGATE_POLICY: policy };
  const todo = `The compiler's words are above. A policy is judged at build time: \`npm run edgegate -- check ${policy}\` says more about one.`;
  const also = hasBindgen() ? "" : ", and the build tool, once on this machine";
  const wasm = await step(`${name}: compile ${policy} and src/${also}`, isQuick ? QUICK : OPTIMISED, () =>
    both(compile({ isQuick, env, todo }), compileBindgen()));
  await step(`${name}: ${isQuick ? "write" : "make it small and write"} it to ${out}/`, isQuick ? "2 s" : "15 s", () => assemble(wasm, folder, { isQuick, env }));
  const extra = embeddedFiles(wasm, env);
  if (started === digest(policy, toolchain, [])) writeFileSync(stamp, JSON.stringify({ digest: digest(policy, toolchain, extra), extra, isQuick }));
  return folder;
}

const QUICK = "1 to 2 min the first time, then 5 s";
const OPTIMISED = "1 to 2 min the first time, then 30 s";

/** For `wrangler dev`, which would answer no request between a build that fails and the next that succeeds. */
async function buildForDev(which) {
  try {
    await build(which, await setup(), { isQuick: true });
  } catch (error) {
    if (!isThere(which)) throw error;
    explain(error);
    console.error(`Until it builds, what was built before is served (${which.out}/).`);
  }
}

const isThere = ({ out }) => existsSync(inRoot(out, "index_bg.wasm"));

/** The demo's build, on whatever machine this is. */
export const buildDemo = async (how) => build(builds.demo, await setup(), how);

/** A digest of everything that goes into the build. */
function digest(policy, toolchain, extra) {
  const hash = createHash("sha256").update(JSON.stringify([policy, toolchain.kind, compilerEnv.map((name) => toolchain.env[name] ?? "")]));
  for (const file of [...inputs, policy, ...extra].flatMap(files)) hash.update(`\n${file}\n`).update(readFileSync(inRoot(file)));
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
  const inTarget = (name) => name.startsWith(target + path.sep); // what build.rs copied there: its source is an input already
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
