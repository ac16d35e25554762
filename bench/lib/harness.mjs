// Measures a bench: what a request costs each of its contenders. They take turns, round after round, so that whatever else the
// machine does falls on all of them. What is compared is the CPU time of the workerd process, not the time on the clock: it
// does not depend on how fast this program can send. A bench is data and a few functions:
//
//   name, about, notes    of its help; `only`: what its --only picks
//   sizes       its options that are numbers (arguments.mjs)
//   unit        what is counted: a "request", a "page"
//   turn        so many of them until it is the next contender's turn
//   tables      options -> [{ name, contenders }]: each is measured by itself
//   open        (table, options) -> what the contenders of a table share; its `close` ends it
//   start       (contender, shared) -> it, running: { ...contender, pid, logLines, stop, ... }; throws Skip where it cannot
//   check       (running, shared): throws where it does not do what its row claims. One that skips half of the job would win
//   spend       (running, count, connections) -> CPU microseconds for so many requests (spend.mjs)
//   columns     of the tables: { key, head, digits, of: (contender, table) -> number or undefined } (report.mjs)
//   goals       table -> [{ name, at_most, measured }]
//   more        options -> { goals, lines, figures }, measured after the tables
//
// A contender has a `name`, a `role` by which columns and goals find it, and `logs` where each request must have its line.

import { pathToFileURL } from "node:url";
import { parseOptions, usage } from "./arguments.mjs";
import { progress } from "./progress.mjs";
import { summarise, toJson, toText, writeTables } from "./report.mjs";
import { measureRounds } from "./rounds.mjs";
import { Skip } from "./workers.mjs";

// Runs a bench by itself, where its file was started as the program.
export function runAlone(bench, file) {
  if (file !== pathToFileURL(process.argv[1]).href) return;
  ends(bench.name, async () => {
    const options = parseOptions(process.argv.slice(2), bench);
    if (options.help) return void process.stdout.write(usage(bench));
    const summary = await measureOrSkip(bench, options);
    if (summary === undefined) return 0;
    process.stdout.write(options.json ? toJson(summary) : toText(bench, summary));
    if (options.write) writeTables(bench, summary);
    return options.check && isMissed(summary) ? 1 : 0;
  });
}

// The outermost shell of a bench: its exit code, or what went wrong.
export async function ends(name, work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    progress("");
    const isSkipped = error instanceof Skip;
    console.error(`${name}: ${isSkipped ? "skipped, " : ""}${error.message}`);
    process.exitCode = isSkipped ? 0 : 1;
  }
}

// undefined where this machine or this build cannot run it.
export async function measureOrSkip(bench, options) {
  try {
    return await measure(bench, options);
  } catch (error) {
    if (!(error instanceof Skip)) throw error;
    console.error(`${bench.name}: skipped, ${error.message}`);
    return undefined;
  } finally {
    progress("");
  }
}

// A goal that was not measured is missed, unless --only left its rows out.
export const isMissed = ({ goals, only }) => goals.some(({ measured, met }) => (measured === undefined ? !only : !met));

async function measure(bench, options) {
  const tables = [];
  for (const table of bench.tables(options)) tables.push(await race(bench, table, options));
  return summarise(bench, tables, options, await bench.more?.(options));
}

async function race(bench, table, options) {
  const shared = (await bench.open?.(table, options)) ?? {};
  const running = [];
  const skipped = [];
  try {
    for (const contender of table.contenders) {
      progress(`${table.name}, starting and checking: ${contender.name}`);
      try {
        running.push(await bench.start(contender, shared));
      } catch (error) {
        if (!(error instanceof Skip)) throw error;
        skipped.push({ name: contender.name, why: error.message });
        continue;
      }
      await bench.check(running.at(-1), shared);
    }
    const isLogged = expectLines(running, options.warmup + options.rounds * options.requests);
    const cpu = await measureRounds(table.name, running, { ...options, turn: bench.turn }, bench.spend);
    await isLogged();
    return { ...table, cpu, skipped };
  } finally {
    await Promise.all(running.map((one) => one.stop()));
    await shared.close?.();
  }
}

// Contenders that log each request have written so many lines in the end; those in one process share its log. The lines come
// through a pipe, a moment later.
function expectLines(running, requests) {
  const due = new Map();
  for (const { name, logs, logLines } of running) {
    if (logs) due.set(logLines, { name, lines: (due.get(logLines)?.lines ?? logLines()) + requests });
  }
  return async () => {
    for (const [logLines, { name, lines }] of due) {
      for (let waited = 0; logLines() < lines; waited += 20) {
        if (waited > 5000) throw new Error(`${name} left out ${lines - logLines()} lines of its log`);
        await new Promise((done) => setTimeout(done, 20));
      }
    }
  };
}
