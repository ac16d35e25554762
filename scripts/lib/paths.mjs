// Where things lie: the repository, and the cache outside it that lets a second clone start quickly.
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const inRoot = (...parts) => path.resolve(root, ...parts);
export const versions = JSON.parse(readFileSync(inRoot("scripts/versions.json"), "utf8"));

/** The cache, shared by every clone of one user: EDGEGATE_CACHE, or the desktop's cache folder. */
export function cacheDir(env = process.env) {
  return env.EDGEGATE_CACHE || path.join(env.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "edgegate");
}

/** An executable that npm installed. */
export const npmBin = (name) => inRoot("node_modules/.bin", name);

/** Node 22, installed as a package: wrangler needs it, and machines have 20. */
export const node22 = npmBin("node");

/** For cargo: CI builds what Cargo.lock says or nothing; elsewhere an edited Cargo.toml may bring the lock up to date. */
export const locked = process.env.CI === "true" ? ["--locked"] : [];
