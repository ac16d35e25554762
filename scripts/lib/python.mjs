// Python for the NTLM tests and for origins in Python: a virtual environment in target/python with exactly what
// python-requirements.txt says.
// `node scripts/lib/python.mjs` makes it for tests that are run by hand.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { aptInstall } from "./apt.mjs";
import { withLock } from "./lock.mjs";
import { inRoot } from "./paths.mjs";
import { Failure, isProgram, main, must, run, step, which } from "./run.mjs";

const requirements = inRoot("scripts/python-requirements.txt");
const folder = inRoot("target/python");
const stamp = path.join(folder, ".edgegate-requirements");
const python = path.join(folder, "bin/python");

/** What to say where none can be made and nobody allowed an installation. */
export const pythonHint = "no Python 3.11 to 3.14 with venv: apt-get install python3-venv";

/** The path of the environment's interpreter, after making it where that is needed; undefined where no Python can. On CI that is a failure. */
export async function ensurePython(env = process.env) {
  if (await isReady(env)) return python;
  const base = (await findPython(env)) ?? (await installPython(env));
  if (!base) return undefined;
  await withLock(`${folder}.lock`, async () => {
    if (await isReady(env)) return;
    await step("Python packages for the tests: requests, requests-ntlm, Flask, Django, gunicorn, PyJWT", "15 s", () => makeEnvironment(base, env));
  });
  return python;
}

/** Whether a test file starts something in Python: then it imports one of the helpers that do. */
export const needsPython = (source) => /^(?!\s*\/\/).*\bfrom "[^"]*\/lib\/(?:ntlm|python|requests)\.mjs";$/m.test(source);

async function isReady(env) {
  if (read(stamp) !== digest()) return false;
  // The machine's Python may have gone or grown a version since, and then it finds no package here.
  return (await run(python, ["-c", "import requests_ntlm, flask, django, gunicorn, jwt"], { env: inner(env) })).code === 0;
}

/** The stamp comes last: an environment without one is made again from nothing. */
async function makeEnvironment(base, env) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  const wanted = digest();
  await must(base, ["-m", "venv", folder], { env: inner(env), todo: "Debian: apt-get install python3-venv." });
  await must(python, ["-m", "pip", "install", "-q", "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", requirements], {
    env: inner(env),
    todo: "It needs the Python package index. Check that `pip download requests` works, then run the same command again.",
  });
  writeFileSync(stamp, wanted);
}

/** A CPython that the wheels are for and that can make environments. Debian splits off what is needed for the latter. */
async function findPython(env) {
  const fits = "sys.implementation.name == 'cpython' and (3, 11) <= sys.version_info[:2] <= (3, 14)";
  const test = `import ensurepip, sys, venv; sys.exit(not (${fits}))`;
  const named = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"].map((name) => which(name, env));
  for (const candidate of [...named, debianPython(env)]) {
    if (candidate && isProgram(candidate) && (await run(candidate, ["-c", test], { env: inner(env) })).code === 0) return candidate;
  }
  return undefined;
}

async function installPython(env) {
  if (env.CI !== "true") return undefined;
  await step("Python's venv for the tests: apt-get install python3-venv", "30 s", () =>
    aptInstall(["python3-venv"], env, "Install Python 3.11 to 3.14 with venv by hand."));
  const installed = await findPython(env);
  if (!installed) throw new Failure("apt installed python3-venv, but no Python from 3.11 to 3.14 can make an environment", { todo: "Put one first on the path." });
  return installed;
}

const debianPython = (env) => `${env.EDGEGATE_DEBIAN_BIN || "/usr/bin"}/python3`;

const digest = () => createHash("sha256").update(readFileSync(requirements)).digest("hex");

/** What a user's own Python and pip settings must not change; where packages come from is theirs to say. */
function inner(env) {
  const { PYTHONHOME: _home, PYTHONPATH: _path, PIP_TARGET: _target, PIP_PREFIX: _prefix, ...rest } = env;
  return { ...rest, PIP_USER: "0", PIP_DISABLE_PIP_VERSION_CHECK: "1" };
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(async () => {
    const made = await ensurePython();
    if (!made) throw new Failure(pythonHint);
    console.log(`  ok ${path.relative(inRoot(), made)}`);
  });
}
