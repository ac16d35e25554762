// Builds a Worker: `node scripts/build.mjs` the one at the root (your edgegate.toml), `--demo` the demo's.
// Skipped when nothing that goes into it has changed. wrangler.toml calls this too, so that plain `npx wrangler deploy` works.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { inRoot, locked, npmBin, root } from "./lib/paths.mjs";
import { Failure, main, must, step } from "./lib/run.mjs";
import { toolBin } from "./lib/tools.mjs";
import { setup } from "./setup.mjs";

export const builds = {
  own: { name: "Worker", policy: process.env.EDGEGATE_POLICY || "edgegate.toml", out: "build" },
  demo: { name: "demo Worker", policy: "demo/edgegate.toml", out: "demo/build" },
};

const inputs = ["src", "crates", "build.rs", "Cargo.toml", "Cargo.lock", ".cargo/config.toml", "scripts/versions.json", "package-lock.json"];
const compilerEnv = ["RUSTFLAGS", "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "NO_MINIFY", "RUN_TO_COMPLETION"];

/** Builds if needed, for a set-up machine. Answers with the folder that holds index.js and index_bg.wasm. */
export async function build({ name, policy, out }, toolchain) {
  const folder = inRoot(out);
  const stamp = path.join(folder, ".edgegate-inputs.json");
  if (!existsSync(inRoot(policy))) {
    throw new Failure(`There is no ${policy}`, { todo: "It is the policy that the Worker is built around: restore it (`git checkout`) or write one." });
  }
  const before = readStamp(stamp);
  if (before && before.digest === digest(policy, toolchain, before.extra) && existsSync(path.join(folder, "index_bg.wasm"))) {
    console.log(`  ok ${name}: nothing changed since the last build (${out}/)`);
    return folder;
  }
  const started = digest(policy, toolchain, []); // what is edited while the compiler runs must not count as built
  const env = {
    ...toolchain.env,
    EDGEGATE_POLICY: policy,
    RUST_BACKTRACE: "0", // worker-build's own, below a compiler error, helps nobody
    WASM_BINDGEN_BIN: toolBin("wasm-bindgen-cli", "wasm-bindgen"),
    WASM_OPT_BIN: npmBin("wasm-opt"),
    ESBUILD_BIN: npmBin("esbuild"),
  };
  await step(`${name}: compile ${policy} and src/ to ${out}/`, "1 to 2 min the first time, then 30 s", () =>
    must(toolBin("worker-build", "worker-build"), ["--release", "--out-dir", out, ...locked, "--package", "edgegate"], {
      cwd: root,
      env,
      todo: `The compiler's words are above. A policy is judged at build time: \`npm run edgegate -- check ${policy}\` says more about one.`,
    }));
  await step(`${name}: drop the names of functions, a tenth of the file`, "2 s", () => stripNames(path.join(folder, "index_bg.wasm")));
  const extra = embeddedFiles(env);
  mkdirSync(folder, { recursive: true });
  if (started === digest(policy, toolchain, [])) writeFileSync(stamp, JSON.stringify({ digest: digest(policy, toolchain, extra), extra }));
  return folder;
}

/** worker-build always keeps the names section. The features are the ones that it allows, so that no newer encoding is written. */
async function stripNames(wasm) {
  const features = ["mutable-globals", "sign-ext", "nontrapping-float-to-int", "bulk-memory", "multivalue", "reference-types", "exception-handling"];
  const stripped = `${wasm}.stripped`; // renamed when it is whole: a running wrangler dev reloads whatever it finds
  await must(npmBin("wasm-opt"), [...features.map((feature) => `--enable-${feature}`), "--strip-debug", "--strip-producers", wasm, "-o", stripped]);
  if (existsSync(stripped)) renameSync(stripped, wasm);
}

/** The demo's build, on whatever machine this is. */
export const buildDemo = async () => build(builds.demo, await setup());

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
function embeddedFiles(env) {
  const target = path.relative(root, path.resolve(root, env.CARGO_TARGET_DIR || "target"));
  const inTarget = (name) => name.startsWith(target + path.sep); // what build.rs copied there: its source is an input already
  const record = path.resolve(root, env.CARGO_TARGET_DIR || "target", "wasm32-unknown-unknown/release/edgegate.d");
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
    await build(args.includes("--demo") ? builds.demo : builds.own, await setup());
  });
}
