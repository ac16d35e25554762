// A Chromium for the browser tests: the one that CHROMIUM names, the machine's own, or on CI Debian's by apt.
import { aptInstall } from "./apt.mjs";
import { Failure, isProgram, step, which } from "./run.mjs";

/** The path of a browser, or undefined. */
export function findChromium(env = process.env) {
  if (env.CHROMIUM) {
    if (isProgram(env.CHROMIUM)) return env.CHROMIUM;
    throw new Failure(`CHROMIUM is "${env.CHROMIUM}", which is no program`, { todo: "Let it name a Chromium or Chrome, or unset it." });
  }
  const fixed = env.EDGEGATE_DEBIAN_BIN ? `${env.EDGEGATE_DEBIAN_BIN}/chromium` : "/usr/bin/chromium";
  return isProgram(fixed) ? fixed : which("chromium", env) ?? which("chromium-browser", env) ?? which("google-chrome", env);
}

/** The same, after installing it where that may be done. On CI a missing browser is a failure. */
export async function ensureChromium(env = process.env) {
  const found = findChromium(env);
  if (found || env.CI !== "true") return found;
  await step("Chromium for the browser tests: apt-get install chromium", "1 min", () =>
    aptInstall(["chromium"], env, "Install Chromium by hand, or let CHROMIUM name one."));
  const installed = findChromium(env);
  if (!installed) throw new Failure("apt installed chromium, but there is no /usr/bin/chromium", { todo: "Let CHROMIUM name the browser." });
  return installed;
}

/** What to say where it is missing and nobody allowed an installation. */
export const chromiumHint = "no Chromium: apt-get install chromium, or let CHROMIUM name one";
