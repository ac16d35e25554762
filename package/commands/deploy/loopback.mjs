// A deployment that takes itself for a local one believes every `Host: localhost`: http, published secrets and all.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Failure } from "../lib/failure.mjs";
import { readToml } from "../lib/toml.mjs";

export const LOOPBACK = "EDGEGATE_LOOPBACK";

/** In the arguments, in wrangler.toml, or in the file of secrets that goes along. */
export function refuseLoopback(args, folder) {
  const inArgs = args.find((arg) => arg.includes(LOOPBACK));
  if (inArgs) throw leftOpen(inArgs, "leave it out");
  const files = args.flatMap((arg, at) => (arg === "--secrets-file" ? (args[at + 1] ?? []) : arg.startsWith("--secrets-file=") ? arg.slice(arg.indexOf("=") + 1) : []));
  for (const name of ["wrangler.toml", ...files]) {
    if (names(path.resolve(folder, name), LOOPBACK)) throw leftOpen(name, `take ${LOOPBACK} out of ${name}; it belongs into .dev.vars`);
  }
}

/** Among the account's secrets. */
export function refuseLoopbackSecret(held, environment) {
  if (held.includes(LOOPBACK)) throw leftOpen(`the account's secret ${LOOPBACK}`, `npx wrangler secret delete ${LOOPBACK}${environment && ` --env ${environment}`}`);
}

function leftOpen(where, todo) {
  return new Failure(`${where} would say to the deployment that it runs for one machine alone: whoever writes \`Host: localhost\` would get in by http and by published secrets`, { todo: `Do this first: ${todo}.` });
}

/** Whether a file has the word outside comments, in whatever spelling TOML allows. */
export function names(file, word) {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return text.split("\n").some((line) => !line.trim().startsWith("#") && line.includes(word)) || (file.endsWith(".toml") && JSON.stringify(readToml(text).tree).includes(word));
}
