// A Worker in a workerd by itself, without the emulator: nothing but it and its origin is started.
//
// V8 drops the code that it compiled first, of every WebAssembly module in the process, whenever workerd makes another isolate. The
// emulator makes some for storage after the Worker. So whether there is `another` isolate after it is said here.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { COMPATIBILITY_DATE } from "../../scripts/lib/workerd.mjs";
import { plain } from "./workers.mjs";

// Starts it, described as startWorkerd takes it. Answers with { pid, port, stop }.
export async function startAlone(worker, { another }) {
  const folder = mkdtempSync(path.join(tmpdir(), "edgegate-alone-"));
  writeFileSync(path.join(folder, "config.capnp"), config(worker, another, folder));
  const { default: { default: workerd } } = await import("workerd");
  const child = spawn(workerd, ["serve", "--control-fd=3", path.join(folder, "config.capnp")], { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  child.stdout.resume();
  let said = "";
  child.stderr.on("data", (text) => (said += text));
  const ended = new Promise((resolve) => child.on("exit", resolve).on("error", (error) => resolve((said += error.message))));
  const stop = async () => {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const port = await listening(child.stdio[3]);
  if (port !== undefined) return { pid: child.pid, port, stop };
  await stop();
  throw new Error(`workerd does not start:\n${said}`);
}

function config(worker, another, folder) {
  const others = another ? [service(plain("another", "passthrough.js"), folder)] : [];
  const services = [service(plain("origin", "origin.js"), folder), service(worker, folder), ...others];
  const socket = `(name = "http", address = "127.0.0.1:0", http = (), service = ${quoted(worker.name)})`;
  return `using Workerd = import "/workerd/workerd.capnp";\nconst config :Workerd.Config = (services = [${services}], sockets = [${socket}]);\n`;
}

// Where it listens; undefined if it ends before it does.
async function listening(control) {
  for await (const line of createInterface({ input: control })) {
    const { event, port } = JSON.parse(line);
    if (event === "listen") return port;
  }
  return undefined;
}

// Storage is bound, and nothing is behind it: no request of these benches asks it.
function service({ name, modules, modulesRoot, bindings = {}, serviceBindings = {}, kvNamespaces = {}, r2Buckets = {}, ratelimits = {}, durableObjects = {} }, folder) {
  const bound = [
    ...Object.entries(bindings).map(([key, value]) => [key, `text = ${quoted(value)}`]),
    ...Object.entries(serviceBindings).map(([key, value]) => [key, `service = ${quoted(value)}`]),
    ...Object.keys(kvNamespaces).map((key) => [key, `kvNamespace = "origin"`]),
    ...Object.keys(r2Buckets).map((key) => [key, `r2Bucket = "origin"`]),
    ...Object.keys(ratelimits).map((key) => [key, `service = "origin"`]),
    ...Object.entries(durableObjects).map(([key, { className }]) => [key, `durableObjectNamespace = ${quoted(className)}`]),
  ];
  const classes = Object.values(durableObjects).map(({ className }) => `(className = ${quoted(className)}, uniqueKey = ${quoted(className)}, enableSql = true)`);
  const parts = [
    `compatibilityDate = ${quoted(COMPATIBILITY_DATE)}`,
    `modules = [${modules.map((module) => embedded(module, modulesRoot, folder))}]`,
    `bindings = [${bound.map(([key, value]) => `(name = ${quoted(key)}, ${value})`)}]`,
    ...(classes.length > 0 ? [`durableObjectNamespaces = [${classes}]`, "durableObjectStorage = (inMemory = void)"] : []),
  ];
  return `(name = ${quoted(name)}, worker = (${parts.join(", ")}))`;
}

const KINDS = { ESModule: "esModule", CompiledWasm: "wasm", Data: "data" };

function embedded({ type, path: file, contents }, root, folder) {
  const name = quoted(path.relative(root, file));
  const lies = contents === undefined ? file : written(contents, folder);
  return `(name = ${name}, ${KINDS[type]} = embed ${quoted(path.relative(folder, lies))})`;
}

function written(contents, folder) {
  const file = path.join(folder, randomUUID());
  writeFileSync(file, contents);
  return file;
}

const quoted = (text) => JSON.stringify(text);
