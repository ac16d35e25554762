// Debian's packages, for what only a CI machine may install without asking.
import { must, run } from "./run.mjs";

/** Installs these packages, as root or by sudo. `todo`: what to do where that fails. */
export async function aptInstall(packages, env, todo) {
  const sudo = process.getuid?.() === 0 ? [] : ["sudo"];
  const [program, ...apt] = [...sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"];
  await run(program, [...apt, "update", "-q"], { env }); // an old list often does: the next line decides
  await must(program, [...apt, "install", "-q", "-y", "--no-install-recommends", ...packages], { env, todo });
}
