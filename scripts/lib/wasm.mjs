// From Rust to a small wasm: how the Worker and the tool in Node are compiled and optimised.
import { homedir } from "node:os";
import path from "node:path";
import { inRoot, locked, npmBin, root, versions } from "./paths.mjs";
import { must } from "./run.mjs";

/** Compiles what `what` picks, by a profile of Cargo.toml. Answers with the path of the wasm. */
export async function toWasm(what, profile, { env, todo }) {
  const args = ["build", ...locked, ...what, "--target", versions.wasmTarget, "--profile", profile];
  await must("cargo", args, { cwd: root, env: placeless(env), todo });
  return inRoot(env.CARGO_TARGET_DIR || "target", versions.wasmTarget, profile, "edgegate.wasm");
}

/** Two folders, and two machines with the same compiler, make the same bytes: no path of theirs stands in what is compiled. */
function placeless(env) {
  const cargoHome = env.CARGO_HOME || path.join(homedir(), ".cargo");
  const moved = [[root, "/edgegate"], [path.join(cargoHome, "registry/src"), "/registry"], [path.join(cargoHome), "/cargo"]];
  const flags = moved.map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
  // Cargo takes no other flags beside these, in which a path may have spaces.
  const own = [env.RUSTFLAGS, env.CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS].flatMap((text) => text?.split(" ") ?? []).filter(Boolean);
  return { ...env, CARGO_ENCODED_RUSTFLAGS: [...own, ...flags].join("\x1f") };
}

// Those that the runtimes have had for long, so that no newer encoding is written.
const FEATURES = ["mutable-globals", "sign-ext", "nontrapping-float-to-int", "bulk-memory", "multivalue", "reference-types", "exception-handling"];

const SMALL = [
  "--low-memory-unused", // the first 1 kB is the end of the stack: what wraps round to it traps, as it should
  "-Oz",
  "--one-caller-inline-max-function-size=25", // what the compiler left apart compresses better apart
  "--merge-similar-functions", // of generic code that was compiled for several types
  "-Oz",
  "--reorder-functions-by-name", // and so do copies of one function that stand side by side
];

// The names of functions are a tenth of the file; which features it uses the runtime sees for itself.
const NAMELESS = ["--strip-debug", "--strip-producers", "--strip-target-features"];

/** Makes a wasm small, in its place, without the exports of these names. */
export async function makeSmall(wasm, { isNamed = false, without = [] } = {}) {
  const features = FEATURES.map((feature) => `--enable-${feature}`);
  const small = [...without.map((name) => `--remove-exports=${name}`), ...SMALL];
  for (const passes of [isNamed ? ["--debuginfo", ...small] : small, isNamed ? ["--debuginfo", "--strip-target-features"] : NAMELESS]) {
    await must(npmBin("wasm-opt"), [wasm, "-o", wasm, ...features, ...passes]);
  }
}
