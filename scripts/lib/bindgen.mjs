// edgegate-bindgen (scripts/bindgen), which writes the JavaScript around a wasm: compiled once for its sources, kept outside the clone.
import { createHash } from "node:crypto";
import { cpSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { withLock } from "./lock.mjs";
import { cacheDir, inRoot } from "./paths.mjs";
import { isProgram, must, step } from "./run.mjs";

const NAME = "edgegate-bindgen";
const SOURCES = ["Cargo.toml", "Cargo.lock", "src/main.rs"].map((name) => path.join("scripts/bindgen", name));

/** The path of the program. Other sources have another. */
export function bindgen(env = process.env) {
  const hash = createHash("sha256");
  for (const file of SOURCES) hash.update(readFileSync(inRoot(file)));
  return path.join(cacheDir(env), "tools", `${NAME}-${hash.digest("hex").slice(0, 16)}`);
}

export const hasBindgen = (env = process.env) => isProgram(bindgen(env));

/** Compiles the program where it is missing, and says so. */
export async function ensureBindgen(env = process.env) {
  if (!hasBindgen(env)) await step(`${NAME}: compile the build tool, once on this machine`, "40 s", () => compileBindgen(env));
}

/** Compiles the program where it is missing. */
export async function compileBindgen(env = process.env) {
  const program = bindgen(env);
  const folder = path.dirname(program);
  if (isProgram(program)) return;
  await withLock(path.join(folder, ".lock"), async () => {
    if (isProgram(program)) return;
    const target = path.join(folder, ".target"); // kept if it fails, so that the next attempt goes on
    await must("cargo", ["build", "--locked", "--manifest-path", inRoot("scripts/bindgen/Cargo.toml"), "--target-dir", target], {
      env,
      cwd: folder,
      todo: "It needs the crate registry and a C linker (Debian: apt-get install build-essential). Run the same command again: what is compiled is kept.",
    });
    cpSync(path.join(target, "debug", NAME), `${program}.new`);
    renameSync(`${program}.new`, program);
    rmSync(target, { recursive: true, force: true });
  });
}
