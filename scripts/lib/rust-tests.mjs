// The tests in Rust, read from the sources: which there are, in which module, and which cargo target has them. Nothing is compiled for it.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { locked, root } from "./paths.mjs";
import { must } from "./run.mjs";

/**
 * Every source file with tests: { file, module, target, tests }. `target` is what selects its program for cargo, e.g.
 * ["--test", "native"]; `module` is the path of the module in it, empty for the program's root;
 * `isWasm` where the tests run as wasm.
 */
export async function rustTests(env) {
  const { stdout } = await must("cargo", ["metadata", "--no-deps", "--format-version", "1", ...locked], { cwd: root, env });
  const targets = JSON.parse(stdout).packages.flatMap((one) => one.targets.map((target) => ({ ...target, package: one.name })));
  const found = new Map();
  for (const { package: name, kind, src_path: source, name: program } of targets) {
    if (kind.includes("custom-build")) continue;
    // A test program is selected by its own name: by its package, what it shares with others would be compiled with fewer features.
    const target = kind.includes("test") ? ["--test", program] : ["--package", name, ...(kind.includes("bin") ? ["--bin", program] : ["--lib"])];
    for (const one of modulesFrom(path.resolve(source))) {
      if (one.tests.length > 0 && !found.has(one.file)) found.set(one.file, { ...one, target });
    }
  }
  return [...found.values()];
}

/** The files of a program, from its root file on, as `mod name;` and `#[path]` lead to them. */
function* modulesFrom(file, module = "", isRoot = true) {
  const source = readFileSync(file, "utf8");
  yield { file: path.relative(root, file), module, ...testsIn(source) };
  const stem = path.basename(file, ".rs");
  const below = isRoot || stem === "mod" ? path.dirname(file) : path.join(path.dirname(file), stem);
  for (const [, named, name] of source.matchAll(/^(?:#\[path = "([^"]+)"\]\n)?(?:pub(?:\([\w ]+\))? )?mod (\w+);/gm)) {
    const places = named ? [path.join(path.dirname(file), named)] : [path.join(below, `${name}.rs`), path.join(below, name, "mod.rs")];
    const next = places.find((one) => existsSync(one));
    if (next) yield* modulesFrom(next, module ? `${module}::${name}` : name, false);
  }
}

function testsIn(source) {
  const marked = [...source.matchAll(/#\[(test|wasm_bindgen_test)\](?:\s*(?:\/\/.*|#\[[^\n]*\]))*\s*(?:pub )?(?:async )?fn (\w+)/g)];
  return { tests: marked.map(([, , name]) => name), isWasm: marked.some(([, mark]) => mark === "wasm_bindgen_test") };
}
