// `npm test`: sets up what is missing, then runs every test there is, or those that are named, and counts them all.
import { chooseNamed, chooseParts, listed } from "./lib/choose-tests.mjs";
import { sum } from "./lib/count.mjs";
import { parts } from "./lib/parts.mjs";
import { explain, Failure, main, seconds } from "./lib/run.mjs";
import { setup } from "./setup.mjs";

const help = `npm test: sets up what is missing, then runs every test, or those that are named.

  npm test                                everything
  npm test -- NAME [NAME...]              what has this name
  npm test -- --only native,e2e           only these parts
  npm test -- --list                      the parts, and the files and folders with tests
  npm test -- --help                      this text

What is needed is built first. A NAME is the first of these that there is:
  a part                                  npm test -- e2e
  a file or a folder, or the end of its   npm test -- links
  path, with or without what it ends in   npm test -- oauth/faults
                                          npm test -- link_properties
  a piece of the name of either           npm test -- properties
  a piece of a test's title               npm test -- "none works twice"
                                          npm test -- a_changed_byte

Parts, in the order in which they run:
${Object.entries(parts).map(([name, { what, folder }]) => `  ${name.padEnd(9)}${what}${folder ? ` (${folder})` : ""}`).join("\n")}

The first run compiles everything (half an hour or more on two cores), later ones what has changed. The browser tests use the
browser that CHROMIUM names, or the machine's Chromium, its headless shell if there is one; with CI=true both are installed.
The NTLM tests use Python 3.11 to 3.14 with venv; with CI=true that is installed. The last line counts all parts together.`;

// CI compiles everything once: no incremental data, and fewer codegen units in each crate than the 16 that cargo takes then.
const ONCE = { CARGO_INCREMENTAL: "0", CARGO_PROFILE_DEV_CODEGEN_UNITS: "4" };

main(async (args) => {
  if (args.includes("--help") || args.includes("-h")) return void console.log(help);
  const begun = performance.now();
  if (args.includes("--list")) return void console.log(await listed());
  if (process.env.CI === "true") Object.assign(process.env, { ...ONCE, ...process.env });
  const chosen = await choose(args);
  const toolchain = await setup();
  const troubles = [];
  const counts = [];
  const names = chosen.map(([name]) => name);
  for (const [name, only] of chosen) {
    const { what, folder, run } = parts[name];
    const partBegun = performance.now();
    console.log(`\n=== ${name}: ${what}`);
    const count = await run({ name, folder, only, all: names, env: process.env, toolchain, note: (text) => troubles.push(text) }).catch((error) => {
      explain(error);
      troubles.push(`${name}: ${error.message}`);
      return { passed: 0, failed: 1, skipped: [] };
    });
    counts.push(count);
    console.log(`=== ${name}: ${line(count)} in ${seconds(partBegun)}`);
  }
  const all = sum(counts);
  if (all.skipped.length > 0) console.log(`\nSkipped:\n${all.skipped.map((name) => `  - ${name}`).join("\n")}`);
  if (troubles.length > 0) console.log(`\nFailed:\n${troubles.map((text) => `  - ${text}`).join("\n")}`);
  console.log(`\nAll of it took ${seconds(begun)}.\n${line(all)}`);
  return all.failed > 0 || all.passed === 0 ? 1 : 0;
});

const line = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped.length} skipped`;

/** Pairs of a part and what of it is run; undefined is all. */
async function choose(args) {
  if (args.length === 0) return Object.keys(parts).map((name) => [name]);
  const [flag, ...rest] = args.flatMap((arg) => (arg.startsWith("--only=") ? ["--only", arg.slice(7)] : [arg]));
  if (!flag.startsWith("-")) return chooseNamed(args);
  if (flag !== "--only") throw new Failure(`npm test does not know ${flag}`, { todo: `\n${help}` });
  return chooseParts(rest.flatMap((text) => text.split(",")).filter(Boolean), help);
}
