// Every command gives its help at once: nothing is installed and nothing is built.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/lib/paths.mjs";
import { machine } from "./sandbox.mjs";

const helpOf = (name, env = process.env) => spawnSync("npm", ["run", "-s", name, "--", "--help"], { cwd: root, env, encoding: "utf8" });

// `npm run edgegate` is a program in Rust, which says by itself what it can do.
for (const name of ["test", "build", "bench", "fuzz", "origins", "faults", "load", "deploy", "mutants", "simulate"]) {
  test(`npm run ${name} -- --help`, (t) => {
    const m = machine(t);
    const PATH = `${m.bin}:${path.dirname(process.execPath)}:/usr/bin:/bin`;
    const { status, stdout, stderr } = helpOf(name, { ...m.env, PATH });
    assert.equal(status, 0, stderr);
    assert.match(stdout, new RegExp(`^npm (run )?${name}\\b`));
    assert.deepEqual(["rustc", "rustup", "apt-get"].flatMap(m.calls), []);
  });
}

test("the faults and kinds that the examples of npm run faults name are in its lists", () => {
  const { stdout } = helpOf("faults");
  const known = [...stdout.matchAll(/^ {4}(\S.*)$/gm)].map(([, name]) => name);
  const examples = [...stdout.matchAll(/--(?:only|with) "([^"]+)"/g)].flatMap(([, text]) => (known.includes(text) ? [text] : text.split(",")));
  assert.ok(known.length > 50 && examples.length >= 4, examples.join());
  assert.deepEqual(examples.filter((name) => !known.includes(name)), []);
});
