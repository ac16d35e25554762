// Compiles the fuzzers and the program that counts work: with the compiler's instruments for coverage, on the stable
// toolchain. Those are flags of LLVM's, and libFuzzer comes with the crate libfuzzer-sys; it wants a C++ compiler.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { locked } from "../scripts/lib/paths.mjs";
import { must, step, which } from "../scripts/lib/run.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const INSTRUMENTS = [
  "--cfg=fuzzing",
  "-Cpasses=sancov-module",
  "-Cllvm-args=-sanitizer-coverage-level=4",
  "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
  "-Cllvm-args=-sanitizer-coverage-pc-table",
  "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/** What is missing on this machine to compile them, or nothing. */
export function missing(env = process.env) {
  if (process.platform !== "linux") return "the fuzzers are compiled on Linux alone";
  const compilers = [env.CXX, "c++", "g++", "clang++"].filter(Boolean);
  return compilers.some((name) => which(name, env)) ? undefined : "no C++ compiler: install g++ or clang";
}

/** Compiles them and answers with the paths of `fuzz` and `work`. */
export async function buildInstrumented(env = process.env) {
  const target = await host(env);
  await step("the fuzzers, instrumented", "2 min, seconds later on", () =>
    must("cargo", ["build", ...locked, "--release", "--target", target, "--bins"], {
      cwd: here,
      env: { ...env, RUSTFLAGS: INSTRUMENTS.join(" "), CARGO_TARGET_DIR: inTarget() },
      todo: "run it by hand in fuzz/ to see more",
    }));
  const file = (name) => inTarget(target, "release", name);
  return { fuzz: file("fuzz"), work: file("work") };
}

/** The program that measures, without instruments and assertions. */
export async function buildPlain(env = process.env) {
  await step("the same program without instruments", "2 min, seconds later on", () =>
    must("cargo", ["build", ...locked, "--profile", "bench", "--bin", "work"], {
      cwd: here,
      env: { ...env, CARGO_TARGET_DIR: inTarget() },
      todo: "run it by hand in fuzz/ to see more",
    }));
  return inTarget("release", "work");
}

export const inTarget = (...parts) => path.join(here, "target", ...parts);

/** The machine's own triple. With one that is named, cargo leaves build scripts without the instruments. */
async function host(env) {
  const { stdout } = await must("rustc", ["-vV"], { env });
  return stdout.match(/^host: (.*)$/m)[1];
}
