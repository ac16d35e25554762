// The result of tags.mjs, as a table for a person and as JSON for a program.

import { align, machine, median, pairedRatio } from "./report.mjs";

// Edgegate may cost at most this much of what HTMLRewriter costs.
export const GOAL = 1;

export function summarise({ contenders, results, memory, options }) {
  const named = (role) => contenders.find((one) => one.role === role)?.name;
  const pages = results.map(({ name, rounds }) => {
    const ratio = (one, other) => (other ? pairedRatio(rounds.get(one), rounds.get(other)) : undefined);
    const rows = contenders.map((one) => ({
      name: one.name,
      cpu_us: spread(rounds.get(one.name)),
      ratio_to_floor: ratio(one.name, named("floor")),
      ratio_to_rewriter: ratio(one.name, named("rewriter")),
    }));
    return { name, rows, measured: ratio(named("gateway"), named("rewriter")) };
  });
  const goals = pages
    .filter((page) => page.measured !== undefined)
    .map(({ name, measured }) => ({
      name: `Edgegate / HTMLRewriter, ${name}, goal at most ${GOAL.toFixed(2)}`,
      said: measured.toFixed(2),
      met: measured <= GOAL,
    }));
  if (memory) goals.push(memoryGoal(memory));
  const { rounds, requests, warmup, connections, chunk } = options;
  return { pages, memory, goals, settings: { rounds, requests, warmup, connections, chunk }, machine: machine() };
}

function spread(rounds) {
  return { median: median(rounds), lowest: Math.min(...rounds), highest: Math.max(...rounds), rounds };
}

function memoryGoal({ big, small, excess, allowed, flat }) {
  return {
    name: `Memory for ${mb(big.bytes)} MB beyond that for ${mb(small.bytes)} MB, goal at most ${mb(allowed)} MB`,
    said: `${mb(excess)} MB`,
    met: flat,
  };
}

export function toJson(summary) {
  return `${JSON.stringify(summary, null, 2)}\n`;
}

export function toTable({ pages, memory, goals, settings, machine }) {
  return [
    "",
    `CPU time of the workerd process per page: median of ${settings.rounds} rounds of ${settings.requests} pages,`,
    `${settings.connections} keep-alive connections, chunks of ${settings.chunk} bytes (${machine.cores} cores, ${machine.cpu})`,
    ...pages.flatMap(pageLines),
    ...(memory ? ["", ...[memory.small, memory.big].map(memoryLine)] : []),
    "",
    ...goals.map(({ name, said, met }) => `${name}: ${said}, ${met ? "met" : "MISSED"}`),
    "",
  ].join("\n");
}

function pageLines({ name, rows }) {
  const head = [name, "CPU µs/page", "lowest-highest", "x bare", "x rewriter"];
  const cells = rows.map((row) => [
    row.name,
    row.cpu_us.median.toFixed(0),
    `${row.cpu_us.lowest.toFixed(0)}-${row.cpu_us.highest.toFixed(0)}`,
    row.ratio_to_floor?.toFixed(2) ?? "",
    row.ratio_to_rewriter?.toFixed(3) ?? "",
  ]);
  return ["", ...align([head, ...cells])];
}

function memoryLine({ bytes, seconds, baseline, peak, tenths }) {
  return (
    `${mb(bytes)} MB through Edgegate, ${(bytes / 1e6 / seconds).toFixed(0)} MB/s: resident ${mb(baseline)} MB before, ` +
    `${mb(peak)} at the peak (+${mb(peak - baseline)}), at every tenth ${tenths.map(mb).join(" ")}`
  );
}

function mb(bytes) {
  return (bytes / 1_000_000).toFixed(0);
}
