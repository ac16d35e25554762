// `edgegate doctor` in a project of a test.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { initialised } from "./package.mjs";
import { project, started } from "./process.mjs";

/** Runs it. Answers with { code, findings, of(check), output }. */
export async function examined(t, folder, args = ["--no-network"], env) {
  const command = started(t, folder, ["doctor", "--json", ...args], { env });
  const code = await command.ended;
  const { findings, ok } = JSON.parse(command.output());
  assert.equal(code, ok ? 0 : 1);
  return { code, findings, output: command.output(), of: (check) => findings.filter((one) => one.check === check) };
}

/** A project of people with a password, whose routes wrangler.toml has. `sign`: other flags of init. */
export async function sound(t, { origin = "https://origin.example.org", host = "gate.example.org", sign = ["--sign-in", "password"] } = {}) {
  const folder = project(t);
  await initialised(folder, "--origin", origin, "--host", host, ...sign);
  const file = (name) => path.join(folder, name);
  const change = (name, from, to) => {
    const before = readFileSync(file(name), "utf8");
    assert.ok(before.includes(from), `${name} has no ${from}`);
    writeFileSync(file(name), before.replace(from, to));
  };
  change("wrangler.toml", "# routes = [\n", `routes = [{ pattern = "${host.split(":")[0]}/*", zone_name = "example.org" }]\n# routes = [\n`);
  return { folder, file, change };
}

export const states = (findings) => findings.map(({ state }) => state);
