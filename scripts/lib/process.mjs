// What Linux says about processes under /proc.
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import path from "node:path";

const HERTZ = 100; // USER_HZ: a constant of the kernel's interface on every platform workerd runs on

/** Ids of the processes that this one started and that run a program of this name; none where there is no /proc. */
export function childrenNamed(program) {
  if (process.platform !== "linux") return [];
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => look(() => Number(statOf(pid)[1])) === process.pid && look(() => path.basename(readlinkSync(`/proc/${pid}/exe`))) === program).map(Number);
}

/** User and system time of a process so far, in microseconds. */
export function cpuMicroseconds(pid) {
  const fields = statOf(pid);
  return (Number(fields[11]) + Number(fields[12])) * (1_000_000 / HERTZ);
}

/**
 * The same to the nanosecond, for so few requests that a hundredth of a second would be much of them: what its threads ran.
 * One that runs is counted up to its last pause.
 */
export function threadMicroseconds(pid) {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`);
  return threads.reduce((sum, thread) => sum + Number(readFileSync(thread, "utf8").split(" ")[0]) / 1000, 0);
}

/** Resident memory of a process, now and at its highest, in bytes. */
export function residentBytes(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)[1]) * 1024;
  return { now: bytes("VmRSS"), highest: bytes("VmHWM") };
}

/** The fields behind the name of the program, which stands in parentheses and may hold anything. */
function statOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Processes end while one looks at them. */
function look(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}
