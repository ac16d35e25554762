// `edgegate dev` in a project of a test, before a site of that test.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { startOrigin } from "../../e2e/lib/origin.mjs";
import { initialised } from "./package.mjs";
import { freePort, project, started } from "./process.mjs";

export const READY = /The gateway is at (\S+), the page of its decisions at (\S+)\. Ctrl-C/;

/** A project, a site, and the command before it, ready. */
export async function developing(t, { signIn = ["--sign-in", "links"], host = "gate.example.org", behind = ["--service", "my-site"], change = (policy) => policy, args } = {}) {
  const [site, folder, port] = [await startOrigin(), project(t), await freePort()];
  t.after(site.stop);
  if (signIn) await initialised(folder, ...behind, "--host", host, ...signIn);
  const file = path.join(folder, "edgegate.toml");
  const policy = signIn && readFileSync(file, "utf8");
  if (signIn) writeFileSync(file, change(policy));
  const command = started(t, folder, ["dev", "--port", `${port}`, "--page", `${await freePort()}`, ...(args ?? ["--origin", site.url])]);
  await command.until(READY);
  const [, url, page] = READY.exec(command.output());
  return { site, folder, file, port, command, url, page, policy: signIn && readFileSync(file, "utf8") };
}
