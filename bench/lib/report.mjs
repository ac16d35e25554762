// The result: medians, ratios, the goal; as a table for a person and as JSON for a program.

import os from "node:os";

// Edgegate may cost at most this much of what the same job costs by hand.
export const GOAL = 1.25;

export function summarise({ contenders, results, skipped, options, sizes }) {
  const floor = contenders.find((one) => one.role === "floor");
  const byHand = contenders.find((one) => one.role === "by hand");
  const gateway = contenders.find((one) => one.role === "gateway");
  const ratio = (one, reference) => one && reference && pairedRatio(results.get(one.name), results.get(reference.name));

  const rows = contenders.map((one) => {
    const rounds = results.get(one.name);
    return {
      name: one.name,
      cpu_us: { median: median(rounds), lowest: Math.min(...rounds), highest: Math.max(...rounds), rounds },
      ratio_to_floor: ratio(one, floor),
      ratio_to_by_hand: ratio(one, byHand),
    };
  });
  const measured = ratio(gateway, byHand);
  return {
    rows,
    skipped,
    goal: { at_most: GOAL, measured, met: measured === undefined ? undefined : measured <= GOAL },
    sizes,
    settings: {
      rounds: options.rounds,
      requests: options.requests,
      warmup: options.warmup,
      connections: options.connections,
    },
    machine: machine(),
  };
}

export function machine() {
  return { cpu: os.cpus()[0]?.model, cores: os.cpus().length, node: process.version, date: new Date().toISOString() };
}

// Rounds are compared with the same round of the reference, and the median is taken last: what disturbed a round
// disturbed both.
export function pairedRatio(rounds, reference) {
  return median(rounds.map((value, index) => value / reference[index]));
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function toJson(summary) {
  return `${JSON.stringify(summary, null, 2)}\n`;
}

export function toTable({ rows, skipped, goal, sizes, settings, machine }) {
  const head = ["contender", "CPU µs/request", "lowest-highest", "x bare", "x by hand"];
  const cells = rows.map((row) => [
    row.name,
    row.cpu_us.median.toFixed(0),
    `${row.cpu_us.lowest.toFixed(0)}-${row.cpu_us.highest.toFixed(0)}`,
    factor(row.ratio_to_floor),
    factor(row.ratio_to_by_hand),
  ]);
  return [
    "",
    `CPU time of the workerd process per request: median of ${settings.rounds} rounds of ${settings.requests} requests,`,
    `${settings.connections} keep-alive connections, after ${settings.warmup} to warm up (${machine.cores} cores, ${machine.cpu})`,
    "",
    ...align([head, ...cells]),
    ...skipped.map((one) => `${one.name}: skipped, ${one.why}`),
    "",
    goalLine(goal),
    ...sizeLines(sizes),
    "",
  ].join("\n");
}

function factor(ratio) {
  return ratio === undefined ? "" : ratio.toFixed(2);
}

// Names to the left, numbers to the right.
export function align(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const laid = lines.map((line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  "),
  );
  return [laid[0], widths.map((width) => "-".repeat(width)).join("  "), ...laid.slice(1)];
}

function goalLine({ at_most, measured, met }) {
  const goal = `Edgegate / whole job by hand, goal at most ${at_most}`;
  if (measured === undefined) return `${goal}: not measured`;
  return `${goal}: ${measured.toFixed(2)}, ${met ? "met" : "MISSED"}`;
}

function sizeLines(sizes) {
  if (!sizes) return ["sizes: nothing built"];
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  return [
    `sizes: wasm ${kb(sizes.wasm.raw)}, gzip ${kb(sizes.wasm.gzip)}; ` +
      `JS glue ${kb(sizes.glue.raw)}, gzip ${kb(sizes.glue.gzip)}`,
  ];
}
