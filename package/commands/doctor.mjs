// `edgegate doctor`: looks at everything that has to be right around the gateway, and says what to do about what is not.
import { heldSecrets } from "./deploy/deployment.mjs";
import { addressesOf } from "./doctor/addresses.mjs";
import { lookAtConfig } from "./doctor/config.mjs";
import { fail } from "./doctor/finding.mjs";
import { lookAtAccount, lookAtLoopback, lookAtPolicy, lookAtPrograms, lookAtSecrets, textOf } from "./doctor/local.mjs";
import { lookAtNetwork } from "./doctor/network.mjs";
import { configurationOf, configurationText, environmentName, otherConfiguration, otherTodo } from "./lib/configuration.mjs";
import { guarded } from "./lib/failure.mjs";
import { flags } from "./lib/flags.mjs";
import { ownWrangler, quietEnv } from "./lib/own.mjs";
import { run as runProgram } from "./lib/run.mjs";
import { readToml } from "./lib/toml.mjs";

export const help = `npx edgegate doctor [FLAGS]: looks at what has to be right around the gateway, and says what to do about what is not.

  --policy FILE   the policy [default: $EDGEGATE_POLICY, else edgegate.toml]
  --env NAME      an environment of wrangler.toml [default: $CLOUDFLARE_ENV, else none]
  --json          one JSON document: { ok, findings: [{ check, state, text, todo }] }
  --no-account    does not ask the Cloudflare account, by wrangler, which secrets it holds
  --no-network    calls nobody at all
  --help          this text

It reads the policy, .dev.vars and wrangler.toml, and calls the policy's own addresses: origins, providers, issuers, the
gateway; and the keys that their documents name, by https. Each line is ok, warn or fail. Exit code 1 if one is fail.

Example: npx edgegate doctor --no-account`;

const OPTIONS = { env: { type: "string", short: "e" }, policy: { type: "string" }, json: { type: "boolean" }, "no-account": { type: "boolean" }, "no-network": { type: "boolean" } };
const ACCOUNT_PATIENCE = 20_000;

export function run(args, { print = console.log } = {}) {
  return guarded(async () => {
    const { values } = flags(args, OPTIONS, { command: "doctor" });
    if (values.help) return void print(help);
    const policy = values.policy ?? (process.env.EDGEGATE_POLICY || "edgegate.toml");
    const environment = environmentName(values.env ?? process.env.CLOUDFLARE_ENV ?? "", values.env === undefined ? "CLOUDFLARE_ENV" : "--env");
    const findings = await examined(process.cwd(), policy, { environment, asksAccount: !values["no-account"] && !values["no-network"], asksNetwork: !values["no-network"] });
    const isWell = !findings.some(({ state }) => state === "fail");
    print(values.json ? JSON.stringify({ ok: isWell, findings }, null, 2) : told(findings));
    return isWell ? 0 : 1;
  });
}

async function examined(folder, policy, { environment, asksAccount, asksNetwork }) {
  const { findings, report } = lookAtPolicy(folder, policy);
  const secrets = report ? lookAtSecrets(folder, policy) : { findings: [], named: [] };
  const programs = lookAtPrograms(folder, ownWrangler);
  const all = [...findings, ...secrets.findings, ...programs, ...lookAtLoopback(folder)];
  if (!report) return all; // nothing can be said about what such a policy needs
  const { tree } = readToml(textOf(folder, policy));
  const config = configurationText(folder);
  const other = otherConfiguration(folder);
  if (other) all.push(fail("wrangler.toml", `wrangler takes ${other} in its place: what is said here of wrangler.toml does not count`, otherTodo(other)));
  if (config === undefined) all.push(fail("wrangler.toml", "there is none in this folder", "`npx edgegate init FOLDER` writes one."));
  else all.push(...lookAtConfig(tree, configurationOf(config, environment), report));
  const hasWrangler = config !== undefined && !programs.some(({ state }) => state === "fail");
  if (asksAccount && hasWrangler) all.push(...lookAtAccount(await accountSecrets(folder, environment), secrets.named, environment));
  if (asksNetwork) all.push(...(await lookAtNetwork(addressesOf(tree, report))));
  return all;
}

/** wrangler alone knows the account, and only where somebody is logged in. */
function accountSecrets(folder, environment) {
  const program = ownWrangler(folder);
  const wrangler = (args) => runProgram(process.execPath, [program, ...args], { cwd: folder, env: { ...quietEnv(), CI: "true" }, timeout: ACCOUNT_PATIENCE });
  return heldSecrets({ wrangler, environment });
}

function told(findings) {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ check, state, text, todo }) => `${state.padEnd(4)}  ${check.padEnd(width)}  ${text}${todo ? `\n${todo.replace(/^/gm, " ".repeat(width + 8))}` : ""}`);
  const count = (state) => findings.filter((one) => one.state === state).length;
  return `${lines.join("\n")}\n\n${count("ok")} ok, ${count("warn")} to look at, ${count("fail")} wrong`;
}
