// The servers of tests/origins: on CI Debian's packages are installed where one is missing; elsewhere it is named as skipped.
import { aptInstall } from "./apt.mjs";
import { step } from "./run.mjs";

export async function ensureOrigins(env = process.env) {
  if (env.CI !== "true") return;
  const { origins } = await import("../../tests/origins/lib/origins.mjs");
  const packages = [...new Set(origins.flatMap((origin) => (origin.missing() ? origin.packages ?? [] : [])))];
  if (packages.length === 0) return;
  await step(`Servers for tests/origins: apt-get install ${packages.join(" ")}`, "1 min", () =>
    aptInstall(packages, env, "Install them by hand."));
}
