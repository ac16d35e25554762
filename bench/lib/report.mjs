// What a bench found: medians, ratios, goals; as a table for a person, as JSON for a program, as a part of docs/performance.md.

import os from "node:os";
import { writeMarked } from "../../scripts/lib/marked.mjs";

// `measured`: { name, contenders, cpu, skipped } for each table; `cpu` has the rounds by the name of a contender. `more`: what
// the bench measured besides.
export function summarise(bench, measured, options, { goals = [], lines = [], figures = {} } = {}) {
  const tables = measured.map((table) => ({ name: table.name, rows: rowsOf(bench, withRatios(table)), skipped: table.skipped }));
  const all = [...measured.flatMap((table) => bench.goals(withRatios(table))), ...goals];
  return {
    tables,
    goals: all.map((goal) => ({ ...goal, met: goal.measured === undefined ? undefined : goal.measured <= goal.at_most })),
    ...figures,
    lines,
    only: options.only || undefined,
    settings: Object.fromEntries(Object.keys(bench.sizes).map((name) => [name, options[name]])),
    machine: machine(),
  };
}

// What columns and goals ask a table for. What was not measured is undefined.
function withRatios(table) {
  const cpu = (one) => one && table.cpu.get(one.name);
  const ratio = (one, other) => cpu(one) && cpu(other) && pairedRatio(cpu(one), cpu(other));
  const role = (wanted) => table.contenders.find((one) => one.role === wanted);
  const named = (wanted) => table.contenders.find((one) => one.name === wanted);
  return { ...table, cpu, ratio, role, named };
}

function rowsOf({ columns }, table) {
  return table.contenders.filter(table.cpu).map((one) => {
    const figures = columns.map(({ key, of }) => [key, of(one, table)]);
    return { name: one.name, cpu_us: spread(table.cpu(one)), ...Object.fromEntries(figures) };
  });
}

function spread(rounds) {
  const sorted = [...rounds].sort((a, b) => a - b);
  const at = (part) => sorted[Math.round(part * (sorted.length - 1))];
  return { median: median(rounds), lowest: at(0), highest: at(1), middle_half: [at(0.25), at(0.75)], rounds };
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

// `lines` say in words what the figures do.
export function toJson(summary) {
  return `${JSON.stringify(summary, (key, value) => (key === "lines" ? undefined : value), 2)}\n`;
}

// `spread` of a bench: which rounds its table shows beside the median, "lowest-highest" or "middle half".
export function toText(bench, { tables, goals, lines, settings, machine }) {
  const { unit, columns, spread = "lowest-highest", caption = () => [] } = bench;
  const shown = ({ lowest, highest, middle_half }) => (spread === "middle half" ? middle_half : [lowest, highest]).map((us) => us.toFixed(0)).join("-");
  const laid = ({ name, rows, skipped }) => [
    "",
    ...align([[name, `CPU µs/${unit}`, spread, ...columns.map(({ head }) => head)], ...rows.map((row) => [row.name, row.cpu_us.median.toFixed(0), shown(row.cpu_us), ...cells(columns, row)])]),
    ...skipped.map((one) => `${one.name}: skipped, ${one.why}`),
  ];
  return [
    "",
    `CPU time of the workerd process per ${unit}: median of ${settings.rounds} rounds of ${settings.requests} ${unit}s,`,
    `${settings.connections} keep-alive connections, after ${settings.warmup} to warm up (${machine.cores} cores, ${machine.cpu}).`,
    ...caption(settings),
    ...tables.flatMap(laid),
    "",
    ...goals.map(goalLine),
    ...lines,
    "",
  ].join("\n");
}

const cells = (columns, row) => columns.map(({ key, digits }) => row[key]?.toFixed(digits) ?? "");

function goalLine({ name, at_most, measured, met, digits = 2, unit = "" }) {
  const goal = `${name}, goal at most ${at_most.toFixed(unit ? 0 : 2)}${unit}`;
  return measured === undefined ? `${goal}: not measured` : `${goal}: ${measured.toFixed(digits)}${unit}, ${met ? "met" : "MISSED"}`;
}

// Into docs/performance.md, below the mark that has this command.
export function writeTables(bench, summary) {
  writeMarked("docs/performance.md", `npm run bench -- ${bench.name} --write`, toMarkdown(bench, summary));
}

export function toMarkdown({ unit, columns }, { tables, lines, settings, machine }) {
  const laid = ({ name, rows }) => [...markdownTable([[name, `CPU µs/${unit}`, ...columns.map(({ head }) => head)], ...rows.map((row) => [row.name, row.cpu_us.median.toFixed(0), ...cells(columns, row)])]), ""];
  const { rounds, requests } = settings;
  return [
    ...tables.flatMap(laid),
    ...lines.map((line) => `- ${line}`),
    ...(lines.length > 0 ? [""] : []),
    `Medians of ${rounds} rounds of ${requests} ${unit}s; ${machine.cores} cores, ${machine.cpu}, ${machine.date.slice(0, 10)}.`,
  ].join("\n");
}

export function markdownTable([head, ...rows]) {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
}

// Names to the left, numbers to the right.
export function align(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const laid = lines.map((line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  "),
  );
  return [laid[0], widths.map((width) => "-".repeat(width)).join("  "), ...laid.slice(1)];
}
