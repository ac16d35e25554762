// The result of tokens.mjs, as a table for a person and as JSON for a program.

import { align, machine, median, pairedRatio } from "./report.mjs";

// Edgegate may cost at most this much of what a library costs that verifies the same token: in all, and for the verifying.
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
  const withRole = (wanted) => contenders.find(({ role }) => role === wanted);
  const total = (one) => rounds.get(one.name);
  const verifying = (one) => difference(total(one), rounds.get(one.without));
  const ratio = (one, other) => one && other && pairedRatio(one, other);

  const measured = contenders.filter(total);
  const rows = measured.map((one) => ({
    name: one.name,
    cpu_us: spread(total(one)),
    ratio_to_floor: ratio(total(one), total(withRole("floor"))),
    edgegate_to_it: ratio(total(withRole("gateway")), total(one)),
    verifying_us: spread(verifying(one)),
  }));
  const peers = contenders.filter(({ role }) => role === "peer");
  const goals = (of, share) =>
    peers.map((peer) => ({ of, name: `${name}: Edgegate / ${peer.name}`, ...judge(share(withRole("gateway"), peer)) }));
  return {
    name,
    rows,
    skipped,
    goals: [
      ...goals("total", (one, other) => ratio(total(one), total(other))),
      ...goals("verifying", (one, other) => ratioOfMedians(verifying(one), verifying(other))),
    ],
  };
}

// Round by round: what disturbed a round disturbed both.
function difference(rounds, without) {
  return rounds && without && rounds.map((cpu, round) => cpu - without[round]);
}

// Of the numbers in the table. A difference may be next to nothing in a single round, and no ratio to it says anything.
function ratioOfMedians(one, other) {
  return one && other && median(other) > 0 ? median(one) / median(other) : undefined;
}

function spread(rounds) {
  return rounds && { median: median(rounds), lowest: Math.min(...rounds), highest: Math.max(...rounds), rounds };
}

function judge(measured) {
  return { measured, met: measured === undefined ? undefined : measured <= GOAL };
}

export function toJson(summary) {
  return `${JSON.stringify(summary, null, 2)}\n`;
}

export function toTable({ parts, goals, settings, machine }) {
  return [
    "",
    "Requests with a Bearer token that is verified. CPU time of the workerd process per request:",
    `median of ${settings.rounds} rounds of ${settings.requests} requests, ${settings.connections} keep-alive connections,`,
    `after ${settings.warmup} to warm up (${machine.cores} cores, ${machine.cpu}).`,
    "Verifying: the difference to the row of the same name that verifies nothing, median of the rounds.",
    ...parts.flatMap(partLines),
    ...goalLines("Total CPU per request", goals, "total"),
    ...goalLines("CPU of verifying alone", goals, "verifying"),
    "",
  ].join("\n");
}

function goalLines(heading, goals, wanted) {
  return ["", `${heading}, goals at most ${GOAL.toFixed(2)}:`, ...goals.filter(({ of }) => of === wanted).map(goalLine)];
}

function goalLine({ name, measured, met }) {
  return measured === undefined ? `${name}: not measured` : `${name}: ${measured.toFixed(2)}, ${met ? "met" : "MISSED"}`;
}

function partLines({ name, rows, skipped }) {
  const head = [name, "CPU µs/request", "lowest-highest", "x bare", "Edgegate / it", "verifying µs"];
  const cells = rows.map(({ name, cpu_us, ratio_to_floor, edgegate_to_it, verifying_us }) => [
    name,
    cpu_us.median.toFixed(0),
    `${cpu_us.lowest.toFixed(0)}-${cpu_us.highest.toFixed(0)}`,
    ratio_to_floor?.toFixed(2) ?? "",
    edgegate_to_it?.toFixed(2) ?? "",
    verifying_us?.median.toFixed(0) ?? "-",
  ]);
  return ["", ...align([head, ...cells]), ...skipped.map((one) => `${one.name}: skipped, ${one.why}`)];
}
