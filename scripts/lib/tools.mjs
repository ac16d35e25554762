// worker-build and wasm-bindgen: compiled once per version from the crate registry, kept outside the clone.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { withLock } from "./lock.mjs";
import { cacheDir, toolDir, versions } from "./paths.mjs";
import { isProgram, must, step } from "./run.mjs";

const programs = {
  "worker-build": ["worker-build"],
  "wasm-bindgen-cli": ["wasm-bindgen", "wasm-bindgen-test-runner"],
};

/** The path of a program of a tool. */
export const toolBin = (crate, program, env) => path.join(toolDir(crate, env), "bin", program);

/** Installs the tools that are missing. Answers with the names of all of them. */
export async function ensureTools(env = process.env) {
  const names = Object.entries(versions.cargoTools).map(([crate, version]) => `${crate} ${version}`);
  if (missing(env).length === 0) return names;
  const tools = path.join(cacheDir(env), "tools");
  await withLock(path.join(tools, ".lock"), async () => {
    const shared = path.join(tools, ".target"); // the two tools have most of their dependencies in common
    for (const crate of missing(env)) {
      const version = versions.cargoTools[crate];
      mkdirSync(toolDir(crate, env), { recursive: true });
      await step(`${crate} ${version}: compile the build tool, once per version`, "2 to 6 min", () =>
        must("cargo", ["install", crate, "--version", version, "--locked", "--force", "--root", toolDir(crate, env), "--target-dir", shared], {
          env,
          cwd: tools,
          todo: "It needs the crate registry and a C linker (Debian: apt-get install build-essential). Run the same command again: what is compiled is kept.",
        }));
    }
    rmSync(shared, { recursive: true, force: true });
  });
  return names;
}

function missing(env) {
  return Object.keys(programs).filter((crate) => {
    const recorded = read(path.join(toolDir(crate, env), ".crates.toml")).includes(`${crate} ${versions.cargoTools[crate]} `);
    return !recorded || !programs[crate].every((program) => isProgram(toolBin(crate, program, env)));
  });
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
