// The browser for the browser tests: found, installed on CI only, or reported as missing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ensureChromium } from "../../scripts/lib/chromium.mjs";
import { outerEnv } from "../../scripts/lib/npm.mjs";
import { machine, standIn } from "./sandbox.mjs";

process.env.EDGEGATE_QUIET = "1";

test("CHROMIUM names one, and must name a program", async (t) => {
  const m = machine(t);
  standIn(m.bin, "my-chrome");
  assert.equal(await ensureChromium({ ...m.env, CHROMIUM: `${m.bin}/my-chrome` }), `${m.bin}/my-chrome`);
  await assert.rejects(ensureChromium({ ...m.env, CHROMIUM: "/nowhere" }), /CHROMIUM is "\/nowhere", which is no program/);
});

test("a missing one is installed on CI, and nowhere else", async (t) => {
  const m = machine(t);
  standIn(m.bin, "env", 'shift; exec "$@"');
  standIn(m.bin, "apt-get", `case "$*" in *install*) PATH=/usr/bin:/bin; cp ${m.bin}/apt-get ${m.debian}/chromium;; esac`);
  assert.equal(await ensureChromium(m.bareEnv()), undefined);
  assert.deepEqual(m.calls("apt-get"), []);
  assert.equal(await ensureChromium({ ...m.bareEnv(), CI: "true" }), `${m.debian}/chromium`);
  assert.match(m.calls("apt-get").at(-1), / install .*chromium$/);
});

test("on CI one that cannot be installed is a failure", async (t) => {
  const m = machine(t);
  standIn(m.bin, "env", 'shift; exec "$@"');
  standIn(m.bin, "apt-get", "echo 'E: no' >&2; exit 100");
  await assert.rejects(ensureChromium({ ...m.bareEnv(), CI: "true" }), (error) => /apt-get.*code 100/.test(error.message) && error.output.includes("E: no"));
});

test("npm never runs on the Node that it is about to replace", () => {
  assert.equal(outerEnv({ PATH: "/repo/node_modules/.bin:/usr/bin:/x/node_modules/.bin:/bin" }).PATH, "/usr/bin:/bin");
});
