// The servers of tests/origins and tests/sites: on CI Debian's packages are installed where one is missing; elsewhere it is
// named as skipped.
import { aptInstall } from "./apt.mjs";
import { step } from "./run.mjs";

export async function ensureOrigins(env = process.env) {
  const { origins } = await import("../../tests/origins/lib/origins.mjs");
  return ensurePackages("origins", origins, env);
}

export async function ensureSites(env = process.env) {
  const { sites } = await import("../../tests/sites/lib/sites.mjs");
  return ensurePackages("sites", sites, env);
}

async function ensurePackages(folder, servers, env) {
  if (env.CI !== "true") return;
  const packages = [...new Set(servers.flatMap((server) => (server.missing() ? server.packages ?? [] : [])))];
  if (packages.length === 0) return;
  await step(`Servers for tests/${folder}: apt-get install ${packages.join(" ")}`, "1 min", () =>
    aptInstall(packages, env, "Install them by hand."));
}
