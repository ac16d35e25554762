// `npm run bench -- size`: of what the Worker's wasm consists, in bytes of code for each room and library.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { writeMarked } from "../scripts/lib/marked.mjs";
import { inRoot, versions } from "../scripts/lib/paths.mjs";
import { main } from "../scripts/lib/run.mjs";
import { assemble } from "../scripts/lib/worker.mjs";

const help = `npm run bench -- size [OPTIONS]

The demo's Worker, optimised as it is deployed but with the names of its functions kept: how many bytes of code are of each room
of the core, of the other crates and of each library, and how many are data. Code that is compiled once for several types counts
where the first of our own types is that its name has.

  --write     writes the table of docs/performance.md
  --functions N   prints the N largest functions, too
  --help      this text`;

const FOLDER = inRoot("target/worker-named");
const [CUSTOM, IMPORTS, CODE, DATA] = [0, 2, 10, 11];
/** Parts with less are one row. */
const LEAST = 4_000;

main(async (args) => {
  const { values } = parseArgs({ args, options: { write: { type: "boolean" }, functions: { type: "string" }, help: { type: "boolean" } } });
  if (values.help) return void console.log(help);
  await assemble(inRoot(process.env.CARGO_TARGET_DIR || "target", versions.wasmTarget, "release/edgegate.wasm"), FOLDER, { isNamed: true, env: process.env });
  const { functions, data } = measured(readFileSync(inRoot(FOLDER, "index_bg.wasm")));
  const parts = new Map([["data: texts and tables", data]]);
  for (const { name, bytes } of functions) parts.set(part(name), (parts.get(part(name)) ?? 0) + bytes);
  const text = table(parts);
  console.log(text);
  const largest = functions.sort((one, other) => other.bytes - one.bytes).slice(0, Number(values.functions ?? 0));
  for (const { name, bytes } of largest) console.log(`${String(bytes).padStart(8)}  ${name}`);
  if (values.write) writeMarked("docs/performance.md", "npm run bench -- size --write", text);
});

function table(parts) {
  const whole = [...parts.values()].reduce((sum, bytes) => sum + bytes, 0);
  const large = [...parts].filter(([, bytes]) => bytes >= LEAST).sort(([, one], [, other]) => other - one);
  const rest = whole - large.reduce((sum, [, bytes]) => sum + bytes, 0);
  const row = ([name, bytes]) => `| ${name} | ${(bytes / 1000).toFixed(1)} | ${((100 * bytes) / whole).toFixed(1)} |`;
  const gzip = gzipSync(readFileSync(inRoot("demo/build/index_bg.wasm")), { level: 9 }).length;
  return ["| part | kB of wasm | % |", "|---|---|---|", ...large.map(row), row(["what is smaller", rest]),
    "", `${(whole / 1000).toFixed(1)} kB in all, ${(gzip / 1000).toFixed(1)} kB after gzip.`].join("\n");
}

/** The room of our own that a function belongs to, or else the crate. */
function part(name) {
  const [, crate, room] = /edgegate_?(\w*)::(\w+)/.exec(name) ?? [];
  if (crate === "core") return `core: \`${room}\``;
  if (crate === "policy") return `policy: \`${room}\``;
  if (crate !== undefined) return `Worker: \`${room}\``;
  const crates = [...name.matchAll(/\b([a-z]\w*)::/g)].map(([, crate]) => crate);
  return `library: \`${crates.find((crate) => ["core", "alloc", "std"].includes(crate)) ?? crates[0] ?? "without a name"}\``;
}

/** Each function's name and size, and the size of the data. WebAssembly 1.0, binary format. */
function measured(wasm) {
  const read = reader(wasm);
  read.at = 8; // magic number and version
  const [sizes, names] = [[], new Map()];
  let [imported, data] = [0, 0];
  while (read.at < wasm.length) {
    const [id, length] = [read.byte(), read.number()];
    const end = read.at + length;
    if (id === IMPORTS) imported = importedFunctions(read);
    if (id === DATA) data = length;
    if (id === CODE) for (let left = read.number(); left > 0; left--) (sizes.push(read.number()), (read.at += sizes.at(-1)));
    if (id === CUSTOM && read.text() === "name") functionNames(read, end, names);
    read.at = end;
  }
  return { functions: sizes.map((bytes, at) => ({ bytes, name: names.get(at + imported) ?? "" })), data };
}

function importedFunctions(read) {
  let functions = 0;
  for (let left = read.number(); left > 0; left--) {
    read.text(), read.text();
    const kind = read.byte();
    if (kind === 0) (functions++, read.number());
    else if (kind === 1) (read.byte(), limits(read));
    else if (kind === 2) limits(read);
    else if (kind === 3) read.at += 2;
    else (read.byte(), read.number());
  }
  return functions;
}

function limits(read) {
  if (read.byte() === 1) read.number();
  read.number();
}

function functionNames(read, end, names) {
  while (read.at < end) {
    const [id, length] = [read.byte(), read.number()];
    const behind = read.at + length;
    if (id === 1) for (let left = read.number(); left > 0; left--) names.set(read.number(), read.text());
    read.at = behind;
  }
}

function reader(bytes) {
  return {
    at: 0,
    byte() {
      return bytes[this.at++];
    },
    /** LEB128. */
    number() {
      for (let value = 0, shift = 0; ; shift += 7) {
        const byte = this.byte();
        value += (byte & 127) * 2 ** shift;
        if (byte < 128) return value;
      }
    },
    text() {
      const length = this.number();
      return bytes.toString("utf8", this.at, (this.at += length));
    },
  };
}
