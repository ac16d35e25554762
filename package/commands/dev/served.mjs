// The gateway in workerd on this machine: built from a copy of the policy, started, and replaced by a newer one.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { tool } from "../../tool/run.mjs";
import { COMPATIBILITY_DATE, modulesIn } from "../lib/built.mjs";
import { Failure } from "../lib/failure.mjs";
import { ownMiniflare, quietEnv, workerFolder } from "../lib/own.mjs";
import { readToml } from "../lib/toml.mjs";
import { devVars } from "../lib/vars.mjs";
import { localised } from "./local.mjs";
import { privateFolder } from "./state.mjs";

const entry = readFileSync(new URL("../../templates/dev/entry.js", import.meta.url), "utf8");

/**
 * Compiles a policy into the folder `state`. `file`: its path, in whose folder its pictures and .dev.vars are; `text`: the policy.
 * Answers with what a Worker needs: { out, vars, bound, hosts, missing, policy }; throws a Failure with the tool's words.
 */
export function compiled({ file, text, state, address, origins }) {
  privateFolder(state);
  const folder = path.dirname(file);
  if (existsSync(file)) {
    const check = tool(["check", path.basename(file)], { cwd: folder });
    if (check.code !== 0) throw new Failure(`${path.basename(file)} has a mistake`, { output: check.stderr.trimEnd() });
  }
  const local = localised(text, { address, origins });
  const copy = path.join(state, "edgegate.toml");
  writeFileSync(copy, local.text);
  copyPictures(local.text, folder, state);
  const out = path.join(state, "build");
  const built = tool(["build", "--policy", copy, "--worker", workerFolder(), "--out", out], { cwd: folder });
  if (built.code !== 0) throw new Failure("the policy cannot be served", { output: built.stderr.trimEnd().replaceAll(copy, path.basename(file)) });
  const secrets = path.join(folder, ".dev.vars");
  const vars = existsSync(secrets) ? devVars(readFileSync(secrets, "utf8")) : {};
  return { out, vars, ...local, missing: missingSecrets(copy, secrets), policy: copy, secrets };
}

/** Pages may have pictures, which are named relative to the policy. */
function copyPictures(text, folder, state) {
  const { pages = {} } = readToml(text).tree;
  for (const name of [pages.logo, pages.favicon].filter((name) => typeof name === "string")) {
    const [from, to] = [path.resolve(folder, name), path.resolve(state, name)];
    if (!to.startsWith(state + path.sep) || !existsSync(from)) continue;
    mkdirSync(path.dirname(to), { recursive: true });
    copyFileSync(from, to);
  }
}

function missingSecrets(policy, secrets) {
  const { stdout } = tool(["secrets", "--json", "--policy", policy, "--secrets", existsSync(secrets) ? secrets : "-"]);
  try {
    return JSON.parse(stdout).secrets.filter(({ ok }) => !ok).map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Starts workerd with it. `client`: from which address requests come; `log`: called with each line of the log. Answers with { replace, stop }. */
export async function served(first, { folder, port, client, state, log }) {
  Object.assign(process.env, quietEnv({}));
  const { Miniflare, convertV4MiniflareOptions: options = (those) => those } = await ownMiniflare(folder);
  const described = (one) =>
    options({
      workers: [worker(one, { port, client })],
      host: "127.0.0.1",
      handleStructuredLogs: ({ message }) => log(message),
      resourcePersistencePath: path.join(state, "storage"),
      cf: false,
    });
  const miniflare = withoutItsSignals(() => new Miniflare(described(first)));
  await miniflare.ready;
  return {
    async replace(one) {
      await miniflare.setOptions(described(one));
      await miniflare.ready;
    },
    stop: () => miniflare.dispose(),
  };
}

/** Miniflare would end this process on Ctrl-C with an exit code of its own, before what is open is closed. */
function withoutItsSignals(make) {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  const before = new Set(signals.flatMap((signal) => process.listeners(signal)));
  const made = make();
  for (const signal of signals) for (const listener of process.listeners(signal)) if (!before.has(listener)) process.off(signal, listener);
  return made;
}

/** Its own socket, which leads straight to the door of the entry: the Worker that Miniflare puts in front would rewrite addresses. */
function worker({ out, vars, bound }, settings) {
  const built = modulesIn(out);
  return {
    name: "gateway",
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: ["nodejs_als"],
    modules: [{ type: "ESModule", path: path.join(out, "dev.js"), contents: entry }, { type: "ESModule", path: path.join(out, "dev-settings.js"), contents: settingsModule(settings) }, ...built],
    modulesRoot: out,
    unsafeDirectSockets: [{ host: "127.0.0.1", port: settings.port, entrypoint: "Door" }],
    bindings: { ...vars, EDGEGATE_LOOPBACK: "true" },
    kvNamespaces: { EDGEGATE_KV: "edgegate" },
    durableObjects: { EDGEGATE_LEDGER: { className: "Ledger", useSQLite: true } },
    ratelimits: Object.fromEntries([["EDGEGATE_LIMITER", 20, 60], ...bound.limiters.map(({ limit, seconds }) => [`EDGEGATE_RATE_${limit}_${seconds}`, limit, seconds])].map(([name, limit, period]) => [name, { namespace_id: name, simple: { limit, period } }])),
    r2Buckets: Object.fromEntries(bound.buckets.map((name) => [name, name.toLowerCase()])),
  };
}

const settingsModule = ({ port, client }) => `export const port = ${JSON.stringify(port)};\nexport const client = ${JSON.stringify(client)};\n`;
