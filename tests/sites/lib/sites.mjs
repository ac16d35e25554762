// Starts the site of a test: a folder of its own under the temporary one, a free port, a process until the test ends.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../origins/lib/process.mjs";

export const app = (name) => fileURLToPath(new URL(`../apps/${name}`, import.meta.url));

/** `start({ port, folder, settings })` is one of sites/; `settings`: what the operator sets because of the gateway. */
export async function startSite(site, settings = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), `edgegate-${site.name}-`));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const port = await freePort();
    const { stop } = await site.start({ port, folder, settings });
    return { port, folder, url: `http://127.0.0.1:${port}`, stop: () => (stop(), remove()) };
  } catch (error) {
    remove();
    throw error;
  }
}
