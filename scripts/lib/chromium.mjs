// A Chromium for the browser tests: the one that CHROMIUM names, the machine's own, or on CI Debian's by apt.
import { Failure, isProgram, must, run, step, which } from "./run.mjs";

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
  const sudo = process.getuid?.() === 0 ? [] : ["sudo"];
  const apt = [...sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"];
  await step("Chromium for the browser tests: apt-get install chromium", "1 min", async () => {
    await run(apt[0], [...apt.slice(1), "update", "-q"], { env }); // an old list often does: the next line decides
    await must(apt[0], [...apt.slice(1), "install", "-q", "-y", "--no-install-recommends", "chromium"], {
      env,
      todo: "Install Chromium by hand, or let CHROMIUM name one.",
    });
  });
  const installed = findChromium(env);
  if (!installed) throw new Failure("apt installed chromium, but there is no /usr/bin/chromium", { todo: "Let CHROMIUM name the browser." });
  return installed;
}

/** What to say where it is missing and nobody allowed an installation. */
export const chromiumHint = "no Chromium: apt-get install chromium, or let CHROMIUM name one";
