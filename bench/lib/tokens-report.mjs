// The result of tokens.mjs, as a table for a person and as JSON for a program.

import { align, machine, median, pairedRatio } from "./report.mjs";

// Edgegate may cost at most this much of what a library costs that verifies the same token.
export const GOAL = 0.8;

export function summarise({ results, options: { rounds, requests, warmup, connections } }) {
  const parts = results.map(partOf);
  return {
    parts,
    goals: parts.flatMap((part) => part.goals),
    settings: { rounds, requests, warmup, connections },
    machine: machine(),
  };
}

function partOf({ name, contenders, rounds, skipped }) {
  const roundsOf = (role) => rounds.get(contenders.find((one) => one.role === role)?.name);
  const ratio = (one, other) => one && other && pairedRatio(one, other);
  const rows = [...rounds].map(([row, own]) => ({
    name: row,
    cpu_us: { median: median(own), lowest: Math.min(...own), highest: Math.max(...own), rounds: own },
    ratio_to_floor: ratio(own, roundsOf("floor")),
    edgegate_to_it: ratio(roundsOf("gateway"), own),
  }));
  const goals = contenders.filter(({ role }) => role === "peer").map((peer) => {
    const measured = ratio(roundsOf("gateway"), rounds.get(peer.name));
    const met = measured === undefined ? undefined : measured <= GOAL;
    return { name: `${name}: Edgegate / ${peer.name}`, measured, met };
  });
  return { name, rows, skipped, goals };
}

export function toJson(summary) {
  return `${JSON.stringify(summary, null, 2)}\n`;
}

export function toTable({ parts, goals, settings, machine }) {
  return [
    "",
    "Requests with a Bearer token that is verified. CPU time of the workerd process per request:",
    `median of ${settings.rounds} rounds of ${settings.requests} requests, ${settings.connections} keep-alive connections,`,
    `after ${settings.warmup} to warm up (${machine.cores} cores, ${machine.cpu})`,
    ...parts.flatMap(partLines),
    "",
    `Goals, at most ${GOAL.toFixed(2)}:`,
    ...goals.map(goalLine),
    "",
  ].join("\n");
}

function goalLine({ name, measured, met }) {
  return measured === undefined ? `${name}: not measured` : `${name}: ${measured.toFixed(2)}, ${met ? "met" : "MISSED"}`;
}

function partLines({ name, rows, skipped }) {
  const head = [name, "CPU µs/request", "lowest-highest", "x bare", "Edgegate / it"];
  const cells = rows.map(({ name, cpu_us, ratio_to_floor, edgegate_to_it }) => [
    name,
    cpu_us.median.toFixed(0),
    `${cpu_us.lowest.toFixed(0)}-${cpu_us.highest.toFixed(0)}`,
    ratio_to_floor?.toFixed(2) ?? "",
    edgegate_to_it?.toFixed(2) ?? "",
  ]);
  return ["", ...align([head, ...cells]), ...skipped.map((one) => `${one.name}: skipped, ${one.why}`)];
}
