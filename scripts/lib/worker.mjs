// From the Rust sources to a folder that the runtime can run: compile, write the JavaScript around the module, optimise, bundle.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bindgen } from "./bindgen.mjs";
import { inRoot, npmBin } from "./paths.mjs";
import { Failure, must } from "./run.mjs";
import { makeSmall, toWasm } from "./wasm.mjs";

// Exports of the worker crate's streams, containers, images and sockets: nothing here calls them, but they keep their code.
const UNUSED = ["*intounderlying*", "*containerstartupoptions*", "*minifyconfig*", "*r2range*", "ledger_webSocket*", "ledger_connect"];

/** Compiles the Worker: optimised, or quickly. Answers with the path of the wasm. */
export const compile = ({ isQuick, env, todo }) => toWasm(["--package", "edgegate", "--lib"], isQuick ? "quick" : "release", { env, todo });

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
    if (!isQuick) await makeSmall(inStaging("index_bg.wasm"), { isNamed, without: UNUSED });
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

const SOURCES = ["caches.js", "entry.js", "gate.js", "isolate.js", "middleware.js", "modules.js", "proofs.js"];

const BUNDLE = ["--bundle", "--format=esm", "--external:cloudflare:*", "--log-level=warning"];
const GATE = ["gate.js", ...BUNDLE, "--external:./index_bg.wasm", "--outfile=whole-gate.js"];
const ALONE = ["entry.js", ...BUNDLE, "--external:./gate.js", "--external:./policy.bin", "--external:./pages.bin", "--outfile=whole.js"];
