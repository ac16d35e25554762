// Python for the NTLM tests: an environment made once for each list of packages, installed for on CI only, or reported as missing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { needsPython } from "../../scripts/lib/python.mjs";
import { clone, standIn } from "./sandbox.mjs";

/** A Python that can make environments; those take what pip is told as installed. */
const whole = 'PATH=/usr/bin:/bin; case "$2" in venv) mkdir -p "$3/bin"; cp "$0" "$3/bin/python";; esac';
const pipCalls = (m) => m.calls("python3").filter((line) => line.includes(" -m pip install "));
const ensure = (m, env = {}) => m.run("scripts/lib/python.mjs", [], { PATH: m.bin, EDGEGATE_QUIET: "1", CI: undefined, ...env });

test("it is made once, again when the list of packages changes, and from nothing when it was not finished", async (t) => {
  const m = clone(t);
  standIn(m.bin, "python3", whole);
  for (let time = 0; time < 2; time++) assert.deepEqual(await ensure(m), { code: 0, output: "  ok target/python/bin/python\n" });
  assert.equal(pipCalls(m).length, 1);
  assert.match(pipCalls(m)[0], / --only-binary :all: --require-hashes -r .*python-requirements\.txt$/);
  m.write("scripts/python-requirements.txt", "requests==0 --hash=sha256:00\n");
  await ensure(m);
  assert.equal(pipCalls(m).length, 2);

  standIn(m.bin, "python3", whole.replace("esac", 'pip) echo "no index"; exit 1;; esac'));
  m.write("scripts/python-requirements.txt", "requests==1 --hash=sha256:00\n");
  const failed = await ensure(m);
  assert.equal(failed.code, 1);
  assert.match(failed.output, /no index[^]*pip install[^]*ended with code 1[^]*package index/);
  standIn(m.bin, "python3", whole);
  assert.equal((await ensure(m)).code, 0);
});

test("a missing one is installed for on CI, and nowhere else", async (t) => {
  const m = clone(t);
  standIn(m.bin, "python3", "exit 1"); // Debian's, without python3-venv
  standIn(m.bin, "env", 'shift; exec "$@"');
  standIn(m.bin, "apt-get", `case "$*" in *install*) PATH=/usr/bin:/bin; cp ${m.home}/python3 ${m.debian}/python3;; esac`);
  standIn(m.home, "python3", whole);
  const without = await ensure(m);
  assert.deepEqual([without.code, m.calls("apt-get")], [1, []]);
  assert.match(without.output, /no Python 3\.11 to 3\.14 with venv: apt-get install python3-venv/);
  assert.equal((await ensure(m, { CI: "true" })).code, 0);
  assert.match(m.calls("apt-get").at(-1), / install .*python3-venv$/);
});

test("on CI one that cannot be installed is a failure", async (t) => {
  const m = clone(t);
  standIn(m.bin, "env", 'shift; exec "$@"');
  standIn(m.bin, "apt-get", "echo 'E: no' >&2; exit 100");
  const { code, output } = await ensure(m, { CI: "true" });
  assert.equal(code, 1);
  assert.match(output, /E: no[^]*apt-get.*code 100/);
});

test("a test file needs it when it imports what starts something in Python", () => {
  for (const helper of ["ntlm", "python", "requests"]) assert.ok(needsPython(`import { a } from "../lib/${helper}.mjs";\n`), helper);
  assert.ok(needsPython('import {\n  a,\n} from "../e2e/lib/ntlm.mjs";\n'));
  assert.ok(!needsPython('import { a } from "./lib/gateway.mjs";\n// import { a } from "./lib/ntlm.mjs";\n'));
});
