// A machine made of stand-ins: programs that are first on the path, and a copy of the scripts with a cache of their own.
import { spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createHash } from "node:crypto";
import { bindgen } from "../../scripts/lib/bindgen.mjs";
import { root, versions } from "../../scripts/lib/paths.mjs";

/** A folder that goes away with the test. */
export function scratch(t) {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "edgegate-setup-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a stand-in: a shell script that first notes its name and arguments in `log`. */
export function standIn(folder, name, body = "") {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\necho "${name} $*" >>"$LOG"\n${body}\n`);
  chmodSync(file, 0o755);
}

/** A machine whose rustup has no wasm target yet, and whose Debian packages can give one. */
export function machine(t) {
  const home = scratch(t);
  const bin = path.join(home, "bin");
  const debian = path.join(home, "debian");
  const log = path.join(home, "log");
  writeFileSync(log, "");
  const rustc = (version, lib) => `case "$*" in *target-libdir*) echo ${lib};; *) echo "rustc ${version}";; esac`;
  standIn(bin, "rustc", rustc("1.95.0", `${home}/rustup-lib`));
  standIn(bin, "rustup", "echo 'error: could not download' >&2; exit 1");
  standIn(bin, "apt-get");
  standIn(bin, "sudo", 'exec "$@"');
  standIn(debian, "rustc", rustc("1.96.0", `${home}/debian-lib`));
  standIn(debian, "cargo", 'out=target/wasm32-unknown-unknown/release/deps; mkdir -p $out; : >$out/libstd-1.rlib; : >$out/libtest-1.rlib');
  standIn(debian, versions.debianLinker);
  return {
    home, bin, debian,
    env: { PATH: `${bin}:/usr/bin:/bin`, LOG: log, HOME: home, EDGEGATE_DEBIAN_BIN: debian, EDGEGATE_RETRY_WAIT: "0", EDGEGATE_CACHE: path.join(home, "cache") },
    bareEnv() {
      return { ...this.env, PATH: bin }; // nothing of the real machine
    },
    addTarget: `mkdir -p ${home}/rustup-lib; : >${home}/rustup-lib/libstd-1.rlib`,
    calls: (name) => readFileSync(log, "utf8").split("\n").filter((line) => line.startsWith(`${name} `)),
    forget: () => writeFileSync(log, ""),
  };
}

/** A copy of the scripts on such a machine, with everything installed, a policy pair and one source file. */
export function clone(t) {
  const made = machine(t);
  const repo = path.join(made.home, "repo");
  for (const name of ["scripts", "package/commands", "demo/site", "demo/client", "demo/provider", "demo/origin", "package.json", "package-lock.json", "wrangler.toml"]) cpSync(path.join(root, name), path.join(repo, name), { recursive: true });
  const write = (name, text) => {
    mkdirSync(path.dirname(path.join(repo, name)), { recursive: true });
    writeFileSync(path.join(repo, name), text);
  };
  write("src/lib.rs", "// the core\n");
  for (const name of ["caches", "entry", "gate", "isolate", "middleware", "modules", "proofs"]) write(`src/${name}.js`, "// of the Worker\n");
  write("edgegate.toml", "# own\n");
  write("demo/edgegate.toml", "# demo\n");
  write("node_modules/.edgegate-lock", createHash("sha256").update(readFileSync(path.join(repo, "package-lock.json"))).digest("hex"));
  mkdirSync(path.join(repo, "node_modules/.bin"), { recursive: true });
  symlinkSync(process.execPath, path.join(repo, "node_modules/.bin/node"));
  symlinkSync(path.join(root, "node_modules/oidc-provider"), path.join(repo, "node_modules/oidc-provider"));
  standIn(path.join(repo, "node_modules/.bin"), "wasm-opt", ":");
  standIn(path.join(repo, "node_modules/.bin"), "esbuild", "for name in whole.js whole-gate.js; do head -n 1 index.js >$name; done");
  standIn(made.bin, "rustc", `${made.addTarget}; case "$*" in *target-libdir*) echo ${made.home}/rustup-lib;; *) echo "rustc 1.95.0";; esac`);
  standIn(made.bin, "cargo", compiles);
  toolInstalled(made.env);
  const read = (name) => readFileSync(path.join(repo, name), "utf8");
  return { ...made, repo, write, read, run: (script, args = [], env = {}) => runNode(repo, script, args, { ...made.env, ...env }) };
}

/** cargo build … --bin edgegate: the tool, which does what `tool` says. cargo build … --profile NAME: a wasm. */
export const compilesWith = (tool) => `
for out; do :; done # the last argument
if [ "$out" = edgegate ]; then
  mkdir -p target/debug
  cat >target/debug/edgegate <<'TOOL'
#!/bin/sh
echo "edgegate $*" >>"$LOG"
${tool}
TOOL
  chmod +x target/debug/edgegate
else
  mkdir -p target/wasm32-unknown-unknown/$out; echo "wasm" >target/wasm32-unknown-unknown/$out/edgegate.wasm
fi`;

// edgegate build --policy P --worker W --out O: the compiled policy holds the policy's name.
export const builds = `
case "$1" in build)
  mkdir -p "$7"; cp "$5"/index* "$5"/gate.js "$7"; echo "$3" >"$7/policy.bin"
  echo "$7: policy 0123, 1 route, 9 bytes";;
esac`;

export const compiles = compilesWith(builds);

// edgegate-bindgen worker FILE FOLDER: writes what it is given, and below it what is amended in what it really writes.
export const generates = `[ -f "$2" ] || exit 1; { cat "$2"; echo "import source x; __wbg_reset_state(); return; } throw x"; } >"$3/index.js"; : >"$3/index_bg.wasm"`;

/** The build tool in the cache. */
function toolInstalled(env) {
  const program = bindgen(env);
  standIn(path.dirname(program), path.basename(program), generates);
}

/** Runs a script to its end. */
export function runNode(cwd, script, args, env) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
    child.on("close", (code) => resolve({ code, output }));
  });
}
