// Reads what the test runners print, so that every test in the house is counted once.
import path from "node:path";

export const nothing = () => ({ passed: 0, failed: 0, skipped: [] });

/** Adds counts up. */
export function sum(counts) {
  return counts.reduce((all, one) => ({
    passed: all.passed + one.passed,
    failed: all.failed + one.failed,
    skipped: [...all.skipped, ...one.skipped],
  }), nothing());
}

/** One test that a script makes itself: it held or it did not, and then its name is noted. */
export function verdict(note, name, good) {
  if (!good) note(name);
  return { ...nothing(), [good ? "passed" : "failed"]: 1 };
}

/** cargo test and wasm-bindgen-test: one "test result:" line for each test program. */
export function fromCargo(output) {
  const plain = output.replace(/\x1b\[[0-9;]*m/g, "");
  const count = nothing();
  for (const [, passed, failed] of plain.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed/gm)) {
    count.passed += Number(passed);
    count.failed += Number(failed);
  }
  count.skipped = [...plain.matchAll(/^test (.+?) \.\.\. ignored(?:, (.*))?$/gm)].map(([, name, why]) => label(name, why || "ignored"));
  return count;
}

/** node --test, in the form of TAP: the totals stand at the end, the skipped ones are marked. */
export function fromTap(tap) {
  const total = (name) => Number(tap.match(new RegExp(`^# ${name} (\\d+)$`, "m"))?.[1] ?? 0);
  const skipped = [...tap.matchAll(/^\s*ok \d+ - (.*?) # (?:SKIP|TODO) ?(.*)$/gm)].map(([, name, why]) => label(name, why));
  return { passed: total("pass"), failed: total("fail") + total("cancelled"), skipped };
}

/** What failed in a report of node --test: the title, the file, and the first lines of the error. Not a test whose part failed. */
export function failuresInTap(tap) {
  const blocks = tap.matchAll(/^( *)not ok \d+ - (.*)\n\1  ---\n([^]*?)^\1  \.\.\.$/gm);
  return [...blocks].flatMap(([, indent, title, block]) => {
    if (/failureType: 'subtestsFailed'/.test(block)) return [];
    const lines = block.split("\n").map((line) => line.slice(indent.length + 2));
    const at = lines.findIndex((line) => line.startsWith("error:"));
    const [inline] = /^error: (?!\|-)'?(.*?)'?$/.exec(lines[at] ?? "")?.slice(1) ?? [];
    const below = lines.slice(at + 1).slice(0, lines.slice(at + 1).findIndex((line) => !/^ |^$/.test(line)));
    const error = inline === undefined ? below.map((line) => line.slice(2)) : [inline];
    const file = /^location: '(.*?):\d+:\d+'/m.exec(lines.join("\n"))?.[1];
    return [[`${title}${file ? ` (${path.basename(file)})` : ""}`, ...error.filter((line) => line.trim()).slice(0, SHOWN)].join("\n      ")];
  });
}

/** How many lines of an error stand in the closing list; all of it stands where the test ran. */
const SHOWN = 20;

/** The names of what failed in cargo test, and what each panicked with. */
export function failuresInCargo(output) {
  const plain = output.replace(/\x1b\[[0-9;]*m/g, "");
  return [...plain.matchAll(/^---- (.+?) stdout ----\n([^]*?)(?=^---- |^failures:$)/gm)].map(([, name, told]) =>
    [name, ...told.split("\n").filter((line) => line.trim() && !line.startsWith("note: ")).slice(0, SHOWN)].join("\n      "));
}

/** The names of the tests in a source file that cannot be run here. */
export function testNames(source, file, why) {
  const names = [...source.matchAll(/^\s*(?:test|it)(?:\.\w+)?\(\s*(["'`])(.*?)\1/gm)].map(([, , name]) => name);
  return (names.length > 0 ? names : ["all of it"]).map((name) => label(`${file}: ${name}`, why));
}

const label = (name, why) => (why ? `${name} (${why})` : name);
