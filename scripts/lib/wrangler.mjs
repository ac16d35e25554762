// wrangler, run on Node 22 whatever Node the machine has, without telemetry and without nagging.
import { inRoot, node22 } from "./paths.mjs";

export const wranglerScript = inRoot("node_modules/wrangler/bin/wrangler.js");

/** The program and the arguments that run wrangler. */
export const wrangler = (...args) => [node22, [wranglerScript, ...args]];

export function wranglerEnv(env = process.env) {
  return {
    ...env,
    WRANGLER_SEND_METRICS: "false",
    CLOUDFLARE_CF_FETCH_ENABLED: "false", // miniflare would ask the network where this machine is
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_NO_SKILLS_UPDATE_PROMPTS: "true",
  };
}
