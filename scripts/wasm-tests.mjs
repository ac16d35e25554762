#!/usr/bin/env node
// Runs the tests in a wasm that cargo compiled, in Node: the runner of `cargo test --target wasm32-unknown-unknown`.
// What it calls is the protocol of wasm-bindgen-test 0.3: each test is an export, and the context in the module runs them.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { bindgen, ensureBindgen } from "./lib/bindgen.mjs";
import { main, must } from "./lib/run.mjs";

main(async ([wasm, ...filters]) => {
  const names = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(wasm))).map(({ name }) => name);
  const all = names.filter((name) => name.startsWith("__wbgt_"));
  const wanted = filters.filter((filter) => !filter.startsWith("-"));
  const tests = all.filter((name) => wanted.length === 0 || wanted.some((filter) => name.includes(filter)));
  if (tests.length === 0) return void console.log(`test result: ok. 0 passed; 0 failed; 0 ignored; ${all.length} filtered out`);
  const folder = mkdtempSync(path.join(tmpdir(), "edgegate-wasm-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  await ensureBindgen();
  await must(bindgen(), ["node", wasm, folder]);
  return (await runAll(path.join(folder, "index.js"), tests, all.length - tests.length)) ? 0 : 1;
});

async function runAll(file, tests, filtered) {
  const handlers = {};
  capture(handlers);
  globalThis.__wbg_test_invoke = (test) => test();
  const module = createRequire(import.meta.url)(file);
  const context = new module.WasmBindgenTestContext(false);
  for (const kind of KINDS) handlers[kind] = module[`__wbgtest_console_${kind}`];
  context.include_ignored(false);
  context.filtered_count(filtered);
  return context.run(tests.map((name) => module.__wasm[name]));
}

/** What a test prints is shown only if it fails: the context asks for that. */
function capture(handlers) {
  globalThis.__wbgtest_og_console_log = console.log;
  globalThis.__wbgtest_og_console_error = console.error;
  for (const kind of KINDS) console[kind] = (...words) => handlers[kind]?.(words);
}

const KINDS = ["debug", "log", "info", "warn", "error"];
