// wrangler, run on Node 22 whatever Node the machine has, without telemetry and without nagging.
import { inRoot, node22 } from "./paths.mjs";

export { quietEnv as wranglerEnv } from "../../package/commands/lib/own.mjs";

export const wranglerScript = inRoot("node_modules/wrangler/bin/wrangler.js");

/** The program and the arguments that run wrangler. */
export const wrangler = (...args) => [node22, [wranglerScript, ...args]];
