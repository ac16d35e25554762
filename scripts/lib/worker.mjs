// From the Rust sources to a folder that the runtime can run: compile, write the JavaScript around the module, optimise, bundle.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bindgen } from "./bindgen.mjs";
import { inRoot, locked, npmBin, root, versions } from "./paths.mjs";
import { Failure, must } from "./run.mjs";

// Those that the runtime has had for long, so that no newer encoding is written.
const FEATURES = ["mutable-globals", "sign-ext", "nontrapping-float-to-int", "bulk-memory", "multivalue", "reference-types", "exception-handling"];

// Exports of the worker crate's streams, containers, images and sockets: nothing here calls them, but they keep their code.
const UNUSED = ["*intounderlying*", "*containerstartupoptions*", "*minifyconfig*", "*r2range*", "ledger_webSocket*", "ledger_connect"];

const SMALL = [
  ...UNUSED.map((name) => `--remove-exports=${name}`),
  "--low-memory-unused", // the first 1 kB is the end of the stack: what wraps round to it traps, as it should
  "-Oz",
  "--one-caller-inline-max-function-size=25", // what the compiler left apart compresses better apart
  "--merge-similar-functions", // of generic code that was compiled for several types
  "-Oz",
  "--reorder-functions-by-name", // and so do copies of one function that stand side by side
];

// The names of functions are a tenth of the file; which features it uses the runtime sees for itself.
const NAMELESS = ["--strip-debug", "--strip-producers", "--strip-target-features"];

/** Compiles the Worker: optimised, or quickly. Answers with the path of the wasm. */
export async function compile({ isQuick, env, todo }) {
  const profile = isQuick ? "quick" : "release";
  await must("cargo", ["build", ...locked, "--package", "edgegate", "--lib", "--target", versions.wasmTarget, "--profile", profile], { cwd: root, env, todo });
  return inRoot(env.CARGO_TARGET_DIR || "target", versions.wasmTarget, profile, "edgegate.wasm");
}

/** Leaves in a folder `index_bg.wasm`, `gate.js` around it, and `index.js`, the Worker that stands alone. What is missing to run are
 * `policy.bin` and `pages.bin`, which `edgegate build` writes. The middleware is `gate.js` in another Worker. A named one keeps the names of its functions, for a profiler. */
export async function assemble(wasm, folder, { isQuick, isNamed, env }) {
  mkdirSync(folder, { recursive: true });
  const staging = mkdtempSync(path.join(folder, ".staging-"));
  try {
    const inStaging = (name) => path.join(staging, name);
    await must(bindgen(env), ["worker", wasm, staging], { env });
    writeFileSync(inStaging("index.js"), amended(readFileSync(inStaging("index.js"), "utf8")));
    for (const name of SOURCES) cpSync(inRoot("src", name), inStaging(name));
    if (!isQuick) await makeSmall(inStaging("index_bg.wasm"), isNamed);
    for (const bundle of [GATE, ALONE]) await must(npmBin("esbuild"), [...bundle, ...(isNamed ? [] : ["--minify"])], { cwd: staging });
    writeFileSync(path.join(folder, "policy.format"), `${policyFormat()}\n`);
    renameSync(inStaging("index_bg.wasm"), path.join(folder, "index_bg.wasm"));
    renameSync(inStaging("whole-gate.js"), path.join(folder, "gate.js"));
    renameSync(inStaging("whole.js"), path.join(folder, "index.js"));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** The format of policies that these sources read: `edgegate build` compares it with the one that it writes. */
function policyFormat() {
  const file = inRoot("crates/policy/src/sections/mod.rs");
  const found = existsSync(file) && /pub const FORMAT: u32 = (\d+);/.exec(readFileSync(file, "utf8"));
  return found ? found[1] : "";
}

/** What wasm-bindgen wrote, with what the runtime and the gateway need otherwise. */
function amended(script) {
  return AMENDMENTS.reduce((text, [written, instead]) => {
    if (!written.test(text)) throw new Failure(`wasm-bindgen wrote no ${written}`, { todo: "It is another version than scripts/lib/worker.mjs knows: read what it writes now." });
    return text.replace(written, instead);
  }, script);
}

const AMENDMENTS = [
  // The runtime has modules of wasm, and no imports of their source yet.
  [/import source /, "import "],
  // The call after a trap makes a new instance. Its arguments, and what it is called on, lie in the memory of the old one: it
  // must not go on, but throw, as it does where it cannot make one.
  [/(__wbg_reset_state\(\);\s*)return;(?=\s*\}\s*throw )/, "$1"],
];

const SOURCES = ["entry.js", "gate.js", "isolate.js", "middleware.js", "modules.js"];

const BUNDLE = ["--bundle", "--format=esm", "--external:cloudflare:*", "--log-level=warning"];
const GATE = ["gate.js", ...BUNDLE, "--external:./index_bg.wasm", "--outfile=whole-gate.js"];
const ALONE = ["entry.js", ...BUNDLE, "--external:./gate.js", "--external:./policy.bin", "--external:./pages.bin", "--outfile=whole.js"];

async function makeSmall(wasm, isNamed) {
  const features = FEATURES.map((feature) => `--enable-${feature}`);
  for (const passes of [isNamed ? ["--debuginfo", ...SMALL] : SMALL, isNamed ? ["--debuginfo", "--strip-target-features"] : NAMELESS]) await must(npmBin("wasm-opt"), [wasm, "-o", wasm, ...features, ...passes]);
}
