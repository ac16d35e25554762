// What the documents print can be pasted: every block marked `demo` (```bash demo, ```python demo, ```js demo) is run against
// the demo, must end well, and must print the lines of the `text` block that follows it, in that order. `…` stands for
// whatever differs from run to run.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { root } from "../e2e/lib/gateway.mjs";
import { document, startDemo } from "./lib/demo.mjs";

const programs = {
  bash: ["bash", ["-euo", "pipefail"]],
  python: ["python3", ["-"]],
  js: [process.execPath, ["--input-type=module", "-"]],
};
const documents = ["README.md", ...readdirSync(path.join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];

const demo = await startDemo();
const shims = mkdtempSync(path.join(tmpdir(), "edgegate-docs-"));
after(() => (rmSync(shims, { recursive: true }), demo.stop()));

// The documents say 127.0.0.1:8787, and so do the signatures. curl finds the demo of this test under that name.
const curl = spawnSync("bash", ["-c", "command -v curl"], { encoding: "utf8" }).stdout.trim();
writeFileSync(path.join(shims, "curl"), `#!/bin/sh\nexec ${curl} --connect-to 127.0.0.1:8787:127.0.0.1:${demo.port} "$@"\n`);
chmodSync(path.join(shims, "curl"), 0o755);

let found = 0;
for (const name of documents) {
  for (const block of blocks(document(name))) {
    found++;
    const [program, args] = programs[block.language] ?? assert.fail(`${name}:${block.line}: no program runs ${block.language}`);
    const missing = spawnSync(program, ["--version"]).status !== 0 && `${program} is not installed`;
    test(`${name}:${block.line} (${block.language})`, { skip: missing, timeout: 300_000 }, async () => {
      const { code, output } = await run(program, args, block.text);
      assert.equal(code, 0, `it ended with ${code}:\n${output}`);
      assertPrinted(output, block.expected, name);
    });
  }
}

test("the documents have commands at all", () => assert.ok(found >= 10, `${found} blocks`));

test("a line that is not printed is missed", () => {
  assertPrinted("a 1 b\nc\n", ["a … b", "c"]);
  for (const wrong of [["c", "a … b"], ["a … c"], ["1"], ["a 1 b", "a 1 b"]]) assert.throws(() => assertPrinted("a 1 b\nc\n", wrong));
});

/** The blocks marked `demo`, each with the lines that the next block shows, if that is `text`. */
function blocks(markdown) {
  const fences = [...markdown.matchAll(/^```([^\n`]*)\n([\s\S]*?)^```$/gm)];
  return fences.flatMap(([, info, text, ], at) => {
    const [language, mark] = info.split(" ");
    if (mark !== "demo") return [];
    const next = fences[at + 1];
    const line = markdown.slice(0, fences[at].index).split("\n").length;
    return [{ language, text, line, expected: next?.[1] === "text" ? next[2].split("\n").filter(Boolean) : [] }];
  });
}

function run(program, args, text) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PATH: `${shims}${path.delimiter}${process.env.PATH}`, NO_COLOR: "1" };
    const child = spawn(program, args, { cwd: root, env });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (data) => (output += data));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
    child.stdin.end(text);
  });
}

function assertPrinted(output, expected, name = "it") {
  const lines = output.split("\n").map((line) => line.trimEnd());
  let from = 0;
  for (const wanted of expected) {
    const pattern = new RegExp(`^${wanted.trimEnd().split("…").map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`);
    const at = lines.findIndex((line, index) => index >= from && pattern.test(line));
    assert.ok(at >= 0, `${name} shows a line that was not printed${from > 0 ? " (after those before it)" : ""}:\n  ${wanted}\nprinted was:\n${output}`);
    from = at + 1;
  }
}
