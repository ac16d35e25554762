// Starts workerd. Tests and benches of every kind come here for it.
import { COMPATIBILITY_DATE } from "../../package/commands/lib/built.mjs";
import { childrenNamed } from "./process.mjs";
import { Failure } from "./run.mjs";

export { COMPATIBILITY_DATE };

/**
 * Starts Workers, described as Miniflare's older options have it (wrangler bundles a newer Miniflare), in one workerd.
 *   log      is called with each line of the log
 *   persist  a folder where what they store outlives the process
 *   inspector  true: with V8's inspector; its address is the answer's `inspector`
 * Each Worker has a socket of its own on loopback, which leads straight into it: `port(name)`. Only `entryPort` leads through
 * the Worker that `wrangler dev` puts in front of the first one, which rewrites requests and costs CPU time.
 * `pid` is workerd's, on Linux.
 */
export async function startWorkerd(workers, { log = () => {}, persist, inspector } = {}) {
  const { Miniflare, convertV4MiniflareOptions } = await loadMiniflare();
  const before = new Set(childrenNamed("workerd"));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: workers.map((worker) => ({ compatibilityDate: COMPATIBILITY_DATE, unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }], ...worker })),
      host: "127.0.0.1",
      // Miniflare reads workerd's output from a pipe and hands over each line, so the log is always written.
      handleStructuredLogs: ({ message }) => log(message),
      ...(persist && { resourcePersistencePath: persist }),
      ...(inspector && { inspectorPort: 0 }),
      cf: false,
    }),
  );
  const entry = await miniflare.ready.catch(async (error) => {
    await miniflare.dispose();
    throw error;
  });
  const started = childrenNamed("workerd").filter((pid) => !before.has(pid));
  const ports = await Promise.all(workers.map(async ({ name }) => [name, Number((await miniflare.unsafeGetDirectURL(name)).port)]));
  return {
    miniflare,
    pid: started.length === 1 ? started[0] : undefined, // two that start at once cannot be told apart
    entryPort: Number(entry.port),
    port: (name) => new Map(ports).get(name),
    inspector: inspector && (await miniflare.getInspectorURL()),
    stop: () => miniflare.dispose(),
  };
}

async function loadMiniflare() {
  try {
    return await import("miniflare");
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Failure("wrangler is not installed here", { todo: "Run `npm install` first." });
  }
}
