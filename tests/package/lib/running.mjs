// A project as `edgegate init` wrote it, in workerd, before a site of this test.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { modulesIn } from "../../../package/commands/lib/built.mjs";
import { devVars } from "../../../package/commands/lib/vars.mjs";
import { gatewayBindings, loopback } from "../../../scripts/lib/demo-workers.mjs";
import { inRoot } from "../../../scripts/lib/paths.mjs";
import { wrangler, wranglerEnv } from "../../../scripts/lib/wrangler.mjs";
import { startWorkerd } from "../../../scripts/lib/workerd.mjs";
import { Client, HOST } from "../../e2e/lib/client.mjs";
import { built, initialised, packageFolder, scratch } from "./package.mjs";

export { HOST } from "../../e2e/lib/client.mjs";

/** Values of .dev.vars, those that init left to be filled in among them. */
export const varsOf = (folder) => devVars(readFileSync(path.join(folder, ".dev.vars"), "utf8"));

/**
 * `init` with these flags for a gateway on loopback, then build, then workerd. `filled`: what a person would fill in; `bundled`: makes
 * of the folder one that workerd runs, where that is not what `edgegate build` leaves; `behind`: the source of a Worker behind it.
 * Answers with { gate, folder, vars }, of which `gate` is a Client, and stops with the test.
 */
export async function running(t, { origin, flags, filled = {}, bundled = built, behind }) {
  const folder = path.join(scratch(t), "gate");
  await initialised(folder, ...(origin ? ["--origin", origin] : []), "--host", HOST, ...flags);
  const out = bundled(folder);
  const vars = { ...varsOf(folder), ...filled };
  const worker = { name: "gate", modules: modulesIn(out), modulesRoot: out, ...gatewayBindings({ name: "gate", vars: { ...vars, EDGEGATE_LOOPBACK: loopback }, services: behind ? { ORIGIN: "behind" } : {}, buckets: {} }) };
  const site = { name: "behind", modules: [{ type: "ESModule", path: path.join(out, "behind.js"), contents: behind }], modulesRoot: out };
  const { port, stop } = await startWorkerd(behind ? [worker, site] : [worker]);
  const gate = new Client({ name: "gate", port: port("gate"), seen: new Set(), decision: () => undefined });
  t.after(async () => (gate.close(), await stop()));
  return { gate, folder, vars };
}

/** What wrangler makes of a project, by its own configuration and build command, where npm has installed the package and wrangler. */
export function bundledByWrangler(folder) {
  const modules = path.join(folder, "node_modules");
  mkdirSync(path.join(modules, ".bin"), { recursive: true });
  cpSync(packageFolder, path.join(modules, "edgegate"), { recursive: true });
  for (const name of readdirSync(inRoot("node_modules"))) if (!name.startsWith(".")) symlinkSync(inRoot("node_modules", name), path.join(modules, name));
  symlinkSync("../edgegate/bin/edgegate.mjs", path.join(modules, ".bin/edgegate"));
  const [program, args] = wrangler("deploy", "--dry-run", "--outdir", "out");
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8", env: { ...wranglerEnv(), CI: "true" } });
  assert.equal(status, 0, stdout + stderr);
  return path.join(folder, "out");
}
