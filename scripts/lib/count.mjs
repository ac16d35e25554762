// Reads what the test runners print, so that every test in the house is counted once.

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

/** The names of the tests in a source file that cannot be run here. */
export function testNames(source, file, why) {
  const names = [...source.matchAll(/^\s*(?:test|it)(?:\.\w+)?\(\s*(["'`])(.*?)\1/gm)].map(([, , name]) => name);
  return (names.length > 0 ? names : ["all of it"]).map((name) => label(`${file}: ${name}`, why));
}

const label = (name, why) => (why ? `${name} (${why})` : name);
