// What can be seen in the project's folder: the policy, secrets, wrangler.toml, and what belongs to neither.
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { tool } from "../../tool/run.mjs";
import { LOOPBACK, names } from "../deploy/loopback.mjs";
import { isSeenByGit } from "../lib/git.mjs";
import { fail, ok, warn } from "./finding.mjs";

/** Answers with { findings, report }: the tool's own report on the policy, undefined if there is none. */
export function lookAtPolicy(folder, policy) {
  const { stdout, stderr } = tool(["check", "--json", "--policy", policy], { cwd: folder });
  const report = parsed(stdout);
  if (!report?.problems) return { findings: [fail("policy", `${policy} cannot be read: ${(report?.error?.message ?? stderr).trim()}`, "`npx edgegate init` writes one.")] };
  const place = ({ line, message }) => `${policy}:${line}: ${message}`;
  const wrong = report.problems.map((one) => fail("policy", place(one), "Mend it; nothing is built from the policy until then."));
  const loose = report.advice.map((one) => warn("policy", `${place(one)} [${one.code}]`, "`npx edgegate check` prints it too; [[allow_warnings]] of the policy takes note of what is meant."));
  const { passed, failed } = report.tests;
  const fine = wrong.length > 0 ? [] : [ok("policy", `${policy}: ${report.routes.length} routes, ${passed} of ${passed + failed} tests passed`)];
  return { findings: [...fine, ...wrong, ...loose], report: wrong.length === 0 ? report : undefined };
}

/** Values on this machine. Answers with { findings, named }: every secret that the policy names. */
export function lookAtSecrets(folder, policy) {
  const file = path.join(folder, ".dev.vars");
  const { stdout } = tool(["secrets", "--json", "--policy", policy, "--secrets", existsSync(file) ? ".dev.vars" : "-"], { cwd: folder });
  const secrets = parsed(stdout)?.secrets;
  if (!secrets) return { findings: [warn("secrets", "the secrets that the policy names could not be listed", "`npx edgegate secrets` says why.")], named: [] };
  const lacking = secrets.filter((one) => !one.ok);
  const todo = "Write them into .dev.vars, for runs on this machine. What is the gateway's own: npx edgegate key new --name NAME --append .dev.vars";
  const findings = [
    lacking.length === 0 ? ok("secrets", `.dev.vars: ${secrets.length} of ${secrets.length} have a value`) : warn("secrets", `.dev.vars lacks ${lacking.map(({ name, state }) => (state === "missing" ? name : `${name} (${state})`)).join(", ")}`, todo),
    ...(existsSync(file) ? [...unguarded(file), ...seenByGit(folder)] : []),
  ];
  return { findings, named: secrets.map(({ name }) => name) };
}

function unguarded(file) {
  const mode = statSync(file).mode & 0o077;
  return mode === 0 || process.platform === "win32" ? [] : [warn("secrets", ".dev.vars can be read by other users of this machine", "chmod 600 .dev.vars")];
}

function seenByGit(folder) {
  return isSeenByGit(folder, ".dev.vars") ? [fail("secrets", "git does not ignore .dev.vars, which holds keys", "echo .dev.vars >>.gitignore; and if it was committed, make new keys.")] : [];
}

/** What would make a deployment take itself for a local one. */
export function lookAtLoopback(folder) {
  const isOpen = names(path.join(folder, "wrangler.toml"), LOOPBACK);
  return isOpen ? [fail("loopback", `wrangler.toml has ${LOOPBACK}: whoever writes \`Host: localhost\` would get in by http`, `Take ${LOOPBACK} out of wrangler.toml.`)] : [];
}

/** wrangler and Node. */
export function lookAtPrograms(folder, findWrangler) {
  try {
    findWrangler(folder);
  } catch (error) {
    return [fail("wrangler", error.message, error.todo)];
  }
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 12)) return [ok("wrangler", "it is installed in the project")];
  return [warn("wrangler", `it wants Node 22.12 or later, and this is ${process.versions.node}`, "Install a newer Node before you deploy.")];
}

/** The account's secrets, by their names. `held`: as wrangler lists them, undefined if it does not. */
export function lookAtAccount(held, named, environment = "") {
  const there = environment && ` --env ${environment}`;
  if (!held) return [warn("account", "which secrets the account holds could not be asked", "`npx wrangler login` connects this machine to it; before the first deployment there are none.")];
  const missing = named.filter((name) => !held.includes(name));
  const local = held.includes(LOOPBACK) ? [fail("account", `the account has a secret ${LOOPBACK}: the deployment takes itself for a local one`, `npx wrangler secret delete ${LOOPBACK}${there}`)] : [];
  if (missing.length === 0) return [...local, ok("account", `it holds every secret that the policy names (${named.length})`)];
  return [...local, fail("account", `it lacks ${missing.join(", ")}; what needs it is refused`, missing.map((name) => `npx wrangler secret put ${name}${there}`).join("\n"))];
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A file of the folder, as text. */
export const textOf = (folder, name) => (existsSync(path.join(folder, name)) ? readFileSync(path.join(folder, name), "utf8") : undefined);
