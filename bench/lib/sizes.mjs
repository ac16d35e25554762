// How big the built gateway is: what is uploaded, and what the platform's limit counts.

import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { buildFolder, missingBuild } from "../../scripts/lib/demo-workers.mjs";

export function sizeLines() {
  if (missingBuild().length > 0) return { lines: ["sizes: nothing built"] };
  const [glue, wasm] = ["gate.js", "index_bg.wasm"].map(sizes);
  const line = `sizes: wasm ${kB(wasm.raw)}, gzip ${kB(wasm.gzip)}; JS glue ${kB(glue.raw)}, gzip ${kB(glue.gzip)}`;
  return { figures: { sizes: { wasm, glue } }, lines: [line] };
}

function sizes(name) {
  const bytes = readFileSync(path.join(buildFolder, name));
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
}

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
