// `edgegate deploy` in a project of one's own, with a stand-in for its wrangler. What it shares with `npm run deploy` is tested in
// tests/setup/deploy.test.mjs.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { initialised, scratch } from "./lib/package.mjs";
import { project, started } from "./lib/process.mjs";

const WRANGLER = `
  const { appendFileSync } = require("node:fs");
  const args = process.argv.slice(2);
  appendFileSync("calls", args.join(" ") + "\\n");
  if (process.env.WRANGLER_SEND_METRICS !== "false") process.exit(9);
  if (args[0] === "secret") console.log('[{"name":"EDGEGATE_SEAL_KEY"}]');
  if (args[0] === "deploy") process.exit(Number(process.env.WRANGLER_CODE ?? 0));
`;

/** How wrangler is told what was looked at. */
const as = (environment) => `--config wrangler.toml --env=${environment}`;

/** A project of people with a password. Answers with { folder, deploy(args), calls(), file(name) }. */
async function deployable(t) {
  const folder = scratch(t);
  await initialised(folder, "--origin", "https://origin.example.org", "--host", "gate.example.org", "--sign-in", "password");
  const wrangler = path.join(folder, "node_modules/wrangler");
  mkdirSync(path.join(wrangler, "bin"), { recursive: true });
  writeFileSync(path.join(wrangler, "package.json"), '{ "bin": { "wrangler": "./bin/wrangler.js" } }');
  writeFileSync(path.join(wrangler, "bin/wrangler.js"), WRANGLER);
  const file = (name) => path.join(folder, name);
  return {
    folder,
    file,
    calls: () => (existsSync(file("calls")) ? readFileSync(file("calls"), "utf8").trimEnd().split("\n") : []),
    async deploy(args = [], env = {}) {
      const command = started(t, folder, ["deploy", ...args], { env });
      return { code: await command.ended, output: command.output() };
    },
  };
}

test("it builds, deploys by the project's wrangler, keeps the policy, and names what is open", async (t) => {
  const a = await deployable(t);
  const { code, output } = await a.deploy(["--env", "staging"]);
  assert.equal(code, 0, output);
  assert.deepEqual(a.calls(), [`secret list --format json ${as("staging")}`, `deploy ${as("staging")}`]);
  for (const name of ["index.js", "index_bg.wasm", "policy.bin"]) assert.ok(existsSync(a.file(`build/${name}`)), name);
  assert.equal(readFileSync(a.file("edgegate.staging.deployed.toml"), "utf8"), readFileSync(a.file("edgegate.toml"), "utf8"));
  for (const words of [/still missing.*\n {4}npx wrangler secret put EDGEGATE_ASSERTION_KEY --env staging\n/, /names no route/, /still has the starter's example\.org/, /"Request limit failure mode" > Fail closed/, /The origin must answer nobody else/]) assert.match(output, words);
  assert.doesNotMatch(output, /put EDGEGATE_SEAL_KEY|second address/);
});

test("a dry run asks no account and keeps nothing", async (t) => {
  const a = await deployable(t);
  const { code, output } = await a.deploy(["--", "--dry-run"]);
  assert.equal(code, 0, output);
  assert.deepEqual(a.calls(), [`deploy --dry-run ${as("")}`]);
  assert.ok(!existsSync(a.file("edgegate.deployed.toml")));
});

test("a mistake, a failing test and a deployment that would take itself for a local one are not deployed", async (t) => {
  const a = await deployable(t);
  const policy = readFileSync(a.file("edgegate.toml"), "utf8");
  const config = readFileSync(a.file("wrangler.toml"), "utf8");
  for (const [name, text, words] of [
    ["edgegate.toml", policy.replace("version = 1", "version = 3"), /edgegate\.toml:4: version/],
    ["edgegate.toml", policy.replace('forwarded = "/"', 'forwarded = "/x"'), /edgegate\.toml:\d+: test/],
    ["wrangler.toml", `${config}\n[vars]\nEDGEGATE_LOOPBACK = "true"\n`, /runs for one machine alone/],
  ]) {
    const before = readFileSync(a.file(name), "utf8");
    writeFileSync(a.file(name), text);
    const { code, output } = await a.deploy(["--dry-run"]);
    assert.equal(code, 1, output);
    assert.match(output, words);
    writeFileSync(a.file(name), before);
  }
  assert.deepEqual(a.calls(), []);
});

test("what changes is told, and keys that skip a step are not deployed", async (t) => {
  const a = await deployable(t);
  assert.equal((await a.deploy()).code, 0);
  const policy = readFileSync(a.file("edgegate.toml"), "utf8");
  writeFileSync(a.file("edgegate.toml"), `${policy}\n[[routes]]\nname = "about"\npath = "/about"\naccept = ["none"]\nforward = { origin = "site" }\n`);
  const told = await a.deploy(["--dry-run"]);
  assert.match(told.output, /What edgegate\.toml changes of edgegate\.deployed\.toml:\n +opened +about/);
  writeFileSync(a.file("edgegate.toml"), policy.replace('[session]\nkeys = ["seal-1"]', '[keys.seal-2]\nsecret = "EDGEGATE_SEAL_KEY_2"\nuse = "seal"\n\n[session]\nkeys = ["seal-2"]'));
  const skipped = await a.deploy(["--dry-run"]);
  assert.equal(skipped.code, 1);
  assert.match(skipped.output, /seal-2[^]*npx edgegate deploy --keys-at-once/);
  assert.equal((await a.deploy(["--dry-run", "--keys-at-once"])).code, 0);
});

test("every spelling of an environment is read, and wrangler is told of it by one", async (t) => {
  const a = await deployable(t);
  const calls = async (args, env) => {
    rmSync(a.file("calls"), { force: true });
    const { code, output } = await a.deploy(args, env);
    return code === 0 ? a.calls() : output;
  };
  for (const args of [["-e", "prod"], ["-e=prod"], ["-eprod"], ["--env", "prod"], ["--env=prod"], ["--e", "prod"], ["--e=prod"]]) assert.deepEqual(await calls([...args, "--dry-run", "--minify"]), [`deploy --dry-run --minify ${as("prod")}`], args.join(" "));
  assert.deepEqual(await calls(["--dryRun"], { CLOUDFLARE_ENV: "prod" }), [`deploy --dry-run ${as("prod")}`]);
  assert.deepEqual(await calls(["--env=", "--dry-run"], { CLOUDFLARE_ENV: "prod" }), [`deploy --dry-run ${as("")}`]);
  assert.equal((await calls(["-e", "prod"])).length, 2);
  assert.ok(existsSync(a.file("edgegate.prod.deployed.toml")) && !existsSync(a.file("edgegate.deployed.toml")));
  for (const args of [["-e"], ["--env", "--dry-run"], ["-e=a", "--env=b"], ["--env=../x"], ["-xe", "prod"]]) assert.match(await calls(args), /environment|not known/, args.join(" "));
});

test("what wrangler would deploy instead of the wrangler.toml that was looked at is refused", async (t) => {
  const a = await deployable(t);
  mkdirSync(a.file(".wrangler/deploy"), { recursive: true });
  for (const name of ["wrangler.json", "wrangler.jsonc", ".wrangler/deploy/config.json"]) {
    writeFileSync(a.file(name), "{}");
    const { code, output } = await a.deploy(["--dry-run"]);
    assert.equal(code, 1);
    assert.ok(output.includes(`edgegate: wrangler would take ${name}, and not the wrangler.toml that was looked at\n`), output);
    rmSync(a.file(name));
  }
  for (const args of [["--c", "other.toml"], ["-c=other.toml"], ["--config", "other.toml"], ["--cwd", ".."], ["--experimental-new-config"], ["--experimentalNewConfig"], ["other.js"], ["--dry-run", "other.js"], ["--script", "other.js"]]) {
    const { code, output } = await a.deploy(args);
    assert.equal(code, 1, args.join(" "));
    assert.match(output, /names another (?:configuration|Worker), and this command deploys the one at this folder/);
  }
  assert.deepEqual(a.calls(), []);
  assert.equal((await a.deploy(["--dry-run", "--var", "A:1", "B:2", "--name", "other"])).code, 0, "values of options are no Workers");
  for (const args of [["--secretsFile", "own.vars"], ["--secrets-file", "none", "--secrets-file=own.vars"]]) {
    writeFileSync(a.file("own.vars"), "EDGEGATE_LOOPBACK=true\n");
    assert.match((await a.deploy(args)).output, /own\.vars would say to the deployment that it runs for one machine alone/);
  }
  writeFileSync(a.file("wrangler.toml"), `${readFileSync(a.file("wrangler.toml"), "utf8")}\n[env.prod.vars]\n"EDGEGATE_LOOPB\\u0041CK" = "true"\n`);
  assert.match((await a.deploy(["--dry-run"])).output, /runs for one machine alone/);
});

test("files that the platform would serve past the gateway are not deployed with an application, and else warned of", async (t) => {
  const a = await deployable(t);
  const [policy, config] = ["edgegate.toml", "wrangler.toml"].map((name) => readFileSync(a.file(name), "utf8"));
  const deployed = async (handler, more, args = []) => {
    writeFileSync(a.file("edgegate.toml"), handler ? policy.replace('url = "https://origin.example.org"', "handler = true") : policy);
    writeFileSync(a.file("wrangler.toml"), `${config}\n${more}`);
    return a.deploy(["--dry-run", ...args]);
  };
  const past = /the files in \.\/public are served past the gateway, to everybody: \[assets\] lacks `run_worker_first = true`/;
  for (const [more, args] of [
    ['[assets]\ndirectory = "./public"\n'],
    ['[assets]\ndirectory = "./public"\nrun_worker_first = false\n'],
    ['[env.prod.assets]\ndirectory = "./public"\n', ["-e=prod"]],
    ['[assets]\ndirectory = "./public"\n[env.prod]\nworkers_dev = false\n', ["-e=prod"]],
    ["", ["--assets", "./public"]],
    ["", ["--assets=./public"]],
  ]) {
    const { code, output } = await deployed(true, more, args);
    assert.equal(code, 1, output);
    assert.match(output, past);
    const other = await deployed(false, more, args);
    assert.equal(other.code, 0, other.output);
    assert.match(other.output, past);
  }
  for (const [more, args] of [["[assets]\nrun_worker_first = true\n", ["--assets", "./public"]], ['[env.prod.assets]\ndirectory = "./public"\n']]) {
    const { code, output } = await deployed(true, more, args);
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /past the gateway/);
  }
  for (const [patterns, words] of [[["/api/*"], /guarded paths among them: \/members\/\*/], [["/*", "!/members/public/*"], /guarded paths among them: \/members\/\*/], [["/mem*"], /each guarded path is covered/]]) {
    const { code, output } = await deployed(true, `[assets]\ndirectory = "./public"\nrun_worker_first = ${JSON.stringify(patterns)}\n`);
    assert.equal(code, 0, output);
    assert.match(output, words);
  }
});

test("what is said of wrangler.toml holds for the environment that is deployed", async (t) => {
  const a = await deployable(t);
  writeFileSync(a.file("wrangler.toml"), `${readFileSync(a.file("wrangler.toml"), "utf8")}\n[env.prod]\nworkers_dev = true\n`);
  assert.doesNotMatch((await a.deploy(["--dry-run"])).output, /second address/);
  assert.match((await a.deploy(["--dry-run", "-e=prod"])).output, /lacks `workers_dev = false`: the gate has a second address/);
});

test("what wrangler cannot do is said, and nothing counts as deployed", async (t) => {
  const a = await deployable(t);
  const { code, output } = await a.deploy([], { WRANGLER_CODE: "1" });
  assert.equal(code, 1);
  assert.match(output, /wrangler deploy ended with code 1[^]*npx wrangler login/);
  assert.ok(!existsSync(a.file("edgegate.deployed.toml")));
});

test("help deploys nothing; without a project or without wrangler it says what to do", async (t) => {
  const a = await deployable(t);
  assert.match((await a.deploy(["--help"])).output, /--keys-at-once/);
  assert.deepEqual(a.calls(), []);
  const empty = started(t, project(t), ["deploy"]);
  assert.equal(await empty.ended, 2);
  assert.match(empty.output(), /there is no edgegate\.toml here[^]*npx edgegate init/);
  const folder = scratch(t);
  await initialised(folder, "--origin", "https://origin.example.org", "--host", "gate.example.org", "--sign-in", "links");
  const bare = started(t, folder, ["deploy"]);
  assert.equal(await bare.ended, 1);
  assert.match(bare.output(), /npm install --save-dev wrangler/);
});

test("an origin on this machine is no origin of a deployment", async (t) => {
  const a = await deployable(t);
  const policy = readFileSync(a.file("edgegate.toml"), "utf8");
  assert.doesNotMatch((await a.deploy(["--dry-run"])).output, /address on this machine/);
  writeFileSync(a.file("edgegate.toml"), policy.replace('"https://origin.example.org"', '"http://localhost:3000"'));
  assert.match((await a.deploy(["--dry-run"])).output, /Warning: edgegate\.toml names an address on this machine/);
});
