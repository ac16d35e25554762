// A line of the gateway's log as a person reads it.
import { readFileSync } from "node:fs";
import { withoutSecrets } from "./address.mjs";

/** Why, and what to do about it, for each reason: from docs/refusals.md. */
const reasons = JSON.parse(readFileSync(new URL("../../templates/reasons.json", import.meta.url), "utf8"));

/** What the log says of a request, as an object; undefined for any other line. `line`: as it was logged. */
export function decision(line, now = new Date()) {
  const entry = line.startsWith('{"edgegate":"') ? parsed(line) : undefined;
  if (!entry) return undefined;
  const { dev = {} } = entry;
  const isSame = !entry.method || entry.method === dev.method || entry.method === "long";
  return {
    time: now.toTimeString().slice(0, 8),
    method: entry.method ?? dev.method ?? "?",
    path: isSame && dev.url ? withoutSecrets(dev.url) : "?",
    route: entry.route ?? "-",
    who: who(entry),
    isRefused: entry.edgegate === "refused",
    isWaiting: entry.edgegate === "forwarded",
    reason: entry.reason,
    cause: reasons[entry.reason]?.why ?? "",
    todo: reasons[entry.reason]?.todo ?? "",
    status: entry.status,
    ms: dev.ms ?? entry.origin_ms,
    requestId: entry.request_id,
  };
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function who({ credential, key_id: key, client, subject }) {
  if (!credential || credential === "none") return "nobody";
  return [credential, key && `by ${key}`, client && `client ${client}`, subject && `subject ${subject}`].filter(Boolean).join(" ");
}

const COLOURS = { dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 };

/** One line for the terminal. */
export function printed(one, { colours = false } = {}) {
  const paint = (name, text) => (colours ? `\x1b[${COLOURS[name]}m${text}\x1b[0m` : text);
  const outcome = one.isRefused ? paint("red", `refused: ${one.reason}`) : one.isWaiting ? paint("yellow", "waits for the site") : paint("green", one.route.startsWith("/.edgegate") ? "answered" : "forwarded");
  const status = one.status === undefined ? "" : `  ${one.status}`;
  const ms = one.ms === undefined ? "" : `  ${one.ms} ms`;
  const line = `${paint("dim", one.time)}  ${one.method.padEnd(4)} ${one.path}  ${paint("cyan", `[${one.route}]`)}  ${one.who}  ${outcome}${status}${paint("dim", ms)}`;
  return one.isRefused && one.cause ? `${line}\n          ${paint("dim", one.cause)}` : line;
}
