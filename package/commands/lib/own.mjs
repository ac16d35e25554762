// What the project has itself: the folder of its policy, its wrangler, and the Miniflare that comes with it.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Failure } from "./failure.mjs";

/** The compiled Worker: that of this package, unless EDGEGATE_WORKER names another. */
export const workerFolder = () => process.env.EDGEGATE_WORKER || fileURLToPath(new URL("../../worker", import.meta.url));

/** The path of the project's wrangler, to be run by Node. */
export function ownWrangler(folder) {
  const json = found(folder, "wrangler/package.json");
  return path.resolve(path.dirname(json), JSON.parse(readFileSync(json, "utf8")).bin.wrangler);
}

/** The module `miniflare` that the project's wrangler uses. */
export async function ownMiniflare(folder) {
  const wrangler = found(folder, "wrangler/package.json");
  return import(pathToFileURL(createRequire(wrangler).resolve("miniflare")));
}

function found(folder, name) {
  try {
    return createRequire(path.join(folder, "package.json")).resolve(name);
  } catch {
    // A file that a package does not export is there all the same.
    for (let at = folder; ; at = path.dirname(at)) {
      const file = path.join(at, "node_modules", name);
      if (existsSync(file)) return file;
      if (at === path.dirname(at)) break;
    }
    throw new Failure("wrangler is not installed in this project", { todo: "Run: npm install --save-dev wrangler" });
  }
}

/** What wrangler and Miniflare are told, so that they ask nobody and say only what is asked. */
export function quietEnv(env = process.env) {
  return {
    ...env,
    WRANGLER_SEND_METRICS: "false",
    CLOUDFLARE_CF_FETCH_ENABLED: "false", // miniflare would ask the network where this machine is
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_NO_SKILLS_UPDATE_PROMPTS: "true",
  };
}
