// `npm run deploy`: builds your Worker, hands it to wrangler, and names what is still open afterwards.
// `npm run deploy -- --dry-run` does all of it but the upload, and needs no account.
// The policy that was deployed is kept beside it, so that the next one is known to change its keys step by step;
// `--keys-at-once` deploys one that does not.
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { build, builds } from "./build.mjs";
import { inRoot, root } from "./lib/paths.mjs";
import { Failure, main, run } from "./lib/run.mjs";
import { tool } from "./lib/tool.mjs";
import { wrangler, wranglerEnv } from "./lib/wrangler.mjs";
import { setup } from "./setup.mjs";

const policy = builds.own.policy;
const loopback = "EDGEGATE_LOOPBACK";
const atOnce = "--keys-at-once";

const help = `npm run deploy [-- OPTIONS]: builds your Worker, deploys it, and names what is still open.

  --dry-run        all of it but the upload; needs no account
  --keys-at-once   deploys a policy whose keys skip a step (docs/operations.md, "Changing a key")
  --env NAME       an environment of wrangler.toml
  --help           this text

Other options go to \`wrangler deploy\`. The policy that was deployed is kept in edgegate.deployed.toml: commit it.`;

main(async (args) => {
  if (args.some((arg) => ["--help", "-h", "--version", "-v"].includes(arg))) return void console.log(help);
  // `npm run deploy --dry-run`, without the lone dashes, keeps the flag to npm itself: it must not become a real deployment.
  const dryRun = args.includes("--dry-run") || process.env.npm_config_dry_run === "true";
  if (dryRun && !args.includes("--dry-run")) args.push("--dry-run");
  const changesAtOnce = args.includes(atOnce);
  args = args.filter((arg) => arg !== atOnce);
  refuseDemo(args);
  refuseLoopback(args);
  const held = dryRun ? undefined : await heldSecrets(environmentOf(args));
  if (held?.includes(loopback)) throw leftOpen(`the account's secret ${loopback}`, `npx wrangler secret delete ${[loopback, ...environmentOf(args)].join(" ")}`);
  const tools = await setup();
  const deployed = deployedPolicy(environmentOf(args));
  await build(builds.own, tools);
  if (!changesAtOnce) await refuseSkippedSteps(deployed);
  await tellChanges(deployed);
  console.log(dryRun ? "\nWhat wrangler would upload:\n" : "\nwrangler deploy:\n");
  const [program, rest] = wrangler("deploy", ...args);
  const { code } = await run(program, rest, { cwd: root, env: wranglerEnv(), inherit: true });
  if (code !== 0) {
    throw new Failure(`wrangler deploy ended with code ${code}: its words are above`, {
      todo: dryRun ? "" : "The first time, `npx wrangler login` connects this machine to your account; `npm run deploy -- --dry-run` needs none.",
    });
  }
  if (!dryRun) {
    copyFileSync(inRoot(policy), inRoot(deployed));
    console.log(`\n${deployed} is now the policy that was deployed, for the next deployment to be compared with. Commit it.`);
  }
  console.log(await openSecrets(dryRun, environmentOf(args), held));
  const config = readFileSync(inRoot("wrangler.toml"), "utf8");
  console.log(unfinished(config, readFileSync(inRoot(policy), "utf8")) + otherNumbers(config) + secondDoors(config) + openDoors);
});

/** The demo's secrets are published: nothing of demo/ is ever deployed, and no other configuration by this command. */
function refuseDemo(args) {
  const elsewhere = args.find((arg) => /^(-c|--config|--cwd)/.test(arg));
  if (elsewhere) {
    throw new Failure(`${elsewhere} names another configuration, and this command deploys the one at the root`, {
      todo: "Your own gate is wrangler.toml and edgegate.toml at the root of the repository: `npm run deploy` without that argument.",
    });
  }
  const paths = [...args.map((arg) => arg.replace(/^--[a-z-]+=/, "")), process.env.EDGEGATE_POLICY ?? ""];
  const inDemo = paths.find((name) => !path.relative(inRoot("demo"), path.resolve(root, name || ".")).startsWith(".."));
  if (inDemo) {
    throw new Failure(`${inDemo} belongs to the demo, whose secrets are published`, {
      todo: "Your own gate is wrangler.toml and edgegate.toml at the root of the repository: `npm run deploy` without that argument.",
    });
  }
}

/** A deployment that takes itself for a local one believes every `Host: localhost`: http, published secrets and all. */
function refuseLoopback(args) {
  const inArgs = args.find((arg) => arg.includes(loopback));
  if (inArgs) throw leftOpen(inArgs, "leave it out");
  const at = args.findIndex((arg) => /^--secrets-file\b/.test(arg));
  const file = at < 0 ? undefined : args[at].includes("=") ? args[at].slice(args[at].indexOf("=") + 1) : args[at + 1];
  for (const name of ["wrangler.toml", file]) {
    if (name && names(path.resolve(root, name), loopback)) throw leftOpen(name, `take ${loopback} out of ${name}; it belongs into .dev.vars`);
  }
}

function leftOpen(where, todo) {
  return new Failure(`${where} would say to the deployment that it runs for one machine alone: whoever writes \`Host: localhost\` would get in by http and by published secrets`, { todo: `Do this first: ${todo}.` });
}

/** Whether a file has the word outside comments. */
function names(file, word) {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return text.split("\n").some((line) => !line.trim().startsWith("#") && line.includes(word));
}

/** The arguments that pick the same wrangler environment. */
function environmentOf(args) {
  const at = args.findIndex((arg) => arg === "-e" || arg === "--env" || arg.startsWith("--env="));
  if (at < 0) return [];
  return args[at].includes("=") ? [args[at]] : args.slice(at, at + 2);
}

/** Where the policy is kept that was deployed last: each of wrangler's environments has its own. */
function deployedPolicy(environment) {
  const name = environment.join(" ").split(/[ =]/)[1];
  return policy.replace(/\.toml$/, `${name ? `.${name}` : ""}.deployed.toml`);
}

/** What this deployment changes of the one before, in words. */
async function tellChanges(deployed) {
  if (!existsSync(inRoot(deployed))) return;
  const { code, output } = await run(tool(), ["policy", "diff", "--against", deployed], { cwd: root });
  console.log(`\nWhat ${policy} changes of ${deployed}:\n${output.trimEnd().replace(/^/gm, "  ")}`);
  if (code !== 0) console.log("  The deployment goes on; the line above says why this could not be told.");
}

/** While a deployment goes out, isolates of the one before answer too: what they do not know they refuse. */
async function refuseSkippedSteps(deployed) {
  if (!existsSync(inRoot(deployed))) return;
  const checked = await run(tool(), ["check", policy, "--deployed", deployed], { cwd: root });
  if (checked.code === 0) return;
  throw new Failure(`${policy} is not to be deployed after ${deployed}`, {
    output: checked.output,
    todo: `The steps are in docs/operations.md under "Changing a key". If a key leaked and everything under it is to end: npm run deploy -- ${atOnce}`,
  });
}

/** The secrets that the policy names and the account lacks. */
async function openSecrets(dryRun, environment, held) {
  const asked = await run(tool(), ["secrets", "--json"], { cwd: root });
  const named = asked.code <= 1 ? parseNames(asked.stdout) : undefined; // 1: some have no value on this machine, which is no matter here
  if (!named) return `\nWhich secrets ${policy} names could not be listed; "npm run edgegate -- secrets" says why.`;
  if (named.length === 0) return `\nSecrets: ${policy} names none.`;
  const put = (names) => names.map((name) => `    npx wrangler secret put ${[name, ...environment].join(" ")}`).join("\n");
  if (dryRun) return `\nSecrets that ${policy} names; each wants a value once, after the first deployment:\n${put(named)}`;

  const there = held ?? (await heldSecrets(environment));
  if (!there) return `\nWhich secrets the account holds could not be listed. Those that ${policy} names:\n${put(named)}`;
  const missing = named.filter((name) => !there.includes(name));
  if (missing.length === 0) return `\nSecrets: every one that ${policy} names has a value.`;
  return `\nSecrets still missing; until each has a value the gate refuses what needs it:\n${put(missing)}`;
}

/** Names of the secrets that the account holds; undefined if it does not say, as before the first deployment. */
async function heldSecrets(environment) {
  const [program, args] = wrangler("secret", "list", "--format", "json", ...environment);
  const listed = await run(program, args, { cwd: root, env: wranglerEnv() });
  return listed.code === 0 ? parseNames(listed.stdout) : undefined;
}

/** Names out of ["A"], [{"name": "A"}] or {"secrets": […]}. */
function parseNames(json) {
  try {
    const value = JSON.parse(json);
    return (Array.isArray(value) ? value : value.secrets).map((entry) => (typeof entry === "string" ? entry : entry.name));
  } catch {
    return undefined;
  }
}

/** What the starter leaves to be written, where it still stands. */
function unfinished(config, rules) {
  const left = [];
  if (!/^\s*(route|routes)\s*=|^\s*\[\[routes\]\]/m.test(config)) left.push("wrangler.toml names no route: the Worker would be uploaded and nothing would reach it. Write `routes` at the mark (2).");
  if (/^[^#]*\b(?:gate|origin)\.example\.org\b/m.test(rules)) left.push(`${policy} still has the starter's example.org: write the gate's own address (issuer) and your origin's.`);
  if (/^[^#]*"192\.0\.2\.0\/24"/m.test(rules)) left.push(`${policy} still lets 192.0.2.0/24 administer, a network that nobody has: write your own under [admin].`);
  return left.map((line) => `\nWarning: ${line}\n`).join("");
}

/** Limiters of routes that count otherwise than their names say, and so than the policy does. */
function otherNumbers(config) {
  const tables = config.replace(/^\s*#.*$/gm, "").split(/^\s*\[\[/m).filter((table) => /^(?:env\.[\w-]+\.)?ratelimits\]\]/.test(table));
  const number = (table, key) => Number(new RegExp(`\\b${key}\\s*=\\s*([\\d_]+)`).exec(table)?.[1].replaceAll("_", ""));
  const wrong = tables.flatMap((table) => {
    const [name, limit, period] = /EDGEGATE_RATE_(\d+)_(\d+)/.exec(table) ?? [];
    return !name || (number(table, "limit") === Number(limit) && number(table, "period") === Number(period)) ? [] : [name];
  });
  return wrong.map((name) => `\nWarning: the limiter ${name} in wrangler.toml has other numbers than its name says: it is not the rate of the policy.\n`).join("");
}

/** Addresses beside the routes, which wrangler opens unless it is told not to. */
function secondDoors(config) {
  const open = ["workers_dev", "preview_urls"].filter((name) => !new RegExp(`^${name}\\s*=\\s*false\\b`, "m").test(config));
  return open.map((name) => `\nWarning: wrangler.toml lacks \`${name} = false\`: the gate has a second address, which no zone rule guards.\n`).join("");
}

const openDoors = `
What no code can close; do both once, before real traffic:

  1. The route must fail closed. When the account's daily request limit is reached, Cloudflare by default sends requests past the
     Worker straight to the origin, unchecked. In the dashboard: your zone > Workers Routes > the route > Edit >
     "Request limit failure mode" > Fail closed (block). Do it for every route of this Worker, and again for routes added later.
  2. The origin must answer nobody else. Whoever knows its address walks around the gate. Any one of these closes it:
     a Cloudflare Tunnel with no public address; Authenticated Origin Pulls with a certificate of your own zone (the shared
     one admits every Cloudflare customer); or an origin that checks the signed Edgegate-Jwt on every request. A list of
     Cloudflare's addresses alone is not enough: other customers' Workers have them too.
`;
