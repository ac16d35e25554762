// `npm start`: sets up what is missing, builds the demo, serves it, and says what to try.
import { spawn } from "node:child_process";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { buildDemo } from "./build.mjs";
import { startNeighbours } from "./lib/neighbours.mjs";
import { inRoot, root } from "./lib/paths.mjs";
import { Failure, main, seconds } from "./lib/run.mjs";
import { wrangler, wranglerEnv } from "./lib/wrangler.mjs";

// The demo's addresses, its issuer and its signed links are made for 8787; only the tests of this script take another.
const port = Number(process.env.EDGEGATE_DEMO_PORT || 8787);
const address = `http://127.0.0.1:${port}`;
const patience = 60_000;

main(async (args) => {
  if (args.length > 0) {
    console.log(`npm start: builds the demo and serves it on ${address} until Ctrl-C.\nIt takes no options; your own gate is tried with \`npx wrangler dev\`.`);
    return args[0] === "--help" ? 0 : 2;
  }
  await refuseBusyPort(port);
  await buildDemo({ isQuick: true });
  await refuseBusyPort(port);
  await startNeighbours({ gate: address, isDemo: port === 8787, refuseBusyPort });
  const begun = performance.now();
  console.log(`  .. wrangler dev: the gate and the site behind it, on this machine only (usually 3 s)`);
  const server = serve();
  if (!(await answering(server))) {
    if (server.stopping()) return 0;
    throw new Failure("wrangler dev ended before it served anything", { output: server.held(), todo: "Its words are above." });
  }
  console.log(`  ok it answers (${seconds(begun)}).`);
  console.log(await whatToTry());
  server.showLog();
  return server.ended;
});

/** Someone else on our port would answer in the gate's name. */
async function refuseBusyPort(port) {
  const busy = await new Promise((resolve) => {
    const probe = net.createServer();
    probe.once("error", (error) => resolve(error.code === "EADDRINUSE"));
    probe.listen({ host: "127.0.0.1", port }, () => probe.close(() => resolve(false)));
  });
  if (busy) {
    throw new Failure(`Port ${port} of 127.0.0.1 is in use, and the demo needs it`, {
      todo: `Perhaps another \`npm start\` still runs. \`ss -ltnp 'sport = :${port}'\` or \`lsof -i :${port}\` names the program; stop it, then run \`npm start\` again.`,
    });
  }
}

/** Starts wrangler in a process group of its own, so that every signal reaches it once, and nothing of it is left behind. */
function serve() {
  const [program, args] = wrangler(
    "dev", "-c", "demo/wrangler.toml", "-c", "demo/origin/wrangler.toml",
    "--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0",
    "--persist-to", inRoot("demo/.wrangler/state"), "--show-interactive-dev-session=false",
  );
  const colour = process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: "1" } : {};
  const child = spawn(program, args, { cwd: root, env: { ...wranglerEnv(), ...colour }, stdio: ["ignore", "pipe", "inherit"], detached: true });
  let held = ""; // what wrangler says while it starts is of interest only if it does not
  let open = false;
  child.stdout.setEncoding("utf8").on("data", (text) => (open ? process.stdout.write(text) : (held += text)));
  const killAll = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // nothing of it is left
    }
  };
  process.on("exit", killAll);
  let stopping = false;
  const stop = (signal) => {
    if (stopping) return killAll(); // asked twice
    stopping = true;
    child.kill(signal);
    setTimeout(killAll, 5000).unref();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
  const ended = new Promise((resolve) => {
    child.on("error", () => resolve(1));
    child.on("exit", (code) => resolve(stopping ? 0 : code || 1));
  });
  return {
    ended,
    held: () => held,
    showLog: () => (open = true),
    stopping: () => stopping,
    killAll,
    running: () => child.exitCode === null && child.signalCode === null,
  };
}

/** Waits until the gate says that it is well. Answers false if wrangler ended first. */
async function answering(server) {
  const until = Date.now() + patience;
  for (;;) {
    const response = await fetch(`${address}/.edgegate/health`).catch(() => undefined);
    await response?.arrayBuffer();
    if (!server.running()) return false;
    if (response?.ok) return true;
    if (Date.now() > until) {
      server.killAll();
      const last = response ? `it answers ${response.status} there` : "nothing answers there";
      throw new Failure(`${address}/.edgegate/health is not healthy after ${patience / 1000} s: ${last}`, {
        output: server.held(),
        todo: "What wrangler printed above says more.",
      });
    }
    await sleep(200);
  }
}

/** The gate's own list of what to try, as text; failing that, its address. */
async function whatToTry() {
  const response = await fetch(`${address}/`, { headers: { accept: "text/plain" } }).catch(() => undefined);
  const text = await response?.text();
  const list = response?.ok && response.headers.get("content-type")?.startsWith("text/plain") ? text.trim() : `  ${address}/  lists what to try`;
  return `\n${list}\n\nStop with Ctrl-C. What was used once stays used; \`rm -r demo/.wrangler\` forgets everything.\nBelow is the log, a line for each request:\n`;
}
