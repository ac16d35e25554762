// The command-line tool as wasm in Node: target/tool-in-node/.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { bindgen } from "./bindgen.mjs";
import { inRoot } from "./paths.mjs";
import { Failure, must, step } from "./run.mjs";
import { makeSmall, toWasm } from "./wasm.mjs";

const FOLDER = "target/tool-in-node";
const WASM = "index_bg.wasm";

/** The files of the tool. */
export const NODE_TOOL = ["index.js", `${WASM}.br`];

/** Makes what has changed, and says so. Answers with the folder that holds NODE_TOOL. */
export const buildNodeTool = ({ env }) => step(`compile the command-line tool for Node, make it small and write it to ${FOLDER}/`, "2 min the first time, then 1 min", () => makeNodeTool(env));

/** The same without a word, where the build tool is compiled already (`ensureBindgen`). */
export async function makeNodeTool(env) {
  const wasm = await toWasm(["--package", "edgegate-cli", "--bin", "edgegate"], "tool", { env, todo: "The compiler's words are above." });
  const digest = createHash("sha256").update(readFileSync(wasm)).update(readFileSync(bindgen(env))).digest("hex");
  const stamp = inRoot(FOLDER, ".digest");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return inRoot(FOLDER);
  await assemble(wasm, env);
  writeFileSync(stamp, digest);
  return inRoot(FOLDER);
}

async function assemble(wasm, env) {
  mkdirSync(inRoot(FOLDER), { recursive: true });
  const staging = mkdtempSync(inRoot(FOLDER, ".staging-"));
  try {
    await must(bindgen(env), ["tool", wasm, staging], { env });
    await makeSmall(path.join(staging, "index_bg.wasm"));
    writeFileSync(path.join(staging, `${WASM}.br`), await compressed(readFileSync(path.join(staging, WASM))));
    writeFileSync(path.join(staging, "index.js"), amended(readFileSync(path.join(staging, "index.js"), "utf8")));
    for (const name of NODE_TOOL) renameSync(path.join(staging, name), inRoot(FOLDER, name));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** A fifth smaller than what npm makes of it, for 10 ms of a start. */
const compressed = (wasm) => promisify(brotliCompress)(wasm, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length } });

/** What wasm-bindgen wrote, reading the compressed wasm. */
function amended(script) {
  return [
    [/import \{ readFileSync \} from 'node:fs';/, `import { readFileSync } from "node:fs";\nimport { brotliDecompressSync } from "node:zlib";`],
    [/new URL\('index_bg\.wasm', import\.meta\.url\)/, `new URL("${WASM}.br", import.meta.url)`],
    [/readFileSync\(wasmUrl\)/, "brotliDecompressSync(readFileSync(wasmUrl))"],
  ].reduce((text, [written, instead]) => {
    if (!written.test(text)) throw new Failure(`wasm-bindgen wrote no ${written}`, { todo: "It is another version than scripts/lib/node-tool.mjs knows: read what it writes now." });
    return text.replace(written, instead);
  }, script);
}
