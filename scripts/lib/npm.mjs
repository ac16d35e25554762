// The JavaScript side: exactly what package-lock.json says, installed when it is missing or older than the lock.
import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inRoot, node22, root, versions } from "./paths.mjs";
import { Failure, isProgram, must, run, step } from "./run.mjs";

const stamp = inRoot("node_modules/.edgegate-lock");

// What a user's own npm configuration, or the flags of the npm that runs us, must not change.
const flags = ["--include=dev", "--engine-strict=false", "--ignore-scripts=false", "--dry-run=false", "--no-audit", "--no-fund"];

/** Installs the packages where that is needed. */
export async function ensurePackages(env = process.env) {
  const wanted = createHash("sha256").update(readFileSync(inRoot("package-lock.json"))).digest("hex");
  if (upToDate(wanted) && (await nodeWorks())) return;
  await step("npm packages: wrangler, esbuild, wasm-opt, Node 22", "15 s", async () => {
    await must("npm", ["ci", ...flags], {
      cwd: root,
      env: outerEnv(env),
      todo: "It needs the npm registry. Check that `npm ping` answers, then run the same command again.",
    });
    if (!(await nodeWorks())) {
      throw new Failure(`node_modules/.bin/node is not Node ${versions.nodePackage}`, {
        todo: "The package `node` fetches its program in an install script. Check that nothing forbids install scripts (`npm config get ignore-scripts`), then run `npm ci`.",
      });
    }
    writeFileSync(stamp, wanted);
  });
}

/** Our stamp holds the lock's digest; a hand-made `npm ci` leaves npm's own record, which is newer than the lock. */
function upToDate(wanted) {
  try {
    if (readFileSync(stamp, "utf8") === wanted) return true;
  } catch {
    // no stamp: look at npm's record
  }
  try {
    return statSync(inRoot("node_modules/.package-lock.json")).mtimeMs >= statSync(inRoot("package-lock.json")).mtimeMs;
  } catch {
    return false;
  }
}

async function nodeWorks() {
  if (!isProgram(node22)) return false;
  const { code, stdout } = await run(node22, ["--version"]);
  return code === 0 && stdout.startsWith(`v${versions.nodePackage}.`);
}

/** npm must not run on the very Node that it is about to replace: leave node_modules/.bin out of the path. */
export function outerEnv(env) {
  const PATH = (env.PATH ?? "").split(path.delimiter).filter((folder) => !folder.endsWith(path.join("node_modules", ".bin")));
  return { ...env, PATH: PATH.join(path.delimiter) };
}
