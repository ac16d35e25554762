// Chromium in front of a running gateway. With EDGEGATE_SCREENSHOTS a folder, pages are also kept as pictures there.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { startGateway } from "../../e2e/lib/gateway.mjs";

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/**
 * A gate under an address of its own, and a browser: { gate, address, visit, stop }. `more`: flags of the browser's; `secrets`:
 * changes to the demo's; `isWhole`: for what the headless shell does not have.
 */
export async function startBrowser(policy, more = [], secrets = {}, { isWhole = false } = {}) {
  const gateway = await startGateway({ gate: { policy, secrets } });
  const entry = await gateway.entry();
  const host = `127.0.0.1:${entry.port}`;
  const profile = mkdtempSync(path.join(tmpdir(), "edgegate-browser-"));
  const whole = process.env.CHROMIUM || "/usr/bin/chromium";
  const shell = process.env.EDGEGATE_HEADLESS_SHELL || whole;
  const browser = await chromium.launch({ executablePath: isWhole ? whole : shell, args: [...flags, ...more], env: { ...process.env, HOME: profile } });
  return {
    gateway,
    gate: Object.assign(entry, { host }),
    address: `http://${host}`,
    /** A page in a clean profile. `troubles` collects what the browser complains of. */
    async visit(options = {}) {
      const context = await browser.newContext({ locale: "en-GB", ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      const troubles = [];
      page.on("pageerror", (error) => troubles.push(error.message));
      page.on("console", (message) => message.type() === "error" && !/status of 4\d\d/.test(message.text()) && troubles.push(message.text()));
      return { context, page, troubles };
    },
    async stop() {
      await browser.close();
      entry.close();
      await gateway.stop();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** A picture for somebody to look at. */
export async function picture(page, name) {
  if (process.env.EDGEGATE_SCREENSHOTS) await page.screenshot({ path: path.join(process.env.EDGEGATE_SCREENSHOTS, `${name}.png`), fullPage: true });
}
