// What `edgegate build` left in a folder, as workerd's modules.
import { readdirSync } from "node:fs";
import path from "node:path";

/** Of every Worker that is run on this machine; wrangler.toml of the starter, the demo and new projects have the same, by tests. */
export const COMPATIBILITY_DATE = "2026-11-01";

const TYPES = { ".js": "ESModule", ".wasm": "CompiledWasm", ".bin": "Data" };

/** The modules of a folder, the entry first. */
export function modulesIn(folder, entry = "index.js") {
  const names = readdirSync(folder).filter((file) => path.extname(file) in TYPES);
  names.sort((a, b) => Number(b === entry) - Number(a === entry));
  return names.map((file) => ({ type: TYPES[path.extname(file)], path: path.join(folder, file) }));
}
