// Deploying, with a stand-in for wrangler: what is handed to it, and what is said afterwards.
import assert from "node:assert/strict";
import { test } from "node:test";
import { builds, clone, compilesWith, standIn } from "./sandbox.mjs";

/** How wrangler is told what was looked at. */
const as = (environment) => `--config wrangler.toml --env=${environment}`;

/** A clone whose policy names two secrets, and whose account holds one of them. */
function account(t, { listed = '[{"name":"EDGEGATE_LINK_KEY","type":"secret_text"}]' } = {}) {
  const c = clone(t);
  standIn(c.bin, "cargo", compilesWith(`${builds}\n[ "$1" = secrets ] && echo '[{"name":"EDGEGATE_LINK_KEY"},{"name":"EDGEGATE_SESSION_KEY"}]'; exit 0`));
  c.write("node_modules/wrangler/bin/wrangler.js", `
    const { appendFileSync } = require("node:fs");
    const args = process.argv.slice(2);
    appendFileSync(process.env.LOG, "wrangler " + args.join(" ") + "\\n");
    if (process.env.WRANGLER_SEND_METRICS !== "false") process.exit(9);
    if (args[0] === "secret") ${listed ? `console.log('${listed}')` : "process.exit(1)"};
  `);
  c.write("node_modules/wrangler/package.json", "{}");
  return { ...c, deploy: (args = [], env = {}) => c.run("scripts/deploy.mjs", args, env) };
}

test("a dry run asks no account and names every secret of the policy", async (t) => {
  const a = account(t);
  const { code, output } = await a.deploy(["--dry-run"]);
  assert.equal(code, 0);
  assert.deepEqual(a.calls("wrangler"), [`wrangler deploy --dry-run ${as("")}`]);
  assert.match(output, /npx wrangler secret put EDGEGATE_LINK_KEY/);
  assert.match(output, /npx wrangler secret put EDGEGATE_SESSION_KEY/);
});

test("`npm run deploy --dry-run`, which npm keeps to itself, stays a dry run", async (t) => {
  const a = account(t);
  await a.deploy([], { npm_config_dry_run: "true" });
  assert.deepEqual(a.calls("wrangler"), [`wrangler deploy --dry-run ${as("")}`]);
});

test("a deployment names the secrets that are still missing, in its own environment", async (t) => {
  const a = account(t);
  const { output } = await a.deploy(["--env", "staging"]);
  assert.deepEqual(a.calls("wrangler"), [`wrangler secret list --format json ${as("staging")}`, `wrangler deploy ${as("staging")}`]);
  assert.match(output, /still missing.*\n {4}npx wrangler secret put EDGEGATE_SESSION_KEY --env staging\n/);
  assert.doesNotMatch(output, /put EDGEGATE_LINK_KEY/);
});

test("an account whose secrets cannot be listed gets all the names", async (t) => {
  const { output } = await account(t, { listed: "" }).deploy();
  assert.match(output, /could not be listed.*\n.*EDGEGATE_LINK_KEY\n.*EDGEGATE_SESSION_KEY/);
});

test("what no code can close is said every time", async (t) => {
  const a = account(t);
  for (const args of [[], ["--dry-run"]]) {
    const { output } = await a.deploy(args);
    assert.match(output, /"Request limit failure mode" > Fail closed/);
    assert.match(output, /The origin must answer nobody else/);
  }
});

test("what the starter leaves to be written is named where it still stands", async (t) => {
  const a = account(t);
  a.write("wrangler.toml", '# routes = []\n');
  a.write("edgegate.toml", 'issuer = "https://gate.example.org"\nallow = ["192.0.2.0/24"]\n');
  const { output } = await a.deploy(["--dry-run"]);
  for (const words of [/names no route/, /still has the starter's example\.org/, /still lets 192\.0\.2\.0\/24 administer/]) assert.match(output, words);
  a.write("wrangler.toml", 'routes = [{ pattern = "club.example/*" }]\n');
  a.write("edgegate.toml", 'issuer = "https://club.example" # not gate.example.org\nallow = ["198.51.100.0/24"]\n');
  assert.doesNotMatch((await a.deploy(["--dry-run"])).output, /names no route|starter's|administer/);
});

test("an address beside the routes is warned of", async (t) => {
  const a = account(t);
  a.write("wrangler.toml", "workers_dev = false\npreview_urls = true\n");
  const { output } = await a.deploy();
  assert.match(output, /Warning: wrangler\.toml lacks `preview_urls = false`/);
  assert.doesNotMatch(output, /lacks `workers_dev/);
});

test("files that the platform would serve before the gateway are warned of", async (t) => {
  const a = account(t);
  const said = async (config) => {
    a.write("wrangler.toml", config);
    return /Warning: the files in .* are served past the gateway/.test((await a.deploy(["--dry-run"])).output);
  };
  for (const config of ['[assets]\ndirectory = "public"\n', 'assets = { directory = "public" }\n[dev]\n', '[assets]\n# run_worker_first = true\n', '[assets]\nrun_worker_first = ["/a/*"]\n[x]\nrun_worker_first = true\n']) assert.ok(await said(config), config);
  for (const config of ["", '[assets]\ndirectory = "public"\nrun_worker_first = true\n\n[dev]\n', 'assets = { directory = "public", run_worker_first = true }\n']) assert.ok(!(await said(config)), config);
});

test("nothing that would make a deployment a local one is deployed", async (t) => {
  const refused = async (a, args, calls = []) => {
    const { code, output } = await a.deploy(args);
    assert.equal(code, 1, output);
    assert.match(output, /runs for one machine alone/);
    assert.deepEqual(a.calls("wrangler"), calls);
    a.forget();
  };
  const a = account(t);
  a.write("own.vars", "EDGEGATE_LINK_KEY=1\nEDGEGATE_LOOPBACK=true\n");
  for (const args of [["--var", "EDGEGATE_LOOPBACK:true"], ["--var=EDGEGATE_LOOPBACK:true"], ["--secrets-file", "own.vars"], ["--secrets-file=own.vars", "--dry-run"]]) await refused(a, args);
  for (const vars of ['[vars]\nEDGEGATE_LOOPBACK = "true"\n', '[env.staging.vars]\nEDGEGATE_LOOPBACK = "true"\n', 'vars = { EDGEGATE_LOOPBACK = "true" }\n']) {
    a.write("wrangler.toml", vars);
    await refused(a, ["--dry-run"]);
  }
  a.write("wrangler.toml", "# EDGEGATE_LOOPBACK belongs into .dev.vars\n");
  assert.equal((await a.deploy(["--dry-run"])).code, 0);
  const held = account(t, { listed: '[{"name":"EDGEGATE_LOOPBACK","type":"secret_text"}]' });
  await refused(held, [], [`wrangler secret list --format json ${as("")}`]);
});

test("the policy that was deployed is kept, and the next one is compared with it first", async (t) => {
  const a = account(t);
  assert.equal((await a.deploy()).code, 0);
  assert.equal(a.read("edgegate.deployed.toml"), a.read("edgegate.toml"));
  assert.ok(!a.calls("edgegate").some((call) => call.includes(" check ")), "the first deployment has nothing before it");
  a.forget();
  const before = a.read("edgegate.toml");
  a.write("edgegate.toml", `${before}# changed\n`);
  assert.equal((await a.deploy(["--dry-run"])).code, 0);
  assert.ok(a.calls("edgegate").includes("edgegate check edgegate.toml --deployed edgegate.deployed.toml"), a.calls("edgegate").join());
  assert.equal(a.read("edgegate.deployed.toml"), before, "a dry run deploys nothing");
  assert.equal((await a.deploy(["--env", "staging"])).code, 0);
  assert.equal(a.read("edgegate.deployed.toml"), before);
  assert.equal(a.read("edgegate.staging.deployed.toml"), a.read("edgegate.toml"), "an environment has its own");
});

test("what the policy changes is told before it is deployed", async (t) => {
  const a = account(t);
  assert.doesNotMatch((await a.deploy(["--dry-run"])).output, /What edgegate\.toml changes/, "there is nothing before the first");
  standIn(a.bin, "cargo", compilesWith(`${builds}\n[ "$1" = policy ] && echo "opened  api  /api/*  new"; exit 0`));
  a.write("src/lib.rs", "// changed, so that the tool is compiled\n");
  a.write("edgegate.deployed.toml", "");
  const { output } = await a.deploy(["--dry-run"]);
  assert.match(output, /What edgegate\.toml changes of edgegate\.deployed\.toml:\n  opened  api  \/api\/\*  new\n[^]*What wrangler would upload/);
  assert.ok(a.calls("edgegate").includes("edgegate policy diff --against edgegate.deployed.toml"));
});

test("keys that skip a step are not deployed, unless it is said", async (t) => {
  const a = account(t);
  a.write("edgegate.deployed.toml", "");
  standIn(a.bin, "cargo", compilesWith(`case "$*" in *--deployed*) echo "edgegate.toml: session: seal-2 is first" >&2; exit 1;; secrets*) echo '[]';; esac\n${builds}`));
  for (const args of [[], ["--dry-run"]]) {
    const { code, output } = await a.deploy(args);
    assert.equal(code, 1);
    assert.match(output, /session: seal-2 is first/);
    assert.match(output, /Changing a key.*npm run deploy -- --keys-at-once/);
  }
  assert.deepEqual(a.calls("wrangler").filter((call) => call.startsWith("wrangler deploy")), []);
  assert.equal((await a.deploy(["--keys-at-once"])).code, 0);
  assert.deepEqual(a.calls("wrangler").filter((call) => call.startsWith("wrangler deploy")), [`wrangler deploy ${as("")}`]);
});

test("who asks for help deploys nothing, and nothing is noted as deployed", async (t) => {
  const a = account(t);
  for (const ask of ["--help", "-h", "--version"]) {
    const { code, output } = await a.deploy([ask]);
    assert.equal(code, 0);
    assert.match(output, /--keys-at-once/);
  }
  assert.deepEqual([a.calls("wrangler"), a.calls("cargo")], [[], []]);
});

test("nothing of the demo is deployed", async (t) => {
  const a = account(t);
  for (const [args, env] of [
    [["-c", "demo/wrangler.toml"]],
    [["-cdemo/wrangler.toml"]],
    [["--config=./demo/wrangler.toml"]],
    [["--cwd=demo"]],
    [["--secrets-file", "demo/.dev.vars"]],
    [[], { EDGEGATE_POLICY: "demo/edgegate.toml" }],
  ]) {
    const { code, output } = await a.deploy(args, env);
    assert.equal(code, 1);
    assert.match(output, /belongs to the demo, whose secrets are published|names another configuration/);
  }
  assert.deepEqual(a.calls("wrangler"), []);
});

test("a limiter of a route with other numbers than its name says is warned of", async (t) => {
  const a = account(t);
  const limiter = (name, limit, period) => `[[ratelimits]]\nname = "${name}"\nnamespace_id = "1002"\nsimple = { limit = ${limit}, period = ${period} }\n`;
  a.write("wrangler.toml", limiter("EDGEGATE_LIMITER", 20, 60) + limiter("EDGEGATE_RATE_1000_60", "1_000", 60) + limiter("EDGEGATE_RATE_5_10", 50, 10) + limiter("EDGEGATE_RATE_7_10", 7, 60));
  const { output } = await a.deploy(["--dry-run"]);
  assert.deepEqual([...output.matchAll(/the limiter (\w+) in wrangler\.toml has other numbers/g)].map(([, name]) => name), ["EDGEGATE_RATE_5_10", "EDGEGATE_RATE_7_10"]);
});
