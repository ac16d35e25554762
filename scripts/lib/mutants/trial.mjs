// Which tests come by which change, and whether one of them notices it: the quickest are tried first, and the others are not run.
import { mkdtempSync, readFileSync, rmSync, existsSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { Failure, must, run } from "../run.mjs";
import { CHOSEN, REACHED } from "./switches.mjs";

const FIRST = 300; // ms that the first tests of a change take together; twice as much each time after that
const PATIENCE = 60_000; // ms in which tests that are waiting for nothing have ended on a busy machine
const TIMES = 20; // and so many times as long as they took

/** Runs every test by itself, without a change. Answers with [{ program, name, took, reached }], the quickest first. */
export async function reachedBy(programs) {
  const scratch = mkdtempSync(path.join(tmpdir(), "edgegate-mutants-"));
  try {
    const listed = [];
    for (const program of programs) {
      const { stdout } = await must(program.file, ["--list", "--format", "terse"], program);
      listed.push(...[...stdout.matchAll(/^(.+): test$/gm)].map(([, name]) => ({ program, name })));
    }
    const tests = await eachOf(listed, async ({ program, name }, number) => {
      const file = path.join(scratch, String(number));
      const begun = performance.now();
      const { code, output } = await run(program.file, [name, "--exact"], { cwd: program.cwd, env: { ...program.env, [REACHED]: file } });
      if (code !== 0) return { name, output };
      const reached = new Set(existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(Number) : []);
      return { program, name, took: performance.now() - begun, reached };
    });
    const failed = tests.filter((test) => !test.reached);
    if (failed.length > 0) throw new Failure(`without any change these tests fail: ${failed.map(({ name }) => name).join(", ")}`, { output: failed[0].output });
    return tests.sort((one, other) => one.took - other.took);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Tries changes, and tells of each: `done({ change, noticed })`; `noticed` is by which tests, or undefined. */
export function tryChanges(changes, tests, done) {
  return eachOf(changes, async ({ number, change }) => {
    const noticed = await noticedBy(number, tests.filter(({ reached }) => reached.has(number)));
    done({ change, noticed });
    return { change, noticed };
  });
}

async function noticedBy(number, tests) {
  for (const { program, names, took } of inTurns(tests)) {
    const timeout = PATIENCE + TIMES * took;
    const { code, timedOut, stdout } = await run(program.file, [...names, "--exact", "--test-threads", "1"], { cwd: program.cwd, env: { ...program.env, [CHOSEN]: String(number) }, timeout });
    if (code !== 0) return timedOut ? `no end of ${names[0]}` : stdout.match(/^test (.+) \.\.\. FAILED$/m)?.[1] ?? `${names[0]} ended early`;
  }
  return undefined;
}

/** Tests that are run together, [{ program, names, took }], the quickest first and each time for twice as long. */
function inTurns(tests) {
  const turns = [];
  let most = FIRST;
  for (let at = 0; at < tests.length; most *= 2) {
    const begun = at;
    for (let took = 0; at < tests.length && (took === 0 || took + tests[at].took <= most); at++) took += tests[at].took;
    const together = tests.slice(begun, at);
    for (const program of new Set(together.map((test) => test.program))) {
      const own = together.filter((test) => test.program === program);
      turns.push({ program, names: own.map(({ name }) => name), took: own.reduce((sum, test) => sum + test.took, 0) });
    }
  }
  return turns;
}

/** Does something with each of them, as many at a time as there are cores. Answers with what was answered, in their order. */
async function eachOf(all, work) {
  const answers = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < all.length; at = next++) answers[at] = await work(all[at], at);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return answers;
}
