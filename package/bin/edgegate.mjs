#!/usr/bin/env node
// `npx edgegate …`: the command-line tool.
import { run } from "../tool/run.mjs";

/** Commands that live in Node: they start other programs, or watch files. */
const OWN = new Set(["init", "dev", "deploy", "doctor"]);

const [command, ...rest] = process.argv.slice(2);
if (OWN.has(command)) {
  const own = await import(`../commands/${command}.mjs`);
  process.exitCode = await own.run(rest);
} else {
  process.exitCode = run(process.argv.slice(2));
}
