// `edgegate init [FOLDER]`: asks what is there and who may come in, and writes a project that works.
import { appendFileSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { tool } from "../tool/run.mjs";
import { answers } from "./init/ask.mjs";
import { application, ignoredBeside, packageOf, policyOf, varsOf, wranglerOf } from "./init/project.mjs";
import { questions } from "./init/questions.mjs";
import { packageSource } from "./init/source.mjs";
import { Failure, guarded } from "./lib/failure.mjs";
import { flags } from "./lib/flags.mjs";
import { isSeenByGit } from "./lib/git.mjs";

const flagLines = questions.map(({ flag, value = "", help }) => `  ${`--${flag} ${value}`.padEnd(24)}${help}`).join("\n");

export const help = `npx edgegate init [FOLDER] [FLAGS]: writes the project of a gateway before your site.

It asks what is there, and who may come in; each question has a flag. Without a terminal it never asks: it names the
flags that are missing. It writes edgegate.toml (the policy), wrangler.toml, .dev.vars (fresh keys, readable by you
alone) and package.json, and adds to .gitignore. If one of its files exists, it writes nothing; only a package.json
that is there already stays as it is.

${flagLines}
  --package FILE          the packed edgegate-0.1.0.tgz that package.json names [default: where this came from]
  --yes                   takes the usual answer to everything that has one
  --help                  this text

Examples:
  npx edgegate init gate --origin https://origin.example.org --host gate.example.org \\
    --sign-in provider --preset google --client-id 1234.apps.googleusercontent.com --allow '*@example.org'
  npx edgegate init gate --origin https://origin.example.org --host gate.example.org --sign-in links --paths '/files/*'
  npx edgegate init gate --service my-site --host api.example.org --sign-in tokens --admin 192.0.2.0/24`;

/** `io`: where a person is, { input, output }; by default the terminal, if there is one. */
export function run(args, { io, print = console.log } = {}) {
  return guarded(async () => {
    const options = Object.fromEntries(questions.map(({ flag, isSwitch }) => [flag, { type: isSwitch ? "boolean" : "string" }]));
    const { values, positionals } = flags(args, { ...options, package: { type: "string" }, yes: { type: "boolean", short: "y" } }, { command: "init", positionals: 1 });
    if (values.help) return void print(help);
    const named = ["origin", "service", "handler"].filter((flag) => values[flag]);
    if (named.length > 1) throw new Failure(`--${named.join(" and --")} name the site in two ways`, { todo: "Leave one of them out.", code: 2 });
    const folder = path.resolve(positionals[0] ?? ".");
    refuseExisting(folder);
    const source = packageSource(values.package, folder);
    const terminal = io ?? (process.stdin.isTTY && process.stdout.isTTY ? { input: process.stdin, output: process.stdout } : undefined);
    const found = await answers(values, { terminal, takeUsual: values.yes });
    const { policy, secrets, said } = checked(policyOf(found));
    const name = path.basename(folder).toLowerCase().replace(/[^a-z0-9-]+/g, "-").replace(/^-+|-+$/g, "") || "edgegate";
    const hadPackage = existsSync(path.join(folder, "package.json"));
    const texts = { [files.vars]: varsOf(secrets, found, freshKey), [files.policy]: policy, [files.wrangler]: wranglerOf(found, name) };
    if (!hadPackage) texts["package.json"] = packageOf(name, source);
    if (found.handler && !existsSync(path.join(folder, "src/index.js"))) texts["src/index.js"] = application();
    refuseLinks(folder, Object.keys(texts));
    write(folder, texts);
    print(ending({ folder, found, names: Object.keys(texts), hadPackage, said, source, vars: readFileSync(path.join(folder, ".dev.vars"), "utf8") }));
  });
}

const files = { policy: "edgegate.toml", wrangler: "wrangler.toml", vars: ".dev.vars" };

function refuseExisting(folder) {
  const there = [...Object.values(files), "wrangler.json", "wrangler.jsonc"].filter((name) => entry(folder, name));
  if (there.length === 0) return;
  throw new Failure(`${there.join(", ")} ${there.length > 1 ? "are" : "is"} there already, and nothing was written`, {
    todo: "Choose another folder: npx edgegate init FOLDER. Or move what is there out of the way.",
  });
}

/** What a link leads to is not this folder's, and may not exist: nothing is written through one. git does not follow a .gitignore that is one. */
function refuseLinks(folder, names) {
  const places = new Set([".", ".gitignore", ...names.flatMap((name) => [path.dirname(name), name])]);
  const isLink = (name) => entry(folder, name)?.isSymbolicLink() && !(name === "." && existsSync(folder));
  const links = [...places].filter(isLink).map((name) => (name === "." ? folder : name));
  if (links.length > 0) throw new Failure(`${links.join(", ")} ${links.length > 1 ? "are symbolic links" : "is a symbolic link"}, and nothing was written`, { todo: "Put a file or a folder in its place, or choose another folder: npx edgegate init FOLDER." });
}

/** What is in a folder by that name, a link as such. */
const entry = (folder, name) => lstatSync(path.join(folder, name), { throwIfNoEntry: false });

/** The policy goes through the tool before anything is written: what it takes for a mistake never reaches the folder. */
function checked(policy) {
  const scratch = mkdtempSync(path.join(tmpdir(), "edgegate-init-"));
  try {
    writeFileSync(path.join(scratch, files.policy), policy);
    const check = tool(["check", files.policy], { cwd: scratch });
    if (check.code !== 0) throw new Failure("with these answers there is no valid policy, and nothing was written", { output: check.stderr, todo: "The lines above say what does not fit." });
    const asked = tool(["secrets", "--json", "--policy", files.policy, "--secrets", "-"], { cwd: scratch });
    return { policy, secrets: JSON.parse(asked.stdout).secrets, said: check.stderr.trimEnd() || check.stdout.trimEnd().split("\n").at(-1) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function freshKey() {
  const made = tool(["key", "new"]);
  if (made.code !== 0) throw new Failure("no key could be made", { output: made.stderr });
  return made.stdout.trim();
}

/** `wx`: a file that has come into being meanwhile is not overwritten either. */
function write(folder, texts) {
  mkdirSync(folder, { recursive: true });
  const ignore = path.join(folder, ".gitignore");
  // First, so that the keys are never where git would see them.
  appendFileSync(ignore, ignoredBeside(existsSync(ignore) ? readFileSync(ignore, "utf8") : ""));
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text, { flag: "wx", mode: name === files.vars ? 0o600 : 0o666 });
  }
}

function ending({ folder, found, names, hadPackage, said, source, vars }) {
  const here = path.relative(process.cwd(), folder);
  const blank = vars.split("\n").flatMap((line) => /^(\w+)=$/.exec(line)?.[1] ?? []);
  const install = hadPackage ? `npm install --save-dev ${source.replace(/^file:/, "")} wrangler` : "npm install";
  return [
    said,
    "",
    `Written${here ? ` to ${here}` : ""}: ${[...names, ".gitignore"].join(", ")}.`,
    ...(isSeenByGit(folder, files.vars) ? ["git does not ignore .dev.vars, which holds the keys: see `git check-ignore -v .dev.vars` and `git ls-files .dev.vars` before you commit."] : []),
    ...(blank.length > 0 ? [`Fill in .dev.vars: ${blank.join(", ")}.`] : []),
    "",
    `  ${here ? `cd ${here} && ` : ""}${install}`,
    found.handler ? "  npx wrangler dev        # the application on this machine, behind the gateway" : "  npx edgegate dev        # the gateway on this machine, before the site",
    "  npx edgegate deploy     # on your Cloudflare account, after `npx wrangler login`",
  ].join("\n");
}
