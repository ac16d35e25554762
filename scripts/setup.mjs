// Installs what is missing, in order, and says so. `node scripts/setup.mjs` does nothing else; the other scripts begin with it.
import { fileURLToPath } from "node:url";
import { ensureBindgen } from "./lib/bindgen.mjs";
import { ensurePackages } from "./lib/npm.mjs";
import { versions } from "./lib/paths.mjs";
import { Failure, main, seconds } from "./lib/run.mjs";
import { ensureWasmTarget } from "./lib/toolchain.mjs";

/**
 * What building and running the Worker needs. Answers with the toolchain that compiles for wasm. The build tool is not among
 * it: `build` compiles it at the same time as the Worker.
 */
export async function setup(env = process.env) {
  const begun = performance.now();
  if (Number(process.versions.node.split(".")[0]) < versions.node) {
    throw new Failure(`This is Node ${process.versions.node}`, { todo: `Install Node ${versions.node} or later, then run the same command again.` });
  }
  await ensurePackages(env);
  const toolchain = await ensureWasmTarget(env);
  const rust = toolchain.kind === "rustup" ? "Rust's wasm target" : "Debian's Rust for wasm";
  // wrangler calls for each file that is saved while it serves: then this is no news.
  if (env.WRANGLER_COMMAND === undefined) console.log(`  ok ${["npm packages", rust].join(", ")} (${seconds(begun)})`);
  return toolchain;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(async () => {
    await setup();
    await ensureBindgen();
  });
}
