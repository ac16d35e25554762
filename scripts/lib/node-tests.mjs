// Runs tests of node --test: those of a folder, or of it only the files and titles that were asked for.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { failuresInTap, fromTap, nothing, sum, testNames, verdict } from "./count.mjs";
import { inRoot, node22, root } from "./paths.mjs";
import { ensurePython, needsPython, pythonHint } from "./python.mjs";
import { run } from "./run.mjs";
import { wranglerEnv } from "./wrangler.mjs";

/** On Node 22. `only`: what was asked for, as [{ files, pattern }]; without it every file of the folder is run. */
export async function nodeTests(t, files = chosenFiles(t)) {
  if (files.length === 0) {
    console.log(`  -- no *.test.mjs in ${t.folder}`);
    return nothing();
  }
  const counts = [];
  for (const { files: wanted, pattern } of t.only ?? [{ files }]) {
    const there = wanted.filter((file) => files.includes(file));
    if (there.length > 0) counts.push(await runFiles(t, there, pattern));
  }
  return sum(counts);
}

/** The same, but where no Python can be had, files that need it are left out, and named. */
export async function withPython(t) {
  const files = chosenFiles(t);
  const wanting = files.filter((file) => needsPython(source(file)));
  if (wanting.length === 0) return nodeTests(t);
  const python = await ensurePython(t.env);
  if (python) return nodeTests({ ...t, env: { ...t.env, EDGEGATE_PYTHON: python } });
  return sum([await nodeTests(t, files.filter((file) => !wanting.includes(file))), skip(wanting, pythonHint)]);
}

/** The test files of a folder. */
export function testFiles(folder) {
  if (!existsSync(inRoot(folder))) return [];
  return readdirSync(inRoot(folder), { recursive: true }).filter((name) => name.endsWith(".test.mjs")).sort().map((name) => path.join(folder, name));
}

export const chosenFiles = ({ folder, only }) => only?.flatMap(({ files }) => files) ?? testFiles(folder);
export const skip = (files, why) => ({ ...nothing(), skipped: files.flatMap((file) => testNames(source(file), file, why)) });
const source = (file) => readFileSync(inRoot(file), "utf8");

/** The totals come from a second report beside the one that is shown. `atOnce`: more files than cores, where most of them wait. */
async function runFiles({ env, note, name, atOnce = 2 }, files, pattern) {
  const scratch = mkdtempSync(path.join(tmpdir(), "edgegate-test-"));
  const tap = path.join(scratch, "result.tap");
  const reports = ["--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=tap", `--test-reporter-destination=${tap}`];
  const titles = pattern === undefined ? [] : [`--test-name-pattern=${pattern}`];
  try {
    const { code } = await run(node22, ["--test", `--test-concurrency=${atOnce}`, ...reports, ...titles, ...files], { env: wranglerEnv(env), cwd: root, inherit: true });
    const report = existsSync(tap) ? readFileSync(tap, "utf8") : "";
    const count = fromTap(report);
    if (code !== 0 && count.failed === 0) return sum([count, verdict(note, `${name}: node --test ended with code ${code}`, false)]);
    const failures = failuresInTap(report);
    failures.forEach((text) => note(`${name}: ${text}`));
    if (count.failed > 0 && failures.length === 0) note(`${name}: ${count.failed} failed`);
    return count;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
