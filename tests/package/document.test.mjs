// docs/packages.md: every block marked `package` is run in the order of the page, in one folder, by the package; what the block
// behind it shows is printed. Its tables are those of the commands.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { decision, printed } from "../../package/commands/dev/decision.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { scratch } from "./lib/package.mjs";
import { program } from "./lib/process.mjs";

const document = readFileSync(inRoot("docs/packages.md"), "utf8");
const fences = [...document.matchAll(/^```([^\n]*)\n([^]*?)^```$/gm)].map(([, info, text]) => ({ info, text }));
const { sign_in: answers } = JSON.parse(readFileSync(inRoot("package/templates/answers.json"), "utf8"));

test("what the page shows is what is printed", (t) => {
  const folder = scratch(t);
  // As npm leaves a folder; what it would fetch is in the repository.
  symlinkSync(inRoot("node_modules"), path.join(folder, "node_modules"));
  const bin = path.join(folder, "bin");
  mkdirSync(bin);
  for (const [name, script] of [["npx", `shift; exec ${process.execPath} ${program} "$@"`], ["npm", "exit 0"]]) {
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(bin, name), 0o755);
  }
  let count = 0;
  for (const [at, { info, text }] of fences.entries()) {
    if (info !== "bash package") continue;
    const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` };
    const { status, stdout, stderr } = spawnSync("bash", ["-euo", "pipefail", "-c", text], { cwd: folder, env, encoding: "utf8", input: "" });
    assert.equal(status, 0, `${text}${stdout}${stderr}`);
    isPrinted(stdout, fences[at + 1].text);
    count++;
  }
  assert.ok(count >= 3);
});

test("a line that is not printed is missed", () => {
  assert.throws(() => isPrinted("a\nb\n", "b\na\n"));
  assert.throws(() => isPrinted("a\n", "a …\n"));
});

test("the table of who may come in is that of init", () => {
  const rows = rowsUnder("## Who may come in");
  assert.deepEqual(rows.map(([word]) => word.replaceAll("`", "")), Object.keys(answers));
  for (const [word, , flags] of rows) {
    const named = [...flags.matchAll(/`--([\w-]+)`/g)].map(([, flag]) => flag);
    assert.deepEqual(named, answers[word.replaceAll("`", "")].asks, word);
  }
});

test("the table of the doctor has every line that it prints", () => {
  const known = new Set(rowsUnder("## What the doctor looks at").flatMap(([line]) => [...line.matchAll(/`([^`]+)`/g)].map(([, name]) => name.split(" NAME")[0])));
  const sources = ["local", "config", "network"].map((name) => readFileSync(inRoot(`package/commands/doctor/${name}.mjs`), "utf8")).join("\n");
  const said = new Set([...sources.matchAll(/\b(?:ok|warn|fail)\(\s*"([^"]+)"/g)].map(([, name]) => name));
  assert.ok(said.size > 10, [...said].join());
  assert.deepEqual([...said].filter((name) => !known.has(name)), []);
});

test("the lines of dev are as dev prints them", () => {
  const [, shown] = /npx edgegate dev --origin [^]*?```text\n([^]*?)```/.exec(document);
  const lines = shown.trimEnd().split("\n").slice(1);
  const at = (time) => new Date(2026, 10, 30, ...time.split(":").map(Number));
  const entry = (fields, dev) => JSON.stringify({ edgegate: "decided", method: "GET", ...fields, dev: { method: "GET", ...dev } });
  const logged = [
    [entry({ reason: "ok", status: 200, route: "assets" }, { url: "http://127.0.0.1:8787/assets/app.css?v=2", ms: 4 }), "12:03:44"],
    [entry({ edgegate: "refused", reason: "credential_missing", status: 401, route: "members" }, { url: "http://127.0.0.1:8787/members/", ms: 1 }), "12:03:51"],
  ];
  assert.deepEqual(logged.flatMap(([line, time]) => printed(decision(line, at(time))).split("\n")), lines);
});

/** The rows of the table under a heading, as lists of cells. */
function rowsUnder(heading) {
  const [section] = document.split(`\n${heading}\n`)[1].split(/\n## /);
  return section.split("\n").filter((line) => /^\|(?!-)/.test(line)).slice(1).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

/** Its lines, in their order; `…` stands for anything. */
function isPrinted(output, expected) {
  const lines = output.split("\n").map((line) => line.trim());
  let from = 0;
  for (const wanted of expected.split("\n").filter(Boolean)) {
    const pattern = new RegExp(`^${wanted.trim().split("…").map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`);
    const at = lines.findIndex((line, index) => index >= from && pattern.test(line));
    assert.ok(at >= 0, `this is not printed (after what stands before it): ${wanted}\n${output}`);
    from = at + 1;
  }
}
