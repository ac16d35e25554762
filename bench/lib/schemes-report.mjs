// The result of schemes.mjs, as a table for a person and as JSON for a program.

import { align, machine, median, pairedRatio } from "./report.mjs";

// A request with a scheme may cost at most this much of what one with a signed link costs.
export const GOAL = 1.05;

export function summarise({ contenders, results, options: { rounds, requests, warmup, connections } }) {
  const link = results.get(contenders.find(({ role }) => role === "link").name);
  const rows = contenders.map(({ name, role }) => {
    const cpu = results.get(name);
    return {
      name,
      cpu_us: { median: median(cpu), middle_half: middleHalf(cpu), rounds: cpu },
      beyond_link_us: median(cpu.map((value, round) => value - link[round])),
      ratio_to_link: pairedRatio(cpu, link),
      is_link: role === "link",
    };
  });
  const goals = rows
    .filter(({ is_link }) => !is_link)
    .map(({ name, ratio_to_link }) => ({ name, at_most: GOAL, measured: ratio_to_link, met: ratio_to_link <= GOAL }));
  return { rows, goals, settings: { rounds, requests, warmup, connections }, machine: machine() };
}

// What half of the rounds cost: a round in which the machine did something else says nothing.
function middleHalf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return [0.25, 0.75].map((part) => sorted[Math.round(part * (sorted.length - 1))]);
}

export function toJson(summary) {
  return `${JSON.stringify(summary, null, 2)}\n`;
}

export function toTable({ rows, goals, settings, machine }) {
  const head = ["what opens the route", "CPU µs/request", "middle half", "beyond the link µs", "x link", `goal ${GOAL}`];
  const cells = rows.map(({ name, cpu_us, beyond_link_us, ratio_to_link, is_link }) => [
    name,
    cpu_us.median.toFixed(0),
    cpu_us.middle_half.map((value) => value.toFixed(0)).join("-"),
    is_link ? "" : beyond_link_us.toFixed(0),
    is_link ? "" : ratio_to_link.toFixed(3),
    is_link ? "" : verdict(goals.find((goal) => goal.name === name)),
  ]);
  return [
    "",
    "CPU time of the workerd process per request: median of",
    `${settings.rounds} rounds of ${settings.requests} requests, ${settings.connections} keep-alive connections,`,
    `after ${settings.warmup} to warm up (${machine.cores} cores, ${machine.cpu})`,
    "",
    ...align([head, ...cells]),
    "",
    `The whole request / the same with a signed link, goal at most ${GOAL}: ${tally(goals)}`,
    "",
  ].join("\n");
}

function verdict({ met }) {
  return met ? "met" : "MISSED";
}

function tally(goals) {
  const missed = goals.filter(({ met }) => !met).map(({ name }) => name);
  if (missed.length === 0) return `met by all ${goals.length}`;
  return `met by ${goals.length - missed.length} of ${goals.length}, MISSED by ${missed.join("; ")}`;
}
