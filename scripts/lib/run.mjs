// Running other programs: their output kept for the day they fail, a progress sign meanwhile, and failures that say what to do.
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { Failure } from "../../package/commands/lib/failure.mjs";
import { run } from "../../package/commands/lib/run.mjs";

export { Failure, run };

/** Like `run`, for what must succeed. */
export async function must(command, args, { todo, ...options } = {}) {
  const result = await run(command, args, options);
  if (result.code === 0) return result;
  const why = result.timedOut ? "took too long and was ended" : `ended with code ${result.code}`;
  throw new Failure(`\`${[path.basename(command), ...args].join(" ")}\` ${why}`, { todo, output: result.output });
}

/** Waits until both have ended, so that nothing goes on behind an error. Answers with what the first did. */
export async function both(first, second) {
  const [one, other] = await Promise.allSettled([first, second]);
  for (const { status, reason } of [one, other]) if (status === "rejected") throw reason;
  return one.value;
}

/** What a person at the terminal should see; tests of the scripts turn it off. */
export function say(text) {
  if (process.env.EDGEGATE_QUIET !== "1") process.stdout.write(text);
}

/** One line: what is done and how long it usually takes; then a dot now and then; then how long it took. */
export async function step(title, usually, work) {
  const begun = performance.now();
  say(`  .. ${title} (usually ${usually}) `);
  let timer = setTimeout(function sign() {
    say(".");
    timer = setTimeout(sign, process.stdout.isTTY ? 2000 : 10000);
  }, 1000);
  try {
    const result = await work();
    say(` ${seconds(begun)}\n`);
    return result;
  } catch (error) {
    say(` failed after ${seconds(begun)}\n`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

export function seconds(begun) {
  const spent = (performance.now() - begun) / 1000;
  const whole = Math.round(spent);
  return spent < 59.95 ? `${spent.toFixed(1)} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** The full path of a program, or undefined. */
export function which(name, env = process.env) {
  for (const folder of (env.PATH ?? "").split(path.delimiter)) {
    const candidate = path.join(folder, name);
    if (folder && isProgram(candidate)) return candidate;
  }
  return undefined;
}

export function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Prints a failure so that it can be acted on: what the program said, what went wrong, what to do. */
export function explain(error) {
  if (!(error instanceof Failure)) return void console.error(error);
  const lines = telling(error.output);
  if (lines.length > 0) console.error(`\n${lines.map((line) => `    | ${line}`).join("\n")}`);
  console.error(`\nError: ${error.message}`);
  if (error.todo) console.error(error.todo);
}

/** The lines that tell why: without progress, and from the first error on, be there one; in the middle of much more, a gap. */
export function telling(output, most = 80) {
  const lines = output.trimEnd().split("\n").filter((line) => !/^\s*(Compiling|Checking|Downloaded|Downloading|Fresh|Updating|Locking) /.test(line));
  const first = lines.findIndex((line) => /^(npm )?error\b/i.test(line));
  const from = first < 0 ? lines : lines.slice(first);
  if (from.length <= most) return from.join("").trim() === "" ? [] : from;
  const half = most / 2;
  return [...from.slice(0, half), `(${from.length - most} lines left out)`, ...from.slice(-half)];
}

/** The outermost shell of every script. */
export async function main(work) {
  try {
    process.exitCode = (await work(process.argv.slice(2))) ?? 0;
  } catch (error) {
    explain(error);
    process.exitCode = 1;
  }
}
