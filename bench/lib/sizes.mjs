// How big the built gateway is: what is uploaded, and what the platform's limit counts.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { BUILD } from "./gateway.mjs";

// undefined while nothing is built.
export function gatewaySizes() {
  const [glue, wasm] = ["index.js", "index_bg.wasm"].map((name) => path.join(BUILD, name));
  if (!existsSync(glue) || !existsSync(wasm)) return undefined;
  return { wasm: sizes(wasm), glue: sizes(glue) };
}

function sizes(file) {
  const bytes = readFileSync(file);
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
}
