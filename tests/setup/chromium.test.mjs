// The browser for the browser tests: found, installed on CI only, or reported as missing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ensureBrowsers } from "../../scripts/lib/chromium.mjs";
import { outerEnv } from "../../scripts/lib/npm.mjs";
import { machine, standIn } from "./sandbox.mjs";

process.env.EDGEGATE_QUIET = "1";

test("the browser that CHROMIUM names is used for everything, and must be a program", async (t) => {
  const m = machine(t);
  standIn(m.bin, "my-chrome");
  standIn(m.debian, "chromium-headless-shell");
  assert.deepEqual(await ensureBrowsers({ ...m.env, CHROMIUM: `${m.bin}/my-chrome` }), { CHROMIUM: `${m.bin}/my-chrome` });
  await assert.rejects(ensureBrowsers({ ...m.env, CHROMIUM: "/nowhere" }), /CHROMIUM is "\/nowhere", which is no program/);
});

test("a missing one is installed on CI, and nowhere else", async (t) => {
  const m = machine(t);
  standIn(m.bin, "env", 'shift; exec "$@"');
  standIn(m.bin, "apt-get", installing(m, "chromium*"));
  assert.equal(await ensureBrowsers(m.bareEnv()), undefined);
  assert.deepEqual(m.calls("apt-get"), []);
  const both = { CHROMIUM: `${m.debian}/chromium`, EDGEGATE_HEADLESS_SHELL: `${m.debian}/chromium-headless-shell` };
  assert.deepEqual(await ensureBrowsers({ ...m.bareEnv(), CI: "true" }), both);
  assert.match(m.calls("apt-get").at(-1), / install .*chromium-headless-shell$/);
  const calls = m.calls("apt-get").length;
  assert.deepEqual(await ensureBrowsers({ ...m.bareEnv(), CI: "true" }), both);
  assert.equal(m.calls("apt-get").length, calls, "what is there is not installed again");
});

test("where no headless shell can be installed, the browser alone is enough", async (t) => {
  const m = machine(t);
  standIn(m.bin, "env", 'shift; exec "$@"');
  standIn(m.bin, "apt-get", installing(m, "chromium"));
  const alone = { CHROMIUM: `${m.debian}/chromium` };
  assert.deepEqual(await ensureBrowsers({ ...m.bareEnv(), CI: "true" }), alone);
  standIn(m.bin, "apt-get", "exit 100");
  assert.deepEqual(await ensureBrowsers({ ...m.bareEnv(), CI: "true" }), alone, "nor is one that is there installed again");
});

/** What apt-get does: it installs a package of such a name, and fails with any other. */
const installing = (m, name) =>
  `case "$*" in *install*) PATH=/usr/bin:/bin; for last; do :; done; case "$last" in ${name}) cp ${m.bin}/apt-get ${m.debian}/$last;; *) exit 100;; esac;; esac`;

test("on CI one that cannot be installed is a failure", async (t) => {
  const m = machine(t);
  standIn(m.bin, "env", 'shift; exec "$@"');
  standIn(m.bin, "apt-get", "echo 'E: no' >&2; exit 100");
  await assert.rejects(ensureBrowsers({ ...m.bareEnv(), CI: "true" }), (error) => /apt-get.*code 100/.test(error.message) && error.output.includes("E: no"));
});

test("npm never runs on the Node that it is about to replace", () => {
  assert.equal(outerEnv({ PATH: "/repo/node_modules/.bin:/usr/bin:/x/node_modules/.bin:/bin" }).PATH, "/usr/bin:/bin");
});
