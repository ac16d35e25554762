// workerd processes, one per contender, each with the process id that its CPU time and memory are read by.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";

const HERTZ = 100; // USER_HZ: a constant of the kernel's interface on every platform workerd runs on

// Starts Miniflare with these Workers (its older option format, converted, as wrangler bundles a newer Miniflare) and
// returns where the first of them listens. That socket leads straight into the Worker: the entry Worker that Miniflare
// puts in front exists only on a developer's machine, and its share would flatter every ratio.
export async function startWorkerd(workers) {
  const { Miniflare, convertV4MiniflareOptions } = await loadMiniflare();
  const before = new Set(workerdChildren());
  let logLines = 0;
  let lastLine = "";
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: workers.map((worker, index) =>
        index === 0 ? { ...worker, unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] } : worker,
      ),
      // Miniflare reads workerd's output from a pipe and hands over each line: real logging, drained, the same for all.
      handleStructuredLogs: ({ message }) => {
        logLines++;
        lastLine = message;
      },
      cf: false,
    }),
  );
  await miniflare.ready;
  const [pid] = workerdChildren().filter((one) => !before.has(one));
  if (pid === undefined) throw new Error("no workerd process was started");

  const url = await miniflare.unsafeGetDirectURL(workers[0].name);
  return {
    pid,
    port: Number(url.port),
    logLines: () => logLines,
    lastLine: () => lastLine,
    stop: () => miniflare.dispose(),
  };
}

// User and system time of a process so far, in microseconds.
export function cpuMicroseconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name of the program stands in parentheses and may hold anything; the fields are counted after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * (1_000_000 / HERTZ);
}

// The same to the nanosecond, for so few requests that a hundredth of a second would be much of them: what its threads ran. One
// that runs is counted up to its last pause.
export function threadMicroseconds(pid) {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`);
  return threads.reduce((sum, thread) => sum + Number(readFileSync(thread, "utf8").split(" ")[0]) / 1000, 0);
}

// Resident memory of a process, now and at its highest, in bytes.
export function residentBytes(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)[1]) * 1024;
  return { now: bytes("VmRSS"), highest: bytes("VmHWM") };
}

async function loadMiniflare() {
  if (process.platform !== "linux") throw new Error("needs Linux: CPU time and memory are read from /proc");
  try {
    return await import("miniflare");
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Error("wrangler is not installed here: run `npm install` first");
  }
}

function workerdChildren() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => parentOf(pid) === process.pid && programOf(pid) === "workerd")
    .map(Number);
}

function parentOf(pid) {
  return read(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  });
}

function programOf(pid) {
  return read(() => path.basename(readlinkSync(`/proc/${pid}/exe`)));
}

// Processes end while one looks at them.
function read(look) {
  try {
    return look();
  } catch {
    return undefined;
  }
}
