// What `edgegate build` left in a folder, as workerd's modules.
import { readdirSync } from "node:fs";
import path from "node:path";

const TYPES = { ".js": "ESModule", ".wasm": "CompiledWasm", ".bin": "Data" };

/** The modules of a folder, the entry first. */
export function modulesIn(folder, entry = "index.js") {
  const names = readdirSync(folder).filter((file) => path.extname(file) in TYPES);
  names.sort((a, b) => Number(b === entry) - Number(a === entry));
  return names.map((file) => ({ type: TYPES[path.extname(file)], path: path.join(folder, file) }));
}
