// What wrangler.toml has to say for this policy.
import { seconds } from "../dev/local.mjs";
import { filesPastGateway } from "../lib/assets.mjs";
import { fail, ok, warn } from "./finding.mjs";

/** `policy`, `config`: both files as objects; `report`: the tool's report on the policy. */
export function lookAtConfig(policy, config, report) {
  return [...bindings(policy, config), ...addresses(policy, config, report), ...doors(config), ...files(policy, config), ...logs(config), openSwitch()];
}

function bindings(policy, config) {
  const lacking = needed(policy).filter(({ name, list, key = "binding" }) => !of(config, list).some((one) => one[key] === name));
  const findings = lacking.map(({ name, why, list, lines }) => fail("bindings", `wrangler.toml binds no ${name}, which ${why}`, lines ?? `Add it under [[${list}]].`));
  const ledger = of(config, "durable_objects.bindings").find((one) => one.name === "EDGEGATE_LEDGER");
  const isMade = of(config, "migrations").some((one) => one.new_sqlite_classes?.includes("Ledger"));
  if (ledger && (ledger.class_name !== "Ledger" || (!isMade && !ledger.script_name))) {
    findings.push(fail("bindings", "the Ledger's class is not made: a Durable Object with SQLite", '[[migrations]]\ntag = "v1"\nnew_sqlite_classes = ["Ledger"]'));
  }
  const handlers = Object.entries(policy.origins ?? {}).filter(([, { handler }]) => handler).map(([name]) => name);
  if (handlers.length > 0 && !config.alias?.["edgegate/policy"]) {
    findings.push(warn("bindings", `the origin ${handlers[0]} is an application in this Worker, and wrangler.toml does not say what "edgegate/policy" is`, '[alias]\n"edgegate/policy" = "./build/policy.js"\nNeeded unless the application passes its policy itself.'));
  }
  return findings.length > 0 ? findings : [ok("bindings", "wrangler.toml binds what the policy needs")];
}

/** What the policy needs, each with the list of wrangler.toml that has it. */
function needed(policy) {
  const has = (...tables) => tables.some((table) => policy[table] !== undefined);
  const all = [];
  if (has("bearer", "registry", "oauth", "session", "nonce", "ticket", "luminate")) all.push({ name: "EDGEGATE_KV", list: "kv_namespaces", why: "keeps sessions, tokens and clients", lines: '[[kv_namespaces]]\nbinding = "EDGEGATE_KV"' });
  if (policy.storage?.single_use !== "best-effort") all.push({ name: "EDGEGATE_LEDGER", key: "name", list: "durable_objects.bindings", why: "decides what works once", lines: '[[durable_objects.bindings]]\nname = "EDGEGATE_LEDGER"\nclass_name = "Ledger"' });
  const asksIssuers = Object.values(policy.issuers ?? {}).some(({ secret }) => secret);
  if (has("sign_in", "email_link", "admin", "basic") || asksIssuers) all.push({ name: "EDGEGATE_LIMITER", key: "name", list: "ratelimits", why: "counts guesses", lines: limiter("EDGEGATE_LIMITER", 20, 60) });
  for (const { rate } of policy.routes ?? []) {
    if (!rate || rate.exact) continue;
    const name = `EDGEGATE_RATE_${rate.limit}_${seconds(rate.period)}`;
    all.push({ name, key: "name", list: "ratelimits", why: "counts the requests of a route", lines: limiter(name, rate.limit, seconds(rate.period)) });
  }
  for (const [name, { service, r2 }] of Object.entries(policy.origins ?? {})) {
    if (service) all.push({ name: service, list: "services", why: `is the origin ${name}`, lines: `[[services]]\nbinding = "${service}"\nservice = "NAME OF THE WORKER"` });
    if (r2) all.push({ name: r2, list: "r2_buckets", why: `is the origin ${name}`, lines: `[[r2_buckets]]\nbinding = "${r2}"\nbucket_name = "NAME OF THE BUCKET"` });
  }
  return all;
}

const limiter = (name, limit, period) => `[[ratelimits]]\nname = "${name}"\nnamespace_id = "1001" # a number that no other limiter of the account has\nsimple = { limit = ${limit}, period = ${period} }`;

/** A list of tables by its dotted name. */
const of = (config, list) => [list.split(".").reduce((node, key) => node?.[key], config) ?? []].flat();

/** Whether visitors reach the gateway at the addresses of the policy. */
function addresses(policy, config, report) {
  const patterns = [config.route ?? [], config.routes ?? []].flat().map((one) => (typeof one === "string" ? one : one.pattern));
  if (patterns.length === 0) return [warn("routes", "wrangler.toml names no route: the Worker is deployed and nothing reaches it", "Write `routes` at the mark (2).")];
  const own = policy.gateway.issuer.replace(/^https?:\/\//, "");
  const hosts = new Set([own, ...(report?.routes ?? []).flatMap(({ host }) => host ?? []), ...(policy.session?.hosts ?? [])]);
  const missed = [...hosts].filter((host) => !patterns.some((pattern) => covers(pattern, host)));
  if (missed.length === 0) return [ok("routes", patterns.join(", "))];
  return missed.map((host) => warn("routes", `no route of wrangler.toml leads to ${host}, which the policy answers for`, `Add { pattern = "${host}/*", zone_name = … } to \`routes\`.`));
}

/** Whether a pattern of the platform takes requests for a host: the whole of it, by `*` at its end, or a Custom Domain. */
function covers(pattern, host) {
  const [wanted, ...path] = pattern.replace(/^[a-z*]+:\/\//, "").split("/");
  if (path.length > 0 && path.join("/") === "") return false; // the front page alone
  const name = host.replace(/:\d+$/, "").replace(/^\*\./, "any.");
  if (wanted.startsWith("*.")) return name.endsWith(wanted.slice(1));
  return wanted.startsWith("*") ? name.endsWith(wanted.slice(1)) : name === wanted;
}

function doors(config) {
  const open = ["workers_dev", "preview_urls"].filter((name) => config[name] !== false);
  const found = open.map((name) => fail("doors", `wrangler.toml lacks \`${name} = false\`: the gateway has a second address, which no zone rule guards`, `${name} = false`));
  return found.length > 0 ? found : [ok("doors", "no workers.dev and no preview address")];
}

function files(policy, config) {
  const past = filesPastGateway(policy, config);
  if (past) return [past.isWrong ? fail("assets", past.text, past.todo) : warn("assets", past.text, past.todo)];
  return config.assets ? [ok("assets", "the gateway stands before every file")] : [];
}

function logs({ observability }) {
  const isOn = observability?.enabled && observability.logs?.invocation_logs !== false;
  return isOn ? [warn("logs", "the platform's own line for each request is on: it holds the whole URL, with every signature in it", "[observability.logs]\ninvocation_logs = false")] : [ok("logs", "no whole URL is logged")];
}

/** No interface tells this switch, so the line stands until somebody has looked. */
const openSwitch = () =>
  warn("fail closed", "whether requests go past the Worker once the daily limit is reached cannot be asked from here", 'In the dashboard: your zone > Workers Routes > each route > Edit > "Request limit failure mode" > Fail closed (block).');
