// The configuration that wrangler deploys by: which file it would take, and what an environment makes of it.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Failure } from "./failure.mjs";
import { readToml } from "./toml.mjs";

export const CONFIGURATION = "wrangler.toml";

/** Where a build tool says that wrangler shall take what it generated instead. */
const REDIRECT = ".wrangler/deploy/config.json";

/** What wrangler takes before wrangler.toml, in its own order; it looks for each in the folders above as well. */
const BEFORE = [REDIRECT, "wrangler.json", "wrangler.jsonc"];

/** The file that wrangler would take in place of the folder's wrangler.toml, as a path relative to the folder; undefined if there is none. */
export function otherConfiguration(folder) {
  for (const name of BEFORE) {
    for (let at = path.resolve(folder); ; at = path.dirname(at)) {
      const file = path.join(at, name);
      if (existsSync(file)) return path.relative(folder, file);
      if (at === path.dirname(at)) break;
    }
  }
  return undefined;
}

/** Everything here looks at wrangler.toml, so nothing goes on where wrangler by itself would take something else. */
export function refuseOtherConfiguration(folder) {
  const other = otherConfiguration(folder);
  if (other) throw new Failure(`wrangler would take ${other}, and not the ${CONFIGURATION} that was looked at`, { todo: otherTodo(other) });
}

export const otherTodo = (other) =>
  other.endsWith(REDIRECT)
    ? `A build tool wrote it. Remove it if it is a left-over; otherwise deploy what was built with \`npx wrangler deploy\`, after \`npx edgegate check\`.`
    : `Bring both together in ${CONFIGURATION} and remove ${other}. Or deploy with \`npx wrangler deploy\`, which none of the checks stands before.`;

const NOT_INHERITED = ["define", "vars", "durable_objects", "workflows", "kv_namespaces", "queues", "r2_buckets", "d1_databases", "services", "ratelimits", "secrets_store_secrets", "analytics_engine_datasets"];

/** What counts in an environment ("" is that of no name), as wrangler has it: bindings are its own alone, the rest is inherited. `text`: wrangler.toml. */
export function configurationOf(text, environment = "") {
  const { env = {}, ...top } = readToml(text).tree;
  const own = environment === "" ? undefined : env[environment];
  if (own === undefined) return top;
  return { ...Object.fromEntries(Object.entries(top).filter(([key]) => !NOT_INHERITED.includes(key))), ...own };
}

/** wrangler.toml of a folder, as text; undefined if there is none. */
export const configurationText = (folder) => (existsSync(path.join(folder, CONFIGURATION)) ? readFileSync(path.join(folder, CONFIGURATION), "utf8") : undefined);

/** The name of an environment, which becomes part of a file's name and of a command. */
export function environmentName(text, by) {
  if (!/^[\w-]*$/.test(text)) throw new Failure(`${by}: ${JSON.stringify(text)} is no name of an environment`, { code: 2 });
  return text;
}

/** As which arguments wrangler is told what was looked at. Without them it would read CLOUDFLARE_ENV, .env and other files. */
export const explicitly = (environment) => ["--config", CONFIGURATION, `--env=${environment}`];
