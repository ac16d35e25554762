// A project with a policy of its own under `wrangler dev`: what is saved is served, without a compiler; a mistake is shown with
// its line, and the last good policy goes on serving.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { buildFolder } from "../../../scripts/lib/demo-workers.mjs";
import { tool } from "../../../scripts/lib/tool.mjs";
import { wrangler, wranglerEnv } from "../../../scripts/lib/wrangler.mjs";

const project = mkdtempSync(path.join(tmpdir(), "edgegate-project-"));
const write = (name, text) => writeFileSync(path.join(project, name), text);
let child;
let said = "";
let address;

const policy = (...accept) => `version = 1
[gateway]
issuer = "http://127.0.0.1:8787"
[origins.nowhere]
url = "http://127.0.0.1:9"
[keys.link]
secret = "LINK_KEY"
use = "link"
[links.files]
keys = ["link"]
[[routes]]
name = "files"
path = "/files/*"
accept = [${accept.map((kind) => `"${kind}"`).join(", ")}]
forward = { origin = "nowhere" }
`;

before(async () => {
  write("edgegate.toml", policy("link:files"));
  write(".dev.vars", 'EDGEGATE_LOOPBACK="true"\n');
  write("wrangler.toml", `name = "project"
main = "build/index.js"
compatibility_date = "2026-11-01"
[build]
command = "'${tool()}' build --policy edgegate.toml --worker '${buildFolder}' --out build"
watch_dir = ["edgegate.toml", ".dev.vars"]
[[kv_namespaces]]
binding = "EDGEGATE_KV"
id = "project"
[[durable_objects.bindings]]
name = "EDGEGATE_LEDGER"
class_name = "Ledger"
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Ledger"]
`);
  const port = await freePort();
  address = `http://127.0.0.1:${port}`;
  const [program, args] = wrangler("dev", "--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0", "--show-interactive-dev-session=false");
  child = spawn(program, args, { cwd: project, env: wranglerEnv(), stdio: ["ignore", "pipe", "pipe"], detached: true });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
  await until(async () => (await health())?.policy);
});

after(() => {
  try {
    if (child) process.kill(-child.pid, "SIGKILL");
  } catch {
    // it has ended already
  }
  rmSync(project, { recursive: true, force: true });
});

test("a saved policy is served", async () => {
  const { policy: first } = await health();
  assert.equal((await fetch(`${address}/files/a`)).status, 403);
  write("edgegate.toml", policy("none"));
  await until(async () => ((await health())?.policy ?? first) !== first);
  assert.equal((await fetch(`${address}/files/a`)).status, 502, "it is open, and there is no origin");
  assert.ok(said.includes(`policy ${(await health()).policy}, 1 route`), "the first log line names it");
});

test("a mistake is shown with its line, and the last good policy goes on serving", async () => {
  const { policy: last } = await health();
  write("edgegate.toml", policy("nobody"));
  await until(() => said.includes("edgegate.toml:14: "));
  assert.match(said, /edgegate\.toml:14: routes\.files\.accept: `nobody` is no kind of credential/);
  await sleep(1000);
  assert.equal((await health()).policy, last);
});

test("a saved secret counts", async () => {
  write("edgegate.toml", policy("link:files"));
  await until(async () => (await health())?.missing_secrets?.includes("LINK_KEY"));
  write(".dev.vars", 'EDGEGATE_LOOPBACK="true"\nLINK_KEY="a-secret-of-more-than-sixteen-bytes"\n');
  await until(async () => (await health())?.missing_secrets?.length === 0);
});

async function health() {
  return fetch(`${address}/.edgegate/health`).then((response) => response.json(), () => undefined).catch(() => undefined);
}

async function until(isTrue) {
  for (let tries = 0; tries < 400; tries++) {
    if (await isTrue()) return;
    assert.equal(child.exitCode, null, said);
    await sleep(100);
  }
  assert.fail(`it did not happen:\n${said}`);
}

async function freePort() {
  const holder = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => holder.once("listening", resolve));
  const { port } = holder.address();
  await new Promise((resolve) => holder.close(resolve));
  return port;
}
