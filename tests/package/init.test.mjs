// `edgegate init` itself: what it asks, what it never does, and what the files are that it writes beside the policy.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { packageSource } from "../../package/commands/init/source.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { init, initialised, run, scratch, tool } from "./lib/package.mjs";
import { varsOf } from "./lib/running.mjs";

const SITE = ["--origin", "https://origin.example.org", "--host", "gate.example.org"];
const LINKS = [...SITE, "--sign-in", "links"];

test("without a terminal it names every flag that is missing, and writes nothing", async (t) => {
  const folder = path.join(scratch(t), "gate");
  for (const [flags, missing] of [
    [[], ["--origin URL (or --service, --handler)", "--host", "--sign-in"]],
    [["--yes"], ["--origin URL (or --service, --handler)", "--host", "--sign-in"]],
    [[...SITE, "--sign-in", "provider"], ["--preset", "--client-id", "--allow"]],
    [[...SITE, "--sign-in", "provider", "--preset", "google"], ["--client-id", "--allow"]],
    [[...SITE, "--sign-in", "provider", "--preset", "entra"], ["--tenant", "--client-id"]],
    [[...SITE, "--sign-in", "tokens"], ["--admin"]],
  ]) {
    const { code, complaints } = await init(folder, ...flags);
    assert.equal(code, 2);
    assert.deepEqual([...complaints.matchAll(/^ +(--[\w-]+(?: URL \(or --service, --handler\))?)/gm)].map(([, flag]) => flag), missing, complaints);
  }
  assert.ok(!existsSync(folder));
});

test("a wrong answer is named with its flag", async (t) => {
  const folder = path.join(scratch(t), "gate");
  for (const [flags, words] of [
    [[...SITE, "--sign-in", "magic"], /--sign-in: magic is none of provider, password/],
    [["--origin", "origin.example.org", "--host", "gate.example.org", "--sign-in", "links"], /--origin: origin\.example\.org is no address/],
    [[...LINKS, "--paths", "/a*"], /--paths: \/a\* is no path/],
    [[...LINKS, "--client-id", "x"], /--client-id says nothing to --sign-in links/],
    [["--origin", "https://a.example", "--service", "b", "--host", "gate.example.org", "--sign-in", "links"], /name the site in two ways/],
    [[...LINKS, "--frobnicate"], /--frobnicate/],
    [["--origin", 'https://a.example/"x', "--host", "gate.example.org", "--sign-in", "links"], /is no address/],
  ]) {
    const { code, complaints } = await init(folder, ...flags);
    assert.equal(code, 2, complaints);
    assert.match(complaints, words);
  }
  const { code, complaints } = await init(folder, ...SITE, "--sign-in", "network", "--networks", "192.0.2.1/24");
  assert.equal(code, 1);
  assert.match(complaints, /edgegate\.toml:\d+: networks\.office/, "what the tool finds is shown with its line");
  assert.ok(!existsSync(folder));
});

test("nothing is overwritten, and what is there is named", async (t) => {
  const folder = scratch(t);
  for (const names of [["edgegate.toml"], [".dev.vars", "wrangler.toml"], ["wrangler.jsonc"]]) {
    names.forEach((name) => writeFileSync(path.join(folder, name), "mine"));
    const before = readdirSync(folder);
    const { code, complaints } = await init(folder, ...LINKS);
    assert.equal(code, 1);
    for (const name of names) assert.ok(complaints.includes(name), complaints);
    assert.deepEqual(readdirSync(folder), before);
    for (const name of before) assert.equal(readFileSync(path.join(folder, name), "utf8"), "mine");
  }
});

test("a package.json that is there stays, and the line to run adds what it lacks", async (t) => {
  const folder = scratch(t);
  writeFileSync(path.join(folder, "package.json"), "{}");
  const said = await initialised(folder, ...LINKS);
  assert.equal(readFileSync(path.join(folder, "package.json"), "utf8"), "{}");
  assert.match(said, /npm install --save-dev \S+ wrangler/);
});

test("keys are fresh, readable by their owner alone, and git does not see them", async (t) => {
  const folder = scratch(t);
  writeFileSync(path.join(folder, ".gitignore"), "mine\nbuild/");
  await initialised(folder, ...SITE, "--sign-in", "password");
  const other = path.join(scratch(t), "other");
  await initialised(other, ...SITE, "--sign-in", "password");
  const [vars, others] = [varsOf(folder), varsOf(other)];
  const names = [...readFileSync(path.join(folder, ".dev.vars"), "utf8").matchAll(/^(\w+)=/gm)].map(([, name]) => name);
  assert.deepEqual(names, ["EDGEGATE_SEAL_KEY", "EDGEGATE_ASSERTION_KEY"]);
  assert.equal(new Set([...Object.values(vars), ...Object.values(others)]).size, 4);
  assert.equal(statSync(path.join(folder, ".dev.vars")).mode & 0o777, 0o600);
  const ignored = readFileSync(path.join(folder, ".gitignore"), "utf8");
  assert.ok(ignored.startsWith("mine\nbuild/\n.dev.vars\n"), ignored);
  assert.equal(ignored.match(/^build\/$/gm).length, 1);
  execFileSync("git", ["init", "--quiet"], { cwd: folder });
  const seen = execFileSync("git", ["status", "--short", "--untracked-files=all"], { cwd: folder, encoding: "utf8" });
  assert.doesNotMatch(seen, /dev\.vars/);
  assert.match(seen, /edgegate\.toml/);
  assert.equal(tool(["secrets"], { cwd: folder }).code, 0, "the tool finds every secret there");
});

test("what somebody else chooses is left to be filled in, and named", async (t) => {
  const folder = path.join(scratch(t), "gate");
  const said = await initialised(folder, ...SITE, "--sign-in", "webhook", "--preset", "stripe");
  assert.match(said, /Fill in \.dev\.vars: STRIPE_WEBHOOK_SECRET\./);
  assert.equal(varsOf(folder).STRIPE_WEBHOOK_SECRET, "");
});

test("it ends with the three lines to run", async (t) => {
  const said = await initialised(path.join(scratch(t), "gate"), ...LINKS);
  assert.match(said, /2 tests passed: no problem\n/);
  assert.match(said, / && npm install\n  npx edgegate dev .*\n  npx edgegate deploy .*$/);
});

test("wrangler.toml has the starter's bindings, and no second door", async (t) => {
  const { unstable_readConfig: readConfig } = await import("wrangler");
  const own = readConfig({ config: inRoot("wrangler.toml") }, { hideWarnings: true });
  for (const [site, services] of [[SITE, []], [["--service", "my-site", "--host", "gate.example.org"], [{ binding: "ORIGIN", service: "my-site" }]]]) {
    const folder = path.join(scratch(t), "gate");
    await initialised(folder, ...site, "--sign-in", "links");
    const config = readConfig({ config: path.join(folder, "wrangler.toml") }, { hideWarnings: true });
    for (const key of ["compatibility_date", "workers_dev", "preview_urls", "kv_namespaces", "durable_objects", "migrations", "ratelimits", "observability", "dev"]) assert.deepEqual(plain(config[key]), plain(own[key]), key);
    assert.deepEqual(plain(config.services ?? []), services);
    assert.equal(config.name, "gate");
    assert.equal(config.build.command, "node node_modules/edgegate/bin/edgegate.mjs build");
    assert.match(readFileSync(path.join(folder, "edgegate.toml"), "utf8"), services.length > 0 ? /^service = "ORIGIN"/m : /^url = /m);
  }
});

test("an application in the gateway's own Worker stands behind it: src/index.js, and what it takes for the policy", async (t) => {
  const folder = path.join(scratch(t), "gate");
  await initialised(folder, "--handler", "--host", "gate.example.org", "--sign-in", "links");
  const { unstable_readConfig: readConfig } = await import("wrangler");
  const config = readConfig({ config: path.join(folder, "wrangler.toml") }, { hideWarnings: true });
  assert.equal(config.main, path.join(folder, "src/index.js"));
  assert.equal(config.alias["edgegate/policy"], "./build/policy.js");
  assert.match(readFileSync(path.join(folder, "edgegate.toml"), "utf8"), /^handler = true/m);
  assert.match(readFileSync(path.join(folder, "src/index.js"), "utf8"), /^export default edgegate\(/m);
  const other = path.join(scratch(t), "gate");
  mkdirSync(path.join(other, "src"), { recursive: true });
  writeFileSync(path.join(other, "src/index.js"), "mine");
  await initialised(other, "--handler", "--host", "gate.example.org", "--sign-in", "links");
  assert.equal(readFileSync(path.join(other, "src/index.js"), "utf8"), "mine");
});

test("package.json names the packed file that this came from", async (t) => {
  const home = scratch(t);
  const packed = path.join(home, "edgegate-0.1.0.tgz");
  writeFileSync(packed, "");
  await initialised(path.join(home, "a/gate"), ...LINKS, "--package", packed);
  const json = JSON.parse(readFileSync(path.join(home, "a/gate/package.json"), "utf8"));
  assert.equal(json.private, true);
  assert.equal(json.devDependencies.edgegate, "file:../../edgegate-0.1.0.tgz");
  assert.equal(json.devDependencies.wrangler, JSON.parse(readFileSync(inRoot("package.json"), "utf8")).devDependencies.wrangler);
  // As npm leaves it, installed from a file and from a registry.
  const own = path.join(home, "cache/node_modules/edgegate");
  mkdirSync(own, { recursive: true });
  const lock = (entry) => writeFileSync(path.join(home, "cache/node_modules/.package-lock.json"), JSON.stringify({ packages: { "node_modules/edgegate": entry } }));
  lock({ version: "0.1.0", resolved: "file:../edgegate-0.1.0.tgz" });
  assert.equal(packageSource(undefined, path.join(home, "b"), own), "file:../edgegate-0.1.0.tgz");
  lock({ version: "0.1.0", resolved: "https://registry.example/edgegate-0.1.0.tgz" });
  assert.equal(packageSource(undefined, path.join(home, "b"), own), "0.1.0");
  const { code, complaints } = await init(path.join(home, "c"), ...LINKS, "--package", path.join(home, "none.tgz"));
  assert.equal(code, 2);
  assert.match(complaints, /there is no .*none\.tgz/);
});

test("at a terminal it asks what no flag says, and asks again after a wrong answer", async (t) => {
  const folder = path.join(scratch(t), "gate");
  const { code, shown } = await atTerminal([folder, "--host", "gate.example.org"], [
    [/site behind the gateway/, "nowhere"],
    [/nowhere is no address[^]*site behind the gateway/, "service:my-site"],
    [/Who may see[^]*number or word/, "1"],
    [/Which one[^]*number or word/, "google"],
    [/client id/, "1234"],
    [/may come in/, "*@example.org"],
    [/Which paths are guarded \[\/members\/\*\]/, ""],
    [/open to everyone.*\[\/,\/assets\/\*\]/, "-"],
  ]);
  assert.equal(code, 0, shown);
  const policy = readFileSync(path.join(folder, "edgegate.toml"), "utf8");
  for (const line of [/^service = "ORIGIN"/m, /^preset = "google"/m, /^path = "\/members\/\*"/m, /^require = \{ email = \["\*@example\.org"\] \}/m]) assert.match(policy, line);
  assert.doesNotMatch(policy, /accept = \["none"\]/);
});

test("with --yes it asks only what has no usual answer", async (t) => {
  const folder = path.join(scratch(t), "gate");
  const { code, shown } = await atTerminal([folder, "--yes", ...SITE], [[/Who may see[^]*number or word/, "password"]]);
  assert.equal(code, 0, shown);
});

test("who ends it at a question gets nothing written", async (t) => {
  const folder = path.join(scratch(t), "gate");
  const [input, output] = [new PassThrough(), new PassThrough()];
  setImmediate(() => input.end());
  const { error } = console;
  console.error = () => {};
  t.after(() => (console.error = error));
  assert.equal(await run([folder], { io: { input, output: output.resume() } }), 130);
  assert.ok(!existsSync(folder));
});

test("--help names every flag", async () => {
  const said = [];
  assert.equal(await run(["--help"], { print: (text) => said.push(text) }), 0);
  for (const flag of ["--origin", "--service", "--host", "--sign-in", "--preset", "--issuer", "--client-id", "--allow", "--paths", "--open", "--package", "--yes"]) assert.ok(said[0].includes(`  ${flag} `), flag);
});

const plain = (value) => JSON.parse(JSON.stringify(value));

/** A person who waits for each question before answering. */
async function atTerminal(args, dialogue) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let [shown, from] = ["", 0];
  const said = [];
  output.setEncoding("utf8").on("data", (text) => {
    shown += text;
    const [next] = dialogue;
    if (!next || !next[0].test(shown.slice(from)) || !/: $/.test(shown)) return;
    dialogue.shift();
    from = shown.length;
    setImmediate(() => input.write(`${next[1]}\n`));
  });
  const code = await Promise.race([run(args, { io: { input, output }, print: (text) => said.push(text) }), new Promise((resolve) => setTimeout(resolve, 10_000, "it still waits for an answer").unref())]);
  assert.deepEqual(dialogue, [], shown);
  return { code, shown: `${shown}\n${said.join("\n")}` };
}

test("an origin may be a folder of a site", async (t) => {
  for (const [origin, forwarded] of [["https://www.example.org/shop", "/shop/"], ["https://www.example.org/shop/a/", "/shop/a/"], ["https://www.example.org", "/"]]) {
    const folder = path.join(scratch(t), "gate");
    const said = await initialised(folder, "--origin", origin, "--host", "gate.example.org", "--sign-in", "links", "--paths", "/files/*", "--open", "/");
    assert.match(said, /2 tests passed/, origin);
    assert.ok(readFileSync(path.join(folder, "edgegate.toml"), "utf8").includes(`forwarded = "${forwarded}"`), origin);
  }
});

test("the last lines of a project with an application in it run it", async (t) => {
  const said = await initialised(path.join(scratch(t), "gate"), "--handler", "--host", "gate.example.org", "--sign-in", "links", "--yes");
  assert.match(said, /\n {2}npx wrangler dev +# the application/);
  assert.doesNotMatch(said, /edgegate dev/);
});
