// `npm run bench -- profile`: in which functions the CPU time of a request is spent, as V8's sampling profiler sees it in workerd.
import { parseArgs } from "node:util";
import { inRoot, versions } from "../scripts/lib/paths.mjs";
import { main } from "../scripts/lib/run.mjs";
import { compilePolicy } from "../scripts/lib/tool.mjs";
import { assemble } from "../scripts/lib/worker.mjs";
import { startWorkerd } from "../scripts/lib/workerd.mjs";
import { gatewayWorker } from "../scripts/lib/demo-workers.mjs";
import { openConnections, requestBytes } from "./lib/client.mjs";
import { signedLink } from "./lib/requests.mjs";
import { plain } from "./lib/workers.mjs";

const help = `npm run bench -- profile [OPTIONS]

Sends signed links at the demo's build, with the names of its functions kept, and prints where the samples fell: first by
part (JavaScript of the gateway, rooms of its wasm, the runtime), then by function.

  --requests N   while it samples (20000); with 1 it is the first request of an isolate, its start included
  --top N        functions that are printed (40)
  --help         this text`;

/** Microseconds between two samples. */
const INTERVAL = 100;
const FOLDER = inRoot("target/worker-named");

main(async (args) => {
  const options = { requests: { type: "string", default: "20000" }, top: { type: "string", default: "40" }, help: { type: "boolean" } };
  const { values } = parseArgs({ args, options });
  if (values.help) return void console.log(help);
  await assemble(inRoot(process.env.CARGO_TARGET_DIR || "target", versions.wasmTarget, "release/edgegate.wasm"), FOLDER, { isNamed: true, env: process.env });
  await compilePolicy({ policy: "demo/edgegate.toml", worker: FOLDER, out: FOLDER });
  const gate = gatewayWorker({ name: "edgegate", folder: FOLDER, services: { ORIGIN: "origin" } });
  const { port, inspector, stop } = await startWorkerd([gate, plain("origin", "origin.js")], { inspector: true });
  try {
    const profile = await profiled(inspector, port("edgegate"), Number(values.requests));
    print(profile, Number(values.requests), Number(values.top));
  } finally {
    await stop();
  }
});

async function profiled(inspector, port, count) {
  const targets = await (await fetch(new URL("/json", `http://${inspector.host}`))).json();
  const target = targets.find(({ id }) => id.includes("edgegate"));
  const session = await open(target.webSocketDebuggerUrl);
  await session.ask("Profiler.enable");
  await session.ask("Profiler.setSamplingInterval", { interval: INTERVAL });
  const connections = openConnections(port, Math.min(16, count));
  const bytes = requestBytes(signedLink());
  const isWarm = count > 1;
  if (isWarm) await connections.send(bytes, 4000, () => {});
  await session.ask("Profiler.start");
  await connections.send(bytes, count, () => {});
  const { profile } = await session.ask("Profiler.stop");
  connections.close();
  session.close();
  return profile;
}

/** A session of the inspector's protocol. */
async function open(url) {
  const socket = new WebSocket(url);
  const waiting = new Map();
  socket.addEventListener("message", ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    if (id) waiting.get(id)(error ? Promise.reject(new Error(error.message)) : result);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error(`the inspector does not answer at ${url}`)));
  });
  let last = 0;
  return {
    ask: (method, params = {}) =>
      new Promise((resolve) => {
        waiting.set(++last, resolve);
        socket.send(JSON.stringify({ id: last, method, params }));
      }),
    close: () => socket.close(),
  };
}

function print({ nodes, samples, timeDeltas }, requests, top) {
  const spent = new Map();
  samples.forEach((id, at) => spent.set(id, (spent.get(id) ?? 0) + timeDeltas[at]));
  const [functions, parts] = [new Map(), new Map()];
  for (const { id, callFrame } of nodes) {
    const name = readable(callFrame);
    if (name === "(idle)" || !spent.has(id)) continue;
    functions.set(name, (functions.get(name) ?? 0) + spent.get(id));
    parts.set(part(name, callFrame), (parts.get(part(name, callFrame)) ?? 0) + spent.get(id));
  }
  for (const [title, all, most] of [["part", parts, 100], ["function", functions, top]]) {
    console.log(`\nµs/request  ${title}`);
    for (const [name, time] of [...all].sort((a, b) => b[1] - a[1]).slice(0, most)) console.log(`${(time / requests).toFixed(1).padStart(10)}  ${name}`);
  }
}

/** Rust's names without their hashes. */
function readable({ functionName, url, lineNumber }) {
  const name = functionName || `(anonymous) ${url.split("/").at(-1)}:${lineNumber + 1}`;
  return name.replace(/::h[0-9a-f]{16}$/, "").replace(/\[[0-9a-f]{16}\]/g, "");
}

function part(name, { url }) {
  if (name.startsWith("(")) return name;
  if (url === "") return "the runtime";
  const room = /(edgegate\w*)(?:::(\w+))?/.exec(name);
  if (url.startsWith("wasm")) return room ? `wasm: ${[room[1], room[2]].filter(Boolean).join("::")}` : "wasm: libraries";
  return `JavaScript: ${url.split("/").at(-1)}`;
}
