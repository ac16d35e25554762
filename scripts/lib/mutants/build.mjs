// The copy of the sources with all changes that are tried, compiled once: which of them do not compile, and the programs with the tests.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inRoot, locked, root } from "../paths.mjs";
import { Failure, must, run } from "../run.mjs";
import { MODULE, moduleText, unswitchable, withSwitches } from "./switches.mjs";

const CORE = "crates/core/src";
const home = inRoot("target/mutants"); // always the same place, so that what is compiled there is found again
const sources = path.join(home, "sources");
const env = { ...process.env, CARGO_TARGET_DIR: path.join(home, "compiled"), RUST_MIN_STACK: String(64 << 20) };
/** Those of the core itself, and the native ones: without the simulator and the examples in the documentation. */
const PROGRAMS = ["--package", "edgegate-core", "--package", "edgegate-cli", "--lib", "--test", "native"];

/** Compiles changes, [{ number, change }], as cargo-mutants lists them. Answers with { programs, switched, unviable, unswitched }. */
export async function compileChanges(changes) {
  await copySources();
  const text = new Map(changes.map(({ change }) => [change.file, readFileSync(inRoot(change.file), "utf8")]));
  const unswitched = changes.filter(({ change }) => unswitchable(change, text.get(change.file)));
  let switched = changes.filter((one) => !unswitched.includes(one));
  const unviable = [];
  writeFileSync(path.join(sources, CORE, `${MODULE}.rs`), moduleText(Math.max(0, ...changes.map(({ number }) => number))));
  writeFileSync(path.join(sources, CORE, "lib.rs"), `${readFileSync(inRoot(CORE, "lib.rs"), "utf8")}\npub mod ${MODULE};\n`);
  for (;;) {
    const { programs, broken } = await compile(write(text, switched));
    if (programs) return { programs, switched, unviable, unswitched };
    unviable.push(...switched.filter(({ number }) => broken.has(number)));
    switched = switched.filter(({ number }) => !broken.has(number));
  }
}

/** What Git knows of, as it is in the folder. Files that stay the same keep their time, so that cargo sees that they do. */
async function copySources() {
  rmSync(sources, { recursive: true, force: true });
  const { stdout } = await must("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"], { cwd: root });
  for (const name of stdout.split("\0").filter(Boolean)) {
    mkdirSync(path.dirname(path.join(sources, name)), { recursive: true });
    cpSync(inRoot(name), path.join(sources, name), { preserveTimestamps: true });
  }
}

/** Writes the sources with the changes. Answers with where each change is. */
function write(text, switched) {
  const places = [];
  for (const [file, source] of text) {
    const changed = withSwitches(source, switched.filter(({ change }) => change.file === file));
    places.push(...changed.lines.map((one) => ({ ...one, file })));
    writeFileSync(path.join(sources, file), changed.text);
  }
  return places;
}

/** The programs with the tests; or, where the compiler found errors, the numbers of the changes that have them. */
async function compile(places) {
  const { code, stdout, output } = await run("cargo", ["test", ...locked, "--no-run", ...PROGRAMS, "--message-format", "json"], { cwd: sources, env });
  const told = stdout.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  if (code === 0) return { programs: told.filter((one) => one.executable && one.profile.test).map(program) };
  const errors = told.map(({ message }) => message).filter((message) => message?.level === "error");
  const isAt = (span) => ({ file, from, to }) => file.endsWith(span.file_name) && from <= span.line_start && span.line_end <= to;
  const broken = new Set(errors.flatMap(({ spans }) => spans).flatMap((span) => places.filter(isAt(span))).map(({ number }) => number));
  if (broken.size === 0) throw new Failure("the changed sources do not compile, and no change is to blame", { output: errors.map((one) => one.rendered).join("") || output });
  return { broken };
}

/** Tests find their files from the folder of their package. */
function program({ executable, manifest_path: manifest }) {
  const cwd = path.dirname(manifest);
  return { file: executable, cwd, env: { ...env, CARGO_MANIFEST_DIR: cwd } };
}
