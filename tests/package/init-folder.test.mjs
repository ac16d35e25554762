// What `edgegate init` finds in a folder: a repository whose rules are others' own, and symbolic links.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { init, initialised, scratch } from "./lib/package.mjs";

const LINKS = ["--origin", "https://origin.example.org", "--host", "gate.example.org", "--sign-in", "links"];

test("git does not see the keys, whatever .gitignore has; where it does nonetheless, that is said", async (t) => {
  for (const before of ["!.dev.vars*\n", ".dev.vars\n.dev.vars.*\n!.dev.vars*", " .dev.vars\n", "*.log\n!.dev.vars\r\n"]) {
    const folder = scratch(t);
    execFileSync("git", ["init", "--quiet"], { cwd: folder });
    writeFileSync(path.join(folder, ".gitignore"), before);
    assert.doesNotMatch(await initialised(folder, ...LINKS), /does not ignore/);
    execFileSync("git", ["check-ignore", "--quiet", ".dev.vars"], { cwd: folder });
  }
  const folder = scratch(t);
  execFileSync("git", ["init", "--quiet"], { cwd: folder });
  writeFileSync(path.join(folder, ".dev.vars"), "");
  execFileSync("git", ["add", ".dev.vars"], { cwd: folder });
  rmSync(path.join(folder, ".dev.vars"));
  assert.match(await initialised(folder, ...LINKS), /^git does not ignore \.dev\.vars, which holds the keys/m);
});

test("nothing is written through a symbolic link, dangling or not", async (t) => {
  for (const [name, flags] of [["edgegate.toml", LINKS], [".dev.vars", LINKS], ["package.json", LINKS], [".gitignore", LINKS], ["src", ["--handler", ...LINKS.slice(2)]], ["src/index.js", ["--handler", ...LINKS.slice(2)]]]) {
    for (const target of ["nowhere", "there"]) {
      const folder = scratch(t);
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      const end = path.join(scratch(t), target);
      if (target === "there") name === "src" ? mkdirSync(end) : writeFileSync(end, "mine");
      symlinkSync(end, path.join(folder, name));
      const { code, complaints } = await init(folder, ...flags);
      if (target === "there" && ["package.json", "src/index.js"].includes(name)) {
        assert.equal(code, 0, `${name} is there and stays: ${complaints}`);
      } else {
        assert.equal(code, 1, `${name} ${target}`);
        assert.match(complaints, new RegExp(`${name.replace(".", "\\.")} is (?:there already|a symbolic link), and nothing was written`));
        assert.deepEqual(readdirSync(folder, { recursive: true }).filter((one) => one !== "src"), name === "src" ? [] : [name]);
      }
      if (target === "nowhere") assert.ok(!existsSync(end), name);
      else if (name !== "src") assert.equal(readFileSync(end, "utf8"), "mine");
    }
  }
});
