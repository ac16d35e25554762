// A project as `edgegate init` wrote it, in workerd, before a site of this test.

import { readFileSync } from "node:fs";
import path from "node:path";
import { modulesIn } from "../../../package/commands/lib/built.mjs";
import { devVars } from "../../../package/commands/lib/vars.mjs";
import { gatewayBindings, loopback } from "../../../scripts/lib/demo-workers.mjs";
import { startWorkerd } from "../../../scripts/lib/workerd.mjs";
import { Client, HOST } from "../../e2e/lib/client.mjs";
import { built, initialised, scratch } from "./package.mjs";

export { HOST } from "../../e2e/lib/client.mjs";

/** Values of .dev.vars, those that init left to be filled in among them. */
export const varsOf = (folder) => devVars(readFileSync(path.join(folder, ".dev.vars"), "utf8"));

/**
 * `init` with these flags for a gateway on loopback, then build, then workerd. `filled`: what a person would fill in.
 * Answers with { gate, folder, vars }, of which `gate` is a Client, and stops with the test.
 */
export async function running(t, { origin, flags, filled = {} }) {
  const folder = path.join(scratch(t), "gate");
  await initialised(folder, "--origin", origin, "--host", HOST, ...flags);
  const out = built(folder);
  const vars = { ...varsOf(folder), ...filled };
  const logs = [];
  const { port, stop } = await startWorkerd([{ name: "gate", modules: modulesIn(out), modulesRoot: out, ...gatewayBindings({ name: "gate", vars: { ...vars, EDGEGATE_LOOPBACK: loopback }, services: {}, buckets: {} }) }], { log: (line) => logs.push(line) });
  const gate = new Client({ name: "gate", port: port("gate"), seen: new Set(), decision: () => undefined });
  t.after(async () => (gate.close(), await stop()));
  return { gate, folder, vars, logs };
}
