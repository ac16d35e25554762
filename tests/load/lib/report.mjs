// What a run found: the table, and what must not be.

import { PADDING_BYTES } from "./traffic.mjs";

const MB = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
const ms = (number) => `${number.toFixed(2)} ms`;
const at = (numbers, share) => [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(share * numbers.length))];

/**
 * How much memory may grow once it has settled. In a short run nothing settles: the isolates still fill their bounded tables, and
 * one that doubles is a step. There the wasm may grow by half of what the clients that left had sent, as it would not if that were kept.
 */
const GROWTH = 0.1;
const SHORT_MINUTES = 10;
const growthOf = ({ wasm: [settled], left }, isShort) => (isShort ? Math.max(GROWTH * settled, (left * PADDING_BYTES) / 2) : GROWTH * settled);

export function report({ requests, left, lines, reached, reasons, wrong, did, memory, times, calm, minutes }) {
  const { rss, wasm, made } = memory;
  const isShort = minutes < SHORT_MINUTES;
  const rows = [
    ["requests", `${requests} in ${minutes} min, ${left} of them by clients that left`],
    ["what they were", [...did].map(([name, count]) => `${count} ${name}`).join(", ")],
    ["wrong decisions, missing or doubled lines", `${wrong.length}`],
    ["lines", `${lines}; ${reached} requests reached the origin`],
    ["most frequent reasons", [...reasons].sort(([, m], [, n]) => n - m).slice(0, 12).map(([reason, count]) => `${count} \`${reason}\``).join(", ")],
    ["memory of the wasm of both isolates, settled and at the end", wasm.map(MB).join(", ")],
    ["memory of the process with its emulated stores, settled and at the end", rss.map(MB).join(", ")],
    ["a request through the gateway and without it, p50, during the traffic", [times.gate, times.bare].map((all) => ms(at(all, 0.5))).join(", ")],
    ["the same, p99", [times.gate, times.bare].map((all) => ms(at(all, 0.99))).join(", ")],
    ["a request through the gateway and without it, p50, one after the other", [calm.gate, calm.bare].map((all) => ms(at(all, 0.5))).join(", ")],
    ["the same, p99", [calm.gate, calm.bare].map((all) => ms(at(all, 0.99))).join(", ")],
  ];
  const found = [
    [wasm[1] - wasm[0] <= growthOf(memory, isShort), `the memory of the wasm grew from ${MB(wasm[0])} to ${MB(wasm[1])}`],
    [isShort || rss[1] <= rss[0] * (1 + GROWTH), `the process grew from ${MB(rss[0])} to ${MB(rss[1])}`],
    [made === 1, `the wasm was made ${made} times: it trapped`],
    [requests > 100, `${requests} requests are no load`],
  ];
  return {
    table: ["| what | how much |", "|---|---|", ...rows.map((row) => `| ${row.join(" | ")} |`)].join("\n"),
    wrong: [...wrong, ...found.filter(([isWell]) => !isWell).map(([, text]) => text)],
  };
}
