// The files of a new project, out of the answers.
import { choices, filled, policy, template } from "./compose.mjs";
import { isLoopback } from "./questions.mjs";

const quoted = (words) => words.map((word) => JSON.stringify(word)).join(", ");

/** The policy, as text. */
export function policyOf(answers) {
  const signIn = answers["sign-in"];
  const open = signIn === "none" ? [] : answers.open;
  const isWhole = answers.paths.some(({ path }) => path === "/*");
  const pieces = ["gateway", originOf(answers), ...(choices.sign_in[signIn].pieces ?? [signIn]), open.length > 0 ? "open" : isWhole ? "test-health" : "test-elsewhere"];
  return policy({ pieces, values: valuesOf(answers), guarded: distinct(answers.paths), open: distinct(open, answers.paths) });
}

const originOf = ({ service, handler }) => (handler ? "origin-handler" : service ? "origin-service" : "origin-url");

/** What stands for `{{…}}` in the templates; undefined leaves the line out. */
function valuesOf(answers) {
  const { host, preset } = answers;
  const known = choices.presets[answers["sign-in"]]?.[preset];
  const name = preset === undefined || known?.is_none ? "corp" : preset;
  const isProvider = answers["sign-in"] === "provider";
  const who = answers.allow?.includes("anybody") ? undefined : answers.allow;
  const issuer = answers.issuer && new URL(answers.issuer);
  return {
    issuer_url: `${isLoopback(host) ? "http" : "https"}://${host}`,
    origin: answers.origin,
    service: answers.service && "ORIGIN",
    provider: name,
    preset: known?.is_none ? undefined : preset,
    issuer: answers.issuer,
    tenant: answers.tenant,
    client_id: answers["client-id"],
    provider_secret: isProvider ? `${upper(name)}_SECRET` : undefined,
    allow: who && quoted(who),
    everybody: who ? undefined : "",
    allow_claim: known?.allow && (/^\w+$/.test(known.allow) ? known.allow : JSON.stringify(known.allow)),
    check_path: answers["check-path"],
    send_path: answers["send-path"],
    audience: answers.audience && quoted(answers.audience),
    jwks: answers.jwks,
    algorithms: answers.algorithms && quoted(answers.algorithms),
    issuer_origin: answers.jwks && issuer?.origin,
    issuer_origin_name: answers.jwks && "login",
    admin_networks: answers.admin && quoted(answers.admin),
    networks: answers.networks && quoted(answers.networks),
    sender: preset,
    webhook_secret: preset && `${upper(preset)}_WEBHOOK_SECRET`,
    sample: answers.paths[0].sample,
    base: answers.origin ? new URL(answers.origin).pathname.replace(/\/$/, "") : "",
  };
}

const upper = (name) => name.toUpperCase().replace(/[^A-Z0-9]/g, "_");

/** Routes have a name each; a path that is guarded is not open as well. */
function distinct(routes, others = []) {
  const taken = new Set(others.map(({ name }) => name));
  return routes.filter(({ path }) => !others.some((other) => other.path === path)).map((one) => {
    let name = one.name;
    for (let at = 2; taken.has(name); at++) name = `${one.name}-${at}`;
    taken.add(name);
    return { ...one, name };
  });
}

/** `.dev.vars`: fresh keys for what is the gateway's own, and lines to fill in for what somebody else chose. `secrets`: as the tool lists them. */
export function varsOf(secrets, answers, freshKey) {
  const isOurs = (name) => name.startsWith("EDGEGATE_") || choices.presets.webhook[answers.preset]?.is_chosen;
  const lines = secrets.map(({ name, used_for: what }) => `\n# ${what}\n${name}=${isOurs(name) ? freshKey() : ""}\n`);
  return `${template("project/dev.vars")}${lines.join("")}`;
}

/** `wrangler.toml`. */
export function wranglerOf(answers, name) {
  const parts = { service: answers.service, handler: answers.handler, "standing alone": !answers.handler };
  const chosen = template("project/wrangler.toml").replace(/^%% (.*)\n([^]*?)^%% end\n/gm, (_, part, text) => (parts[part] ? text : ""));
  return filled(chosen, { worker_name: name, worker_behind: answers.service, host: answers.host, zone: answers.host.split(".").slice(-2).join(".") });
}

/** The application of a Worker that has one: `src/index.js`. */
export const application = () => template("project/src/index.js");

/** `package.json`. `source`: what npm is told of this package. */
export const packageOf = (name, source) => filled(template("project/package.json"), { worker_name: name, package: source });

/** What .gitignore lacks, to be appended. The last line that fits decides, so one that stands before an exception (`!.dev.vars*`) is lacking. */
export function ignoredBeside(text) {
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
  const last = new Set(lines.slice(lines.findLastIndex((line) => line.startsWith("!")) + 1));
  const lacking = template("project/gitignore").split("\n").filter((line) => line && !last.has(line));
  if (lacking.length === 0) return "";
  return `${text && !text.endsWith("\n") ? "\n" : ""}${lacking.join("\n")}\n`;
}
