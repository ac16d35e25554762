// Installs what is missing, in order, and says so. `node scripts/setup.mjs` does nothing else; the other scripts begin with it.
import { fileURLToPath } from "node:url";
import { ensurePackages } from "./lib/npm.mjs";
import { versions } from "./lib/paths.mjs";
import { Failure, main, seconds } from "./lib/run.mjs";
import { ensureWasmTarget } from "./lib/toolchain.mjs";
import { ensureTools } from "./lib/tools.mjs";

/** Everything that building and running the Worker needs. Answers with the toolchain that compiles for wasm. */
export async function setup(env = process.env) {
  const begun = performance.now();
  if (Number(process.versions.node.split(".")[0]) < versions.node) {
    throw new Failure(`This is Node ${process.versions.node}`, { todo: `Install Node ${versions.node} or later, then run the same command again.` });
  }
  console.log("Set-up: installing what is missing (the first time takes 5 to 10 min, later ones a second)");
  await ensurePackages(env);
  const toolchain = await ensureWasmTarget(env);
  const tools = await ensureTools(env);
  const rust = toolchain.kind === "rustup" ? "Rust's wasm target" : "Debian's Rust for wasm";
  console.log(`  ok ${["npm packages", rust, ...tools].join(", ")} (${seconds(begun)})`);
  return toolchain;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(async () => {
    await setup();
  });
}
