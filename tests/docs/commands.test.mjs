// What the documents print can be pasted: every block marked `demo` (```bash demo, ```python demo, ```js demo) is run against
// the demo, must end well, and must print the lines of the `text` block that follows it, in that order. `…` stands for
// whatever differs from run to run.
//
// So is the last column of the table of docs/credentials.md: each of its commands is run, behind the block that stands
// before the table, and the log has to say that a credential of that row was let through.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startProvider } from "../../demo/provider/server.mjs";
import { root } from "../e2e/lib/gateway.mjs";
import { code, document, rowsUnder, startDemo } from "./lib/demo.mjs";

const programs = {
  bash: ["bash", ["-euo", "pipefail"]],
  python: ["python3", ["-"]],
  js: [process.execPath, ["--input-type=module", "-"]],
};
const documents = ["README.md", ...readdirSync(path.join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];

const demo = await startDemo();
// The provider has the address that the policy says; that of another demo does as well.
const provider = await startProvider().catch((error) => (error.code === "EADDRINUSE" ? undefined : Promise.reject(error)));
const shims = mkdtempSync(path.join(tmpdir(), "edgegate-docs-"));
after(() => (rmSync(shims, { recursive: true }), provider?.stop(), demo.stop()));

// The documents say 127.0.0.1:8787, and so do the signatures. curl and the tool find the demo of this test under that name.
const here = `127.0.0.1:${demo.port}`;
shim("curl", (curl) => `exec ${curl} --connect-to 127.0.0.1:8787:${here} "$@"`);
shim("npm", (npm) => `case "$*" in
${["nonce", "ticket", "token", "session", "grant", "client add", "client list"].map((what) => `"run -s edgegate -- ${what} "*`).join("|")})
  exec ${npm} "$@" --gateway http://${here} ;;
esac
exec ${npm} "$@"`);

/** Puts a program before one of that name. */
function shim(name, script) {
  const real = spawnSync("bash", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim();
  writeFileSync(path.join(shims, name), `#!/bin/sh\n${script(real)}\n`);
  chmodSync(path.join(shims, name), 0o755);
}

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

test("the README's policy is valid, and loosens nothing", async () => {
  const [, policy] = /^```toml\n([\s\S]*?)^```$/m.exec(document("README.md"));
  const file = path.join(shims, "readme.toml");
  writeFileSync(file, policy);
  const { code, output } = await run("bash", programs.bash[1], `npm run -s edgegate -- check --strict ${file}`);
  assert.equal(code, 0, output);
  assert.match(output, /no problem/);
});

// --- the table of credentials ---------------------------------------------------------------------------

const CREDENTIALS = "## What is verified, what is issued";
const credentials = document("docs/credentials.md");
const [before] = blocks(credentials.split(`\n${CREDENTIALS}\n`)[1]);
/** What the log called what was let through. */
const shown = new Set();

for (const row of rowsUnder(credentials, CREDENTIALS)) {
  const command = code(row.at(-1));
  test(`docs/credentials.md, ${row[0]}: ${command}`, { timeout: 600_000 }, async () => {
    assert.equal(row.length, 7, "a cell is missing, or a | is in one");
    const from = demo.logs.length;
    const ran = await run("bash", programs.bash[1], `${before.text}\n${command}`);
    assert.equal(ran.code, 0, `it ended with ${ran.code}:\n${ran.output}`);
    if (/ test |--test/.test(command)) return assert.match(ran.output, /^# pass [1-9]|^test result: ok\. [1-9]/m);
    const lines = await decided(from);
    assert.deepEqual(lines.filter((line) => line.edgegate !== "decided"), [], ran.output);
    lines.forEach(({ credential }) => shown.add(credential));
    const isShown = ({ credential = "none", route }) => credential !== "none" || route.startsWith("/.edgegate/admin/");
    assert.ok(lines.some(isShown), `nothing was let through by a credential:\n${JSON.stringify(lines)}\n${ran.output}`);
  });
}

test("the commands of the table show every kind of credential that the log knows", () => {
  const row = rowsUnder(document("docs/operations.md"), "## The log").find(([name]) => code(name) === "credential");
  const known = [...row[1].matchAll(/`([\w-]+)`/g)].map(([, name]) => name);
  assert.ok(known.length > 12, known.join());
  // The demo has no issuer, no broker and no http host; its sessions of Luminate are opened by a password.
  const elsewhere = ["jwt", "introspection", "broker", "http-session", "sign-on"];
  assert.deepEqual(known.filter((name) => !shown.has(name) && !elsewhere.includes(name)), []);
  assert.deepEqual([...shown].filter((name) => name && !known.includes(name)), [], "docs/operations.md does not name it");
});

/** The decisions from a line of the log on, once no more come. */
async function decided(from) {
  for (let seen = -1; seen !== demo.logs.length; await sleep(250)) seen = demo.logs.length;
  return demo.logs.slice(from).filter((line) => line.startsWith('{"edgegate"')).map((line) => JSON.parse(line));
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
    // A test that is a command is no part of this one.
    const { NODE_TEST_CONTEXT: _, ...own } = process.env;
    const env = { ...own, PATH: `${shims}${path.delimiter}${own.PATH}`, NO_COLOR: "1" };
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
