// A deployment, whoever asks for it: refuses what must not go out, builds, says what changes, hands the Worker to wrangler, and
// names what is still open afterwards.
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { filesPastGateway } from "../lib/assets.mjs";
import { configurationOf, configurationText, explicitly, refuseOtherConfiguration } from "../lib/configuration.mjs";
import { Failure } from "../lib/failure.mjs";
import { readToml } from "../lib/toml.mjs";
import { readArguments } from "./arguments.mjs";
import { refuseLoopback, refuseLoopbackSecret } from "./loopback.mjs";
import { filesPast, openDoors, otherNumbers, secondDoors, unfinished } from "./warnings.mjs";

const atOnce = "--keys-at-once";

/**
 *   args      of the command
 *   folder    where wrangler.toml and the policy are
 *   policy    its name
 *   words     how this command and the tool are called: { deploy, tool }; `option`: what stands before an option of the command
 *   tool      (args) => { code, output, stdout }: runs the tool in the folder
 *   wrangler  (args, { inherit }) => { code, stdout }
 *   build     compiles what is to go out
 *   print     shows a text
 */
export async function deployment({ args, folder, policy, words, tool, wrangler, build, print = console.log }) {
  const changesAtOnce = args.includes(atOnce);
  const { environment, rest, assets } = readArguments(args.filter((arg) => arg !== atOnce), words);
  // `npm run deploy --dry-run`, without the lone dashes, keeps the flag to npm itself: it must not become a real deployment.
  if (process.env.npm_config_dry_run === "true" && !rest.includes("--dry-run")) rest.push("--dry-run");
  const dryRun = rest.some((arg) => /^--dry-run(?:=true)?$/.test(arg));
  refuseOtherConfiguration(folder);
  refuseLoopback(rest, folder);
  const config = configurationOf(configurationText(folder) ?? "", environment);
  const files = refuseFilesPastGateway(folder, policy, config, assets);
  const account = { wrangler, environment };
  const held = dryRun ? undefined : await heldSecrets(account);
  if (held) refuseLoopbackSecret(held, environment);
  const deployed = deployedPolicy(policy, environment);
  const before = existsSync(path.resolve(folder, deployed));
  await build();
  if (before && !changesAtOnce) await refuseSkippedSteps({ tool, policy, deployed, words });
  if (before) await tellChanges({ tool, policy, deployed, print });
  print(dryRun ? "\nWhat wrangler would upload:\n" : "\nwrangler deploy:\n");
  const { code } = await wrangler(["deploy", ...rest, ...explicitly(environment)], { inherit: true });
  if (code !== 0) {
    throw new Failure(`wrangler deploy ended with code ${code}: its words are above`, {
      todo: dryRun ? "" : `The first time, \`npx wrangler login\` connects this machine to your account; \`${words.deploy}${words.option} --dry-run\` needs none.`,
    });
  }
  if (!dryRun) {
    copyFileSync(path.resolve(folder, policy), path.resolve(folder, deployed));
    print(`\n${deployed} is now the policy that was deployed, for the next deployment to be compared with. Commit it.`);
  }
  print(await openSecrets({ tool, policy, words, account, held, dryRun }));
  print(filesPast(files) + unfinished(config, readFileSync(path.resolve(folder, policy), "utf8"), policy) + otherNumbers(config) + secondDoors(config) + openDoors);
}

/** Answers with what is to be warned of. */
function refuseFilesPastGateway(folder, policy, config, assets) {
  const file = path.resolve(folder, policy);
  const past = filesPastGateway(existsSync(file) ? readToml(readFileSync(file, "utf8")).tree : {}, config, assets);
  if (past?.isWrong) throw new Failure(past.text, { todo: past.todo });
  return past;
}

/** Where the policy is kept that was deployed last: each of wrangler's environments has its own. */
function deployedPolicy(policy, environment) {
  return policy.replace(/\.toml$/, `${environment && `.${environment}`}.deployed.toml`);
}

/** What this deployment changes of the one before, in words. */
async function tellChanges({ tool, policy, deployed, print }) {
  const { code, output } = await tool(["policy", "diff", "--against", deployed]);
  print(`\nWhat ${policy} changes of ${deployed}:\n${output.trimEnd().replace(/^/gm, "  ")}`);
  if (code !== 0) print("  The deployment goes on; the line above says why this could not be told.");
}

/** While a deployment goes out, isolates of the one before answer too: what they do not know they refuse. */
async function refuseSkippedSteps({ tool, policy, deployed, words }) {
  const checked = await tool(["check", policy, "--deployed", deployed]);
  if (checked.code === 0) return;
  throw new Failure(`${policy} is not to be deployed after ${deployed}`, {
    output: checked.output,
    todo: `The steps are in ${words.manual} under "Changing a key". If a key leaked and everything under it is to end: ${words.deploy}${words.option} ${atOnce}`,
  });
}

/** The secrets that the policy names and the account lacks. */
async function openSecrets({ tool, policy, words, account, held, dryRun }) {
  const asked = await tool(["secrets", "--json"]);
  const named = asked.code <= 1 ? parseNames(asked.stdout) : undefined; // 1: some have no value on this machine, which is no matter here
  if (!named) return `\nWhich secrets ${policy} names could not be listed; "${words.tool} secrets" says why.`;
  if (named.length === 0) return `\nSecrets: ${policy} names none.`;
  const put = (names) => names.map((name) => `    npx wrangler secret put ${name}${account.environment && ` --env ${account.environment}`}`).join("\n");
  if (dryRun) return `\nSecrets that ${policy} names; each wants a value once, after the first deployment:\n${put(named)}`;

  const there = held ?? (await heldSecrets(account));
  if (!there) return `\nWhich secrets the account holds could not be listed. Those that ${policy} names:\n${put(named)}`;
  const missing = named.filter((name) => !there.includes(name));
  if (missing.length === 0) return `\nSecrets: every one that ${policy} names has a value.`;
  return `\nSecrets still missing; until each has a value the gate refuses what needs it:\n${put(missing)}`;
}

/** Names of the secrets that the account holds; undefined if it does not say, as before the first deployment. */
export async function heldSecrets({ wrangler, environment = "" }) {
  const listed = await wrangler(["secret", "list", "--format", "json", ...explicitly(environment)], {});
  return listed.code === 0 ? parseNames(listed.stdout) : undefined;
}

/** Names out of ["A"], [{"name": "A"}] or {"secrets": […]}. */
export function parseNames(json) {
  try {
    const value = JSON.parse(json);
    return (Array.isArray(value) ? value : value.secrets).map((entry) => (typeof entry === "string" ? entry : entry.name));
  } catch {
    return undefined;
  }
}
