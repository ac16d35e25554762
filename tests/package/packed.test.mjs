// The packed file: a folder and a HOME without Rust and without this repository, npm and Node alone. From it a project, a gateway
// that runs, a signed link, a sign-in, and what wrangler would upload.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Visitor } from "../e2e/lib/visitor.mjs";
import { Client } from "../e2e/lib/client.mjs";
import { inRoot, node22 } from "../../scripts/lib/paths.mjs";
import { MOST, pack } from "../../scripts/pack.mjs";
import { packageFolder, scratch } from "./lib/package.mjs";
import { freePort } from "./lib/process.mjs";

const files = { edgegate: await pack(packageFolder), create: await pack(inRoot("target/package-create")) };

const site = http.createServer((request, response) => {
  let body = "";
  request.on("data", (piece) => (body += piece)).on("end", () => {
    if (request.url !== "/check-password") return response.end(`the site: ${request.url}, ${request.headers["edgegate-subject"] ?? "nobody"}`);
    const isRight = JSON.parse(body).password === "correct horse battery staple";
    response.writeHead(isRight ? 200 : 403, { "content-type": "application/json" }).end(isRight ? '{"subject":"1001002"}' : "{}");
  });
});
await new Promise((listening) => site.listen(0, "127.0.0.1", listening));
after(() => site.close());
const origin = `http://127.0.0.1:${site.address().port}`;

/** A folder and an environment in which there is nothing but Node. Answers with { folder, run(command), env }. */
function newcomer(t) {
  const folder = scratch(t);
  const bin = path.join(folder, "bin");
  mkdirSync(bin);
  for (const name of ["npm", "npx"]) symlinkSync(execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim(), path.join(bin, name));
  symlinkSync(node22, path.join(bin, "node"));
  const env = { HOME: path.join(folder, "home"), PATH: `${bin}:/usr/bin:/bin`, WRANGLER_SEND_METRICS: "false" };
  for (const [name, value] of Object.entries(process.env)) if (/^(npm_config_(registry|cache)|.*_proxy|NODE_EXTRA_CA_CERTS)$/i.test(name)) env[name] = value;
  mkdirSync(env.HOME);
  // Where packages come from is the machine's matter.
  const registry = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
  writeFileSync(path.join(env.HOME, ".npmrc"), `registry=${registry}\nupdate-notifier=false\nfund=false\naudit=false\n`);
  const run = (command, where = ".") => execFileSync("sh", ["-euc", command], { cwd: path.join(folder, where), env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  return { folder, env, run };
}

test("from the packed file to a protected page, without Rust and without this repository", async (t) => {
  const { folder, env, run } = newcomer(t);
  const port = await freePort();
  assert.throws(() => run("cargo --version"));
  const begun = performance.now();
  run(`npm install ${files.edgegate} ${files.create}`);
  const said = run(`npx create-edgegate gate --package ${files.edgegate} --origin ${origin} --host 127.0.0.1:${port} --sign-in password --paths '/members/*' --yes`);
  assert.match(said, /no problem\n\nWritten to gate: [^]*cd gate && npm install\n {2}npx edgegate dev/);
  assert.equal(statSync(path.join(folder, "gate/.dev.vars")).mode & 0o777, 0o600);
  run("npm install", "gate");
  const dev = spawn("npx", ["edgegate", "dev", "--port", String(port)], { cwd: path.join(folder, "gate"), env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  t.after(() => process.kill(-dev.pid, "SIGTERM"));
  let log = "";
  for (const stream of [dev.stdout, dev.stderr]) stream.setEncoding("utf8").on("data", (text) => (log += text));
  while (!/The gateway is at/.test(log)) {
    assert.ok(performance.now() - begun < 180_000 && dev.exitCode === null, log);
    await sleep(20);
  }
  const gate = new Client({ name: "gate", port, host: `127.0.0.1:${port}`, seen: new Set(), decision: () => undefined });
  t.after(() => gate.close());
  const guarded = "/members/";
  const refused = await gate.get(guarded, { accept: "text/html" });
  assert.ok([401, 303].includes(refused.status), `${refused.status}`);
  const took = performance.now() - begun;
  console.log(`  from npm install to the first protected page: ${(took / 1000).toFixed(1)} s`);

  const browser = new Visitor(gate);
  const page = await browser.go(`/.edgegate/sign-in?next=${encodeURIComponent(`${guarded}a`)}`);
  const inside = await browser.submit(page, { account: "jo", password: "correct horse battery staple" });
  assert.match(inside.text, new RegExp(`the site: ${guarded}a, 1001002`));
  assert.match(log, /refused: credential_missing/);
});

test("links are signed, and wrangler would upload all of it", (t) => {
  const { folder, run } = newcomer(t);
  run(`npm install ${files.edgegate}`);
  run(`npx edgegate init gate --origin https://origin.example.org --host gate.example.org --sign-in links --paths '/files/*' --yes`);
  run("npm install", "gate");
  const link = run("npx edgegate link sign https://gate.example.org/files/a --expires 1h 2>/dev/null", "gate").trim();
  assert.match(run(`npx edgegate link verify '${link}'`, "gate"), /^ok/);
  const uploaded = run("npx edgegate deploy --dry-run 2>&1", "gate");
  for (const words of [/EDGEGATE_KV/, /EDGEGATE_LEDGER \(Ledger\)/, /EDGEGATE_LIMITER/, /Total Upload: 1\d{3}\.\d+ KiB/]) assert.match(uploaded, words);
  assert.deepEqual(Object.keys(JSON.parse(readFileSync(path.join(folder, "gate/package.json"), "utf8")).devDependencies).sort(), ["edgegate", "wrangler"]);
});

test("the packed file is small", () => {
  assert.ok(statSync(files.edgegate).size <= MOST, `${statSync(files.edgegate).size} bytes`);
});
