// `npm start`, with a stand-in for wrangler: what it waits for, what it prints, and that nothing is left behind.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import net from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { clone } from "./sandbox.mjs";

const gate = `
  const { createServer } = require("node:http");
  const at = process.argv.indexOf("--port");
  require("node:child_process").spawn("sh", ["-c", "sleep 2; : >$HOME/still-there"]); // as workerd is wrangler's
  createServer((req, res) => {
    if (req.url === "/.edgegate/health") return res.end("ok");
    res.setHeader("content-type", "text/plain; charset=utf-8");
    res.end(req.headers.accept === "text/plain" ? "try this" : "<p>");
  }).listen(Number(process.argv[at + 1]), "127.0.0.1");
  process.on("SIGTERM", () => process.exit(0)).on("SIGINT", () => process.exit(0));
`;

function demo(t, wrangler) {
  const c = clone(t);
  c.write("node_modules/wrangler/package.json", "{}");
  c.write("node_modules/wrangler/bin/wrangler.js", wrangler);
  return c;
}

/** A port that is free now, and the server that holds it until told otherwise. */
async function freePort() {
  const holder = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => holder.once("listening", resolve));
  return { port: String(holder.address().port), free: () => new Promise((resolve) => holder.close(resolve)) };
}

for (const signal of ["SIGINT", "SIGTERM"]) {
  test(`it prints what to try, and ${signal} ends everything`, async (t) => {
    const c = demo(t, gate);
    const { port, free } = await freePort();
    await free();
    const child = spawn(process.execPath, ["scripts/start.mjs"], { cwd: c.repo, env: { ...c.env, EDGEGATE_DEMO_PORT: port } });
    t.after(() => child.kill("SIGTERM"));
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
    const ended = new Promise((resolve) => child.on("close", resolve));
    for (let tries = 0; !output.includes("Stop with Ctrl-C") && tries < 100; tries++) await sleep(100);
    assert.match(output, /\ntry this\n/);
    assert.match(c.calls("cargo").join("\n"), /--profile quick$/m);
    child.kill(signal);
    assert.equal(await ended, 0);
    await sleep(2500);
    assert.ok(!existsSync(`${c.home}/still-there`));
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
  });
}

test("a port in use is named, with what to do", async (t) => {
  const c = demo(t, gate);
  const { port, free } = await freePort();
  const { code, output } = await c.run("scripts/start.mjs", [], { EDGEGATE_DEMO_PORT: port });
  await free();
  assert.equal(code, 1);
  assert.match(output, new RegExp(`Port ${port} of 127.0.0.1 is in use`));
  assert.match(output, /ss -ltnp/);
  assert.deepEqual(c.calls("cargo"), [], "and it is said before anything is built");
});

test("a wrangler that ends at once is reported, with its words", async (t) => {
  const c = demo(t, "console.error('no such binding'); process.exit(3);");
  const { port, free } = await freePort();
  await free();
  const { code, output } = await c.run("scripts/start.mjs", [], { EDGEGATE_DEMO_PORT: port });
  assert.equal(code, 1);
  assert.match(output, /no such binding/);
  assert.match(output, /wrangler dev ended before it served anything/);
});
