// npm run faults: every fault with every kind of credential, in workerd. See docs/reliability.md.
import { parseArgs } from "node:util";
import { buildDemo } from "../../scripts/build.mjs";
import { Failure, main, seconds } from "../../scripts/lib/run.mjs";
import { startLanes } from "./lib/lanes.mjs";
import { cellsOf, faults, kinds, run } from "./lib/matrix.mjs";
import { summary, writeSummary } from "./lib/report.mjs";

const list = (names) => Object.keys(names).map((name) => `    ${name}`).join("\n");

const help = `npm run faults: every fault with every kind of credential, in workerd.

  npm run faults                                        all of it, about a minute
  npm run faults -- --only "KV throws,the origin cuts"  these faults
  npm run faults -- --with "link,nonce"                 these kinds of credential; --with "link, once" is one kind
  npm run faults -- --lanes 8                           so many cells at once (32)
  npm run faults -- --verbose                           a line for each cell
  npm run faults -- --write                             the table of docs/reliability.md, if all was run and well

What each cell may end in is written in fixtures/faults.json. Faults:
${list(faults)}
Kinds of credential:
${list(kinds)}`;

main(async (args) => {
  const { values } = parseArgs({
    args,
    options: { only: { type: "string" }, with: { type: "string" }, lanes: { type: "string", default: "32" }, verbose: { type: "boolean" }, write: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) return void console.log(help);
  const cells = cellsOf({ only: chosen(values.only, faults), with: chosen(values.with, kinds) });
  if (values.write && (values.only || values.with)) throw new Failure("--write wants all of the matrix", { todo: "Leave out --only and --with." });
  await buildDemo();
  const begun = performance.now();
  const results = [];
  const { lanes, stop } = await startLanes(Number(values.lanes));
  try {
    console.log(`  .. ${cells.length} cells in ${lanes.length} lanes`);
    let shown = performance.now();
    await run(lanes, cells, (result) => {
      results.push(result);
      const { fault, kind, reason, wrong, ms } = result;
      if (values.verbose) console.log(`  ${wrong.length > 0 ? "!!" : "ok"} ${fault} | ${kind} | ${reason} | ${Math.round(ms)} ms`);
      for (const text of wrong) console.log(`  !! ${fault} | ${kind}: ${text}`);
      if (performance.now() - shown < 15_000) return;
      shown = performance.now();
      console.log(`  .. ${results.length} of ${cells.length} in ${seconds(begun)}`);
    });
  } finally {
    await stop();
  }
  const failed = results.filter(({ wrong }) => wrong.length > 0);
  console.log(`\n${summary(results)}\n\n  ${results.length} cells, ${failed.length} not as they should be, ${seconds(begun)}`);
  if (values.write && failed.length === 0) writeSummary(results);
  return failed.length > 0 ? 1 : 0;
});

/** One name, which may have a comma in it, or those of a list that commas separate. */
function chosen(text, known) {
  if (text === undefined) return undefined;
  const names = text in known ? [text] : text.split(",").map((name) => name.trim()).filter(Boolean);
  const unknown = names.find((name) => !(name in known));
  if (unknown !== undefined) throw new Failure(`there is no "${unknown}"`, { todo: `\n${help}` });
  return names;
}
