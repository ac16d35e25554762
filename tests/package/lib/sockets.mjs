// Requests as they are written, and the ports at which a process listens.

import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import http from "node:http";
import net from "node:net";

/** One request, whose address and fields are sent as they are. Answers with { status, text }. */
export function asked(port, target, headers) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: "127.0.0.1", port, path: target, headers, agent: false, timeout: 5000 }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece) => (text += piece)).on("end", () => resolve({ status: answer.statusCode, text }));
    });
    request.on("error", reject).on("timeout", () => request.destroy(new Error("no answer")));
  });
}

/** What comes back of bytes. */
export function raw(port, bytes) {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = net.connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.setEncoding("latin1").setTimeout(5000, () => socket.destroy(new Error("no answer")));
    socket.on("data", (piece) => ((text += piece), socket.end())).on("error", reject).on("close", () => resolve(text));
  });
}

/** At which ports of this machine a process and its children listen, by /proc. */
export function portsBelow(root) {
  const parents = new Map(readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      return [[Number(pid), Number(/^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))[1])]];
    } catch {
      return []; // it has ended
    }
  }));
  const below = [root];
  for (const one of below) for (const [pid, parent] of parents) if (parent === one) below.push(pid);
  const inodes = new Set(below.flatMap((pid) => readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return [];
    }
  })));
  const lines = ["tcp", "tcp6"].flatMap((name) => readFileSync(`/proc/net/${name}`, "utf8").trim().split("\n").slice(1)).map((line) => line.trim().split(/\s+/));
  return [...new Set(lines.filter((fields) => fields[3] === "0A" && inodes.has(fields[9])).map((fields) => Number.parseInt(fields[1].split(":")[1], 16)))];
}
