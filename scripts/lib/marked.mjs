// Parts of the documents that a command writes: between `<!-- COMMAND -->` and `<!-- end -->`.
import { readFileSync, writeFileSync } from "node:fs";
import { inRoot } from "./paths.mjs";
import { Failure } from "./run.mjs";

export function writeMarked(name, command, text) {
  const document = readFileSync(inRoot(name), "utf8");
  const mark = `<!-- ${command} -->`;
  const start = document.indexOf(mark) + mark.length;
  const end = document.indexOf("<!-- end -->", start);
  if (start < mark.length || end < 0) throw new Failure(`${name} has no ${mark} with an <!-- end --> behind it`);
  writeFileSync(inRoot(name), `${document.slice(0, start)}\n${text}\n${document.slice(end)}`);
  console.error(`  ok ${name} has what \`${command}\` measured`);
}
