// The wasm target: from rustup where its server can be reached, else Debian's Rust with a standard library built once.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { inRoot, versions } from "./paths.mjs";
import { Failure, must, run, say, step, which } from "./run.mjs";

const target = versions.wasmTarget;
const script = "scripts/debian-wasm.sh";
const debianBin = (env) => env.EDGEGATE_DEBIAN_BIN || "/usr/bin";

/**
 * Makes sure that something can compile for wasm. Answers with its name and the environments for wasm builds and for native ones.
 * EDGEGATE_TOOLCHAIN=rustup or =debian takes away the choice; EDGEGATE_RUSTUP_TIMEOUT is in seconds.
 */
export async function ensureWasmTarget(env = process.env, { mayUseRoot = askForRoot, uid = process.getuid?.() } = {}) {
  const forced = env.EDGEGATE_TOOLCHAIN;
  if (forced && !["rustup", "debian"].includes(forced)) {
    throw new Failure(`EDGEGATE_TOOLCHAIN is "${forced}"`, { todo: 'It may be "rustup" or "debian", or unset.' });
  }
  const rustc = await run("rustc", ["--version"], { env });
  if (rustc.code !== 0) {
    throw new Failure("`rustc` does not run: Rust is missing", {
      output: rustc.output,
      todo: "Install Rust 1.95 or later with rustup (https://rustup.rs), open a new shell, then run the same command again.",
    });
  }
  const viaRustup = { kind: "rustup", env: { ...env }, nativeEnv: env };
  const viaDebian = { kind: "debian", env: debianEnv(env), nativeEnv: env };
  if (forced !== "debian" && (await hasStd("rustc", env))) return viaRustup;
  if (forced !== "rustup" && (await debianReady(env))) return viaDebian;

  let why = "EDGEGATE_TOOLCHAIN=debian asks for it";
  if (forced !== "debian") {
    why = await addByRustup(env);
    if (!why) return viaRustup;
    if (forced === "rustup") throw new Failure(`rustup cannot add ${target}: ${why}`);
  }
  await prepareDebian(env, why, mayUseRoot, uid === 0);
  return viaDebian;
}

/** The environment in which Debian's Rust is found first. Only wasm builds may use it: there is no matching clippy. */
export function debianEnv(env) {
  const { RUSTUP_TOOLCHAIN: _, ...rest } = env;
  return { ...rest, PATH: [debianBin(env), env.PATH].join(path.delimiter), CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: versions.debianLinker };
}

/** Asks rustup. Answers with the reason why not, or with undefined. */
async function addByRustup(env) {
  if (!which("rustup", env)) return "there is no rustup on this machine";
  const timeout = Number(env.EDGEGATE_RUSTUP_TIMEOUT || 120) * 1000;
  const result = await step(`Rust's wasm target: rustup target add ${target}`, `5 s; given up after ${timeout / 1000} s`, () =>
    run("rustup", ["target", "add", target], { env, timeout }));
  if (result.timedOut) return `\`rustup target add ${target}\` gave no answer for ${timeout / 1000} s`;
  if (result.code !== 0) return `\`rustup target add ${target}\` said: ${result.output.trim().split("\n").pop()}`;
  if (!(await hasStd("rustc", env))) return "rustup added the target, but `rustc` on the path is not rustup's";
  return undefined;
}

/** Whether this compiler finds a standard library for wasm; an empty folder does not count. */
async function hasStd(rustc, env) {
  return (await stdFolder(rustc, env)) !== undefined;
}

async function stdFolder(rustc, env) {
  const { code, stdout } = await run(rustc, ["--print", "target-libdir", "--target", target], { env });
  const folder = stdout.trim();
  const found = code === 0 && existsSync(folder) && readdirSync(folder).some((name) => /^libstd-.*\.rlib$/.test(name));
  return found ? folder : undefined;
}

async function debianReady(env) {
  const rustc = path.join(debianBin(env), "rustc");
  const inside = debianEnv(env);
  const folder = await stdFolder(rustc, inside);
  if (!folder || !which(versions.debianLinker, inside)) return false;
  const stamp = path.join(folder, "edgegate-stamp");
  const { stdout } = await run(rustc, ["--version"], { env: inside });
  return existsSync(stamp) && readFileSync(stamp, "utf8").trim() === stdout.trim();
}

async function prepareDebian(env, why, mayUseRoot, isRoot) {
  say(`  !! no wasm target from rustup: ${why}\n`);
  const command = isRoot ? ["sh", script] : ["sudo", "sh", script];
  const byHand = `By hand, as root, in ${inRoot()}:\n\n    ${command.join(" ")}\n\nthen run the same command again.`;
  if (!which("apt-get", env)) {
    throw new Failure(`Rust cannot compile for ${target} here: ${why}, and this is not a Debian machine`, {
      todo: `Where rustup's server can be reached, \`rustup target add ${target}\` is all that is needed. Run it, then the same command again.`,
    });
  }
  if (!isRoot && !which("sudo", env)) {
    throw new Failure("Debian's Rust would do, but installing it needs root, and there is no sudo", { todo: byHand });
  }
  if (!(await mayUseRoot(env, command.join(" ")))) {
    throw new Failure("Debian's Rust would do, but root was not allowed", {
      todo: `${byHand}\nOr let this do it: answer yes at a terminal, or set EDGEGATE_YES=1.`,
    });
  }
  await step("Debian's Rust for wasm: install it by apt and build its standard library once", "2 min", () =>
    must(command[0], command.slice(1), { env, cwd: inRoot(), todo: byHand }));
  if (!(await debianReady(env))) {
    throw new Failure("Debian's Rust was installed, but has no standard library for wasm", {
      todo: `Look at what \`${command.join(" ")}\` prints; the compiler it should serve is ${debianBin(env)}/rustc.`,
    });
  }
}

/** Outside CI root is used only after a yes: EDGEGATE_YES=1, or a person at the terminal. */
export async function askForRoot(env, command) {
  if (env.CI === "true" || env.EDGEGATE_YES === "1") return true;
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const ask = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await ask.question(`  ?? May this run as root: ${command} [y/N] `);
  ask.close();
  return /^y(es)?$/i.test(answer.trim());
}
