// The Workers of the demo, as startWorkerd takes them: the gateway that `npm run build -- --demo` made, and the site behind it.
// The bindings are those of demo/wrangler.toml, to which tests/setup/config.test.mjs holds them: reading that file
// takes wrangler, which is slow to load.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { modulesIn } from "../../package/commands/lib/built.mjs";
import { devVars } from "../../package/commands/lib/vars.mjs";
import { inRoot } from "./paths.mjs";
import { Failure } from "./run.mjs";
import { tool } from "./tool.mjs";

export const buildFolder = inRoot("demo/build");
const originFolder = inRoot("demo/origin");

/** The demo's secrets, which are published. That a deployment serves this machine alone is none. */
export const { EDGEGATE_LOOPBACK: loopback, ...secrets } = devVars(readFileSync(inRoot("demo/.dev.vars"), "utf8"));

/** The demo's policy, as text. */
export const policyText = () => readFileSync(inRoot("demo/edgegate.toml"), "utf8");

/** What of the build is missing, as paths; none if it is there. */
export const missingBuild = () => ["index.js", "gate.js", "index_bg.wasm", "policy.bin", "pages.bin"].map((name) => path.join("demo/build", name)).filter((file) => !existsSync(inRoot(file)));

/**
 * The gateway. `before`: modules of { name, contents } that stand beside the build; the first of them is run and imports
 * index.js. `policy`: its text, or itself compiled; without it the demo's. `folder`: another build than the demo's. The rest is what `gatewayBindings` takes.
 */
export function gatewayWorker({ before = [], policy, folder = buildFolder, ...bound }) {
  const [missing] = missingBuild();
  if (missing) throw new Failure(`there is no ${missing}`, { todo: "Run `npm run build -- --demo` first." });
  const modules = before.map(({ name, contents }) => ({ type: "ESModule", path: path.join(folder, name), contents }));
  const built = modulesIn(folder);
  const module = (name) => built.find(({ path: file }) => path.basename(file) === name);
  if (policy) module("policy.bin").contents = typeof policy === "string" ? compiled(policy) : policy;
  if (typeof policy === "string") module("pages.bin").contents = pagesOf(policy);
  return { name: bound.name, modules: [...modules, ...built], modulesRoot: folder, ...gatewayBindings(bound) };
}

/**
 * What it is bound to.
 *   name      of the Worker
 *   vars      what there is instead of the demo's secrets
 *   without   names of bindings that are not there
 *   sharing   name of the gateway whose KV and Durable Object it uses
 *   rates     names of limiters of routes, such as EDGEGATE_RATE_3_60
 *   kv, limit, services, buckets   where they are other than the demo's
 */
export function gatewayBindings({ name, vars = secrets, without = [], sharing, rates = [], kv = `kv-${sharing ?? name}`, limit = 20, services = { ORIGIN: "demo-origin" }, buckets = { FILES: BUCKET } }) {
  const bound = (all) => Object.fromEntries(Object.entries(all).filter(([binding, value]) => value !== undefined && !without.includes(binding)));
  return {
    bindings: bound({ EDGEGATE_LOOPBACK: loopback, ...vars }),
    kvNamespaces: bound({ EDGEGATE_KV: kv }),
    durableObjects: bound({ EDGEGATE_LEDGER: { className: "Ledger", useSQLite: true, ...(sharing && { scriptName: sharing }) } }),
    ratelimits: bound({ EDGEGATE_LIMITER: { namespace_id: `limiter-${name}`, simple: { limit, period: 60 } }, ...limitersOf(name, rates) }),
    serviceBindings: bound(services),
    r2Buckets: bound(buckets),
  };
}

/** Each with the numbers that its name says. */
function limitersOf(gateway, names) {
  const numbers = (name) => name.split("_").slice(2).map(Number);
  return Object.fromEntries(names.map((name) => [name, { namespace_id: `${name}-${gateway}`, simple: { limit: numbers(name)[0], period: numbers(name)[1] } }]));
}

/** The bucket, which the site fills when it is asked for its landing page. */
export const BUCKET = "edgegate-demo";

/** The site behind it. */
export function originWorker(name = "demo-origin") {
  return {
    name,
    modules: modulesIn(originFolder),
    modulesRoot: originFolder,
    bindings: { EDGEGATE_ASSERTION_KEY: secrets.EDGEGATE_ASSERTION_KEY },
    r2Buckets: { FILES: BUCKET },
  };
}

/** A policy as the Worker reads it. */
export const compiled = (text) => modulesOf(text)["policy.bin"];

/** Texts and pictures of its pages, as the Worker reads them. */
export const pagesOf = (text) => modulesOf(text)["pages.bin"];

/** What `edgegate build` writes of a policy, by the names of the files. */
export function modulesOf(text) {
  if (!policies.has(text)) policies.set(text, compile(text));
  return policies.get(text);
}

const policies = new Map();

function compile(text) {
  const folder = mkdtempSync(path.join(tmpdir(), "edgegate-policy-"));
  try {
    const file = path.join(folder, "edgegate.toml");
    writeFileSync(file, text);
    for (const picture of readdirSync(inRoot("demo")).filter((name) => name.endsWith(".svg"))) copyFileSync(inRoot("demo", picture), path.join(folder, picture));
    const { status, stderr, error } = spawnSync(tool(), ["build", "--policy", file, "--worker", buildFolder, "--out", folder], { encoding: "utf8" });
    if (status !== 0) throw new Failure(`the policy does not compile: ${error?.message ?? stderr}`, { todo: "`npm run build -- --demo` compiles the tool that compiles it." });
    return Object.fromEntries(["policy.bin", "pages.bin", "policy.js"].map((name) => [name, readFileSync(path.join(folder, name))]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
