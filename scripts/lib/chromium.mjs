// A Chromium for the browser tests: the one that CHROMIUM names, the machine's own, or on CI Debian's by apt.
import { aptInstall } from "./apt.mjs";
import { Failure, isProgram, step, which } from "./run.mjs";

const SHELL = "chromium-headless-shell";

/**
 * The variables by which the test processes find it: { CHROMIUM }, and where the machine has Chromium's headless shell
 * { EDGEGATE_HEADLESS_SHELL }, in which they take half the time; undefined without a browser. A browser that somebody names
 * is used for everything.
 */
export function findBrowsers(env = process.env) {
  const chromium = findChromium(env);
  const shell = env.CHROMIUM ? env.EDGEGATE_HEADLESS_SHELL : installed(SHELL, env);
  return chromium && { CHROMIUM: chromium, ...(shell && { EDGEGATE_HEADLESS_SHELL: shell }) };
}

/** The same, after installing both where that may be done. On CI a missing browser is a failure; a missing shell costs time alone. */
export async function ensureBrowsers(env = process.env) {
  const found = findBrowsers(env);
  if (env.CI !== "true" || env.CHROMIUM || found?.EDGEGATE_HEADLESS_SHELL) return found;
  if (!found) {
    await step("Chromium for the browser tests: apt-get install chromium", "1 min", () =>
      aptInstall(["chromium"], env, "Install Chromium by hand, or let CHROMIUM name one."));
    if (!findChromium(env)) throw new Failure("apt installed chromium, but there is no /usr/bin/chromium", { todo: "Let CHROMIUM name the browser." });
  }
  await step(`its headless shell: apt-get install ${SHELL}, where there is such a package`, "20 s", () => aptInstall([SHELL], env).catch(() => {}));
  return findBrowsers(env);
}

/** The path of a browser, or undefined. */
function findChromium(env) {
  if (env.CHROMIUM) {
    if (isProgram(env.CHROMIUM)) return env.CHROMIUM;
    throw new Failure(`CHROMIUM is "${env.CHROMIUM}", which is no program`, { todo: "Let it name a Chromium or Chrome, or unset it." });
  }
  return installed("chromium", env) ?? which("chromium-browser", env) ?? which("google-chrome", env);
}

/** Debian's own before what else has this name on the path. */
function installed(name, env) {
  const file = `${env.EDGEGATE_DEBIAN_BIN || "/usr/bin"}/${name}`;
  return isProgram(file) ? file : which(name, env);
}

/** What to say where it is missing and nobody allowed an installation. */
export const chromiumHint = "no Chromium: apt-get install chromium, or let CHROMIUM name one";
