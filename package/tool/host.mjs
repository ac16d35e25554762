// What the tool asks of the machine, by Node: crates/cli/src/host/ says what each function is for.
import { closeSync, existsSync, fchmodSync, fsyncSync, mkdirSync, openSync, readFileSync, readSync, renameSync, statSync, utimesSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { isatty } from "node:tty";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";

/** For whom the tool runs: { args, env }, and where it is listened to { cwd, input, said: { stdout, stderr } }. */
let run = { args: [], env: {} };

/** Says for whom the next call runs. */
export const set = (next) => void (run = next);

export const args = () => ["edgegate", ...run.args];

export const variable = (name) => run.env[name];

export const read = (file) => said(() => readFileSync(at(file)));

export const exists = (file) => existsSync(at(file));

export const createFolder = (folder) => said(() => void mkdirSync(at(folder), { recursive: true }));

export const write = (file, data) =>
  said(() => {
    const fresh = `${at(file)}.${process.pid}.new`;
    writeFileSync(fresh, data);
    renameSync(fresh, at(file));
  });

export const appendPrivate = (file, text) =>
  said(() => {
    const open = openSync(at(file), "a", 0o600);
    try {
      if (process.platform !== "win32") fchmodSync(open, 0o600);
      writeFileSync(open, text);
      fsyncSync(open);
    } finally {
      closeSync(open);
    }
  });

export function keepUp(file, other) {
  try {
    const [before, later] = [statSync(at(file)), statSync(at(other))];
    if (later.mtimeMs > before.mtimeMs) utimesSync(at(file), before.atime, later.mtime);
  } catch {
    // What cannot be done is left.
  }
}

export function readInput(limit) {
  if (run.said) return Buffer.from(run.input).subarray(0, limit);
  return said(() => {
    const room = Buffer.alloc(limit);
    let length = 0;
    while (length < limit) {
      const more = readSome(room, length);
      if (more === 0) break;
      length += more;
    }
    return room.subarray(0, length);
  });
}

/** A pipe of which nothing came yet is asked again. */
function readSome(room, from) {
  for (;;) {
    try {
      return readSync(0, room, from, room.length - from, null);
    } catch (error) {
      if (error.code === "EOF") return 0;
      if (error.code !== "EAGAIN") throw error;
      sleep(10);
    }
  }
}

export const isTerminal = (stream) => !run.said && isatty(stream);

export function print(stream, text) {
  if (run.said) {
    run.said[stream === 2 ? "stderr" : "stdout"] += text;
    return;
  }
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(stream, bytes, done);
    } catch (error) {
      if (error.code !== "EAGAIN") return; // whoever read it has gone away
      sleep(10);
    }
  }
}

export const href = (address) => (URL.canParse(address) ? new URL(address).href : undefined);

export const now = () => Math.floor(Date.now() / 1000);

export const pause = (seconds) => sleep(seconds * 1000);

/** The tool waits for the answer, so another thread makes the call. */
export function call(url, fields, body, anyCertificate, byProxy, [connecting, calling, most]) {
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const workerData = { url, fields, body, anyCertificate, byProxy, connecting, calling, most, env: { ...run.env }, signal, port: port2 };
  const worker = new Worker(new URL("call.mjs", import.meta.url), { workerData, transferList: [port2], stdout: true, stderr: true });
  worker.unref();
  Atomics.wait(signal, 0, 0, (calling + 2) * 1000);
  const { answer, reason } = receiveMessageOnPort(port1)?.message ?? { reason: "it takes too long" };
  port1.close();
  worker.terminate();
  if (reason !== undefined) throw reason;
  return answer;
}

const at = (file) => (run.cwd ? path.resolve(run.cwd, file) : file);

const sleep = (milliseconds) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/** What an operation answers; what it throws becomes the words of POSIX, which the native tool has too. */
function said(operation) {
  try {
    return operation();
  } catch (error) {
    const words = WORDS[error.code];
    throw words ? `${words} (os error ${Math.abs(error.errno)})` : error.message;
  }
}

const WORDS = {
  EACCES: "Permission denied",
  EBUSY: "Device or resource busy",
  EEXIST: "File exists",
  EISDIR: "Is a directory",
  ELOOP: "Too many levels of symbolic links",
  EMFILE: "Too many open files",
  ENAMETOOLONG: "File name too long",
  ENOENT: "No such file or directory",
  ENOSPC: "No space left on device",
  ENOTDIR: "Not a directory",
  EPERM: "Operation not permitted",
  EROFS: "Read-only file system",
};
