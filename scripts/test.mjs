// `npm test`: sets up what is missing, then runs every test there is and counts them all.
import { sum } from "./lib/count.mjs";
import { parts } from "./lib/parts.mjs";
import { explain, Failure, main, seconds } from "./lib/run.mjs";
import { setup } from "./setup.mjs";

const help = `npm test: sets up what is missing, then runs every test.

  npm test                           everything
  npm test -- --only native,e2e      only these parts
  npm test -- --help                 this text

Parts, in the order in which they run:
${Object.entries(parts).map(([name, [what]]) => `  ${name.padEnd(9)}${what}`).join("\n")}

The first run compiles everything (15 to 25 min on two cores), later ones what has changed. One test alone:
  cargo test NAME
  node_modules/.bin/node --test --test-name-pattern=NAME tests/e2e/*/*.test.mjs
The browser tests use CHROMIUM or the machine's Chromium; with CI=true it is installed. The
NTLM tests use Python 3.11 to 3.14 with venv; with CI=true that is installed. The last line counts all parts together.`;

main(async (args) => {
  if (args.includes("--help") || args.includes("-h")) return void console.log(help);
  const chosen = chooseParts(args);
  const begun = performance.now();
  const toolchain = await setup();
  const troubles = [];
  const counts = [];
  for (const name of chosen) {
    const [what, work] = parts[name];
    const partBegun = performance.now();
    console.log(`\n=== ${name}: ${what}`);
    const count = await work({ name, env: process.env, toolchain, note: (text) => troubles.push(text) }).catch((error) => {
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

/** The parts that `--only a,b` names, or all of them. */
function chooseParts(args) {
  if (args.length === 0) return Object.keys(parts);
  const [flag, ...rest] = args.flatMap((arg) => (arg.startsWith("--only=") ? ["--only", arg.slice(7)] : [arg]));
  const wanted = rest.flatMap((text) => text.split(",")).filter(Boolean);
  const unknown = flag === "--only" ? wanted.find((name) => !(name in parts)) : flag;
  if (unknown !== undefined || wanted.length === 0) {
    throw new Failure(unknown ? `npm test does not know ${unknown}` : "--only wants the names of parts", { todo: `\n${help}` });
  }
  return Object.keys(parts).filter((name) => wanted.includes(name));
}
