// A Chromium for the browser tests: the one that CHROMIUM names, the machine's own, or on CI Debian's by apt.
import { aptInstall } from "./apt.mjs";
import { Failure, isProgram, step, which } from "./run.mjs";

const SHELL = "chromium-headless-shell";

/** The path of a browser, or undefined. */
export function findChromium(env = process.env) {
  if (env.CHROMIUM) {
    if (isProgram(env.CHROMIUM)) return env.CHROMIUM;
    throw new Failure(`CHROMIUM is "${env.CHROMIUM}", which is no program`, { todo: "Let it name a Chromium or Chrome, or unset it." });
  }
  return debian("chromium", env) ?? which("chromium", env) ?? which("chromium-browser", env) ?? which("google-chrome", env);
}

/**
 * By which variables the tests find it: { CHROMIUM }, and where the machine has the same browser without windows
 * { CHROMIUM_SHELL }, in which they take a third of the time; undefined without a browser. Who names one gets that one.
 */
export function findBrowsers(env = process.env) {
  const chromium = findChromium(env);
  const shell = env.CHROMIUM ? env.CHROMIUM_SHELL : debian(SHELL, env) ?? which(SHELL, env);
  return chromium && { CHROMIUM: chromium, ...(shell && { CHROMIUM_SHELL: shell }) };
}

/** The same, after installing both where that may be done. On CI a missing browser is a failure, and a missing shell costs time. */
export async function ensureBrowsers(env = process.env) {
  const found = findBrowsers(env);
  if (env.CI !== "true" || env.CHROMIUM || found?.CHROMIUM_SHELL) return found;
  await step(`Chromium for the browser tests: apt-get install chromium ${SHELL}`, "1 min", async () => {
    await aptInstall(["chromium"], env, "Install Chromium by hand, or let CHROMIUM name one.");
    await aptInstall([SHELL], env).catch(() => {});
  });
  const installed = findBrowsers(env);
  if (!installed) throw new Failure("apt installed chromium, but there is no /usr/bin/chromium", { todo: "Let CHROMIUM name the browser." });
  return installed;
}

function debian(name, env) {
  const file = `${env.EDGEGATE_DEBIAN_BIN || "/usr/bin"}/${name}`;
  return isProgram(file) ? file : undefined;
}

/** What to say where it is missing and nobody allowed an installation. */
export const chromiumHint = "no Chromium: apt-get install chromium, or let CHROMIUM name one";
