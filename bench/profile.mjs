// `npm run bench -- profile`: in which functions the CPU time of a request is spent, as V8's sampling profiler sees it in workerd.
import { parseArgs } from "node:util";
import { inRoot, versions } from "../scripts/lib/paths.mjs";
import { compilePolicy } from "../scripts/lib/tool.mjs";
import { assemble } from "../scripts/lib/worker.mjs";
import { ends } from "./lib/harness.mjs";
import { bench as request } from "./request.mjs";
import { bench as tokens } from "./tokens.mjs";

const help = `npm run bench -- profile [OPTIONS]

Sends the requests of one row of \`bench -- request\` or \`bench -- tokens\` at its Worker, the gateway's with the names of its
functions kept, and prints where the samples fell: first by part (JavaScript, rooms of the wasm, the runtime), then by function.

  --row NAME     the row; one of tokens begins with the name of its table ("Edgegate"; "JWT, RS256: Edgegate")
  --requests N   while it samples (20000); with 1 it is the first request of an isolate, its start included, for a row whose
                 credential no earlier request made
  --top N        functions that are printed (40)
  --list         the rows that there are
  --help         this text`;

/** Microseconds between two samples. */
const INTERVAL = 100;
const FOLDER = inRoot("target/worker-named");

/** Each row: its name, its bench and the table that it stands in. */
const ROWS = [
  ...request.tables({ only: "" }).flatMap((table) => table.contenders.map((row) => ({ name: row.name, row, table, bench: request }))),
  ...tokens.tables({ only: "" }).flatMap((table) => table.contenders.map((row) => ({ name: `${table.name}: ${row.name}`, row, table, bench: tokens }))),
];

ends("profile", async () => {
  const flag = { type: "boolean" };
  const options = { row: { type: "string", default: "Edgegate" }, requests: { type: "string", default: "20000" }, top: { type: "string", default: "40" }, list: flag, help: flag };
  const { values } = parseArgs({ options });
  if (values.help) return void console.log(help);
  if (values.list) return void console.log(ROWS.map(({ name }) => name).join("\n"));
  const found = ROWS.find(({ name }) => name === values.row);
  if (!found) throw new Error(`there is no row ${values.row}: \`npm run bench -- profile --list\` says which there are`);
  const { row, table, bench } = found;
  if (row.worker === "edgegate") await buildNamed();
  const shared = (await bench.open?.(table, {})) ?? {};
  const running = await bench.start({ ...row, folder: FOLDER, inspector: true }, shared);
  try {
    const { profile, cpu } = await profiled(running, bench.spend, Number(values.requests));
    console.log(`\n${values.row}: ${(cpu / Number(values.requests)).toFixed(1)} µs of CPU for a request, sampling and connections included`);
    print(profile, Number(values.requests), Number(values.top));
  } finally {
    await running.stop();
  }
});

/** The gateway with the names of its functions kept. */
async function buildNamed() {
  await assemble(inRoot(process.env.CARGO_TARGET_DIR || "target", versions.wasmTarget, "release/edgegate.wasm"), FOLDER, { isNamed: true, env: process.env });
  await compilePolicy({ policy: "demo/edgegate.toml", worker: FOLDER, out: FOLDER });
}

/** What the sampler saw, and the microseconds of CPU that the process spent meanwhile. */
async function profiled(running, spend, count) {
  const targets = await (await fetch(new URL("/json", `http://${running.inspector.host}`))).json();
  const target = targets.find(({ id }) => /edgegate|contender/.test(id));
  const session = await open(target.webSocketDebuggerUrl);
  await session.ask("Profiler.enable");
  await session.ask("Profiler.setSamplingInterval", { interval: INTERVAL });
  const isWarm = count > 1;
  if (isWarm) await spend(running, 4000, CONNECTIONS);
  await session.ask("Profiler.start");
  const cpu = await spend(running, count, CONNECTIONS);
  const { profile } = await session.ask("Profiler.stop");
  session.close();
  return { profile, cpu };
}

const CONNECTIONS = 16;

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
