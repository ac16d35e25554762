// What a site consists of.
import { fileURLToPath } from "node:url";

/** The path of a file in apps/. */
export const app = (name) => fileURLToPath(new URL(`../apps/${name}`, import.meta.url));
