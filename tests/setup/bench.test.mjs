// The harness of the benches: turns, medians, goals, and what --write needs. Nothing is timed here.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { parseOptions } from "../../bench/lib/arguments.mjs";
import { isMissed } from "../../bench/lib/harness.mjs";
import { summarise, toMarkdown, toText } from "../../bench/lib/report.mjs";
import { measureRounds } from "../../bench/lib/rounds.mjs";
import { writeMarked } from "../../scripts/lib/marked.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";

const contenders = [{ name: "bare", role: "floor" }, { name: "Edgegate", role: "gateway" }];
const bench = {
  name: "made-up",
  unit: "page",
  sizes: { rounds: { usual: 3, quick: 2, says: "" }, requests: { usual: 10, says: "" }, warmup: { usual: 4, says: "" }, connections: { usual: 2, says: "" } },
  columns: [{ key: "ratio", head: "x bare", digits: 2, of: (one, { ratio, role }) => ratio(one, role("floor")) }],
  goals: ({ ratio, role }) => [{ name: "Edgegate / bare", at_most: 2, measured: ratio(role("gateway"), role("floor")) }],
};
const options = parseOptions([], bench);
const summary = (cpu, more = {}) => summarise(bench, [{ name: "pages", contenders, cpu: new Map(cpu), skipped: [] }], { ...options, ...more });

test("each contender has every request, in turns, and another one begins each of them", async () => {
  const spent = [];
  const spend = async ({ name }, count) => (spent.push([name, count]), count * { bare: 100, Edgegate: 150 }[name]);
  const results = await measureRounds("pages", contenders, { rounds: 2, requests: 10, warmup: 4, connections: 2, turn: 4 }, spend);
  assert.deepEqual(spent.splice(0, 2), [["bare", 4], ["Edgegate", 4]], "to warm up");
  assert.deepEqual(spent.splice(0, 6), [["bare", 3], ["Edgegate", 3], ["Edgegate", 3], ["bare", 3], ["bare", 4], ["Edgegate", 4]]);
  assert.deepEqual(spent[0], ["Edgegate", 3], "the second round begins with the one that did not begin the last turn");
  assert.deepEqual([...results], [["bare", [100, 100]], ["Edgegate", [150, 150]]]);
});

test("rounds are compared with the same round, and a goal is met or missed", () => {
  const found = summary([["bare", [100, 1000, 100]], ["Edgegate", [150, 1600, 140]]]);
  assert.equal(found.tables[0].rows[1].ratio, 1.5);
  assert.deepEqual([found.goals[0].met, isMissed(found)], [true, false]);
  assert.match(toText(bench, found), /^Edgegate +150 +140-1600 +1\.50$/m);
  assert.match(toText(bench, found), /^Edgegate \/ bare, goal at most 2\.00: 1\.50, met$/m);
  assert.match(toMarkdown(bench, found), /^\| pages \| CPU µs\/page \| x bare \|\n\| --- \| --- \| --- \|\n\| bare \| 100 \| 1\.00 \|\n\| Edgegate \| 150 \| 1\.50 \|\n/);
  assert.ok(isMissed(summary([["bare", [100]], ["Edgegate", [201]]])));
  const half = [["Edgegate", [150]]];
  assert.ok(isMissed(summary(half)), "what was not measured is no success");
  assert.ok(!isMissed(summary(half, { only: "Edgegate" })), "unless it was left out");
});

test("numbers are options; --quick has its own, and what is given comes first", () => {
  assert.deepEqual([options.rounds, options.requests], [3, 10]);
  assert.deepEqual([parseOptions(["--quick"], bench).rounds, parseOptions(["--quick", "--rounds", "7"], bench).rounds], [2, 7]);
  assert.throws(() => parseOptions(["--rounds", "0"], bench), /--rounds wants a whole number from 1/);
  assert.throws(() => parseOptions(["--write", "--only", "x"], bench), /--write wants all rows/);
});

test("every bench says what it is, and each that writes has its place in docs/performance.md", () => {
  const document = readFileSync(inRoot("docs/performance.md"), "utf8");
  for (const name of readdirSync(inRoot("bench")).filter((name) => name.endsWith(".mjs") && name !== "run.mjs")) {
    const { status, stdout } = spawnSync(process.execPath, ["bench/run.mjs", name.slice(0, -4), "--help"], { cwd: inRoot("."), encoding: "utf8" });
    assert.equal(status, 0, name);
    assert.ok(stdout.startsWith(`npm run bench -- ${name.slice(0, -4)} `), stdout);
    assert.equal(/^ +--write\b/m.test(stdout), document.includes(`<!-- npm run bench -- ${name.slice(0, -4)} --write -->`), name);
  }
  assert.throws(() => writeMarked("docs/performance.md", "no such command", "x"), /has no <!-- no such command -->/);
});
