// The one file that goes through `wrangler dev`: it puts a server of its own in front of workerd, which re-serialises
// requests. Every other file speaks to workerd's own socket. Here each request is sent both ways, and where what arrives
// differs, the difference is written down; a new one fails.
//
// Miniflare's entry Worker, which does the same, stands before the gateway in parts of url-bytes, unread-bodies, cli and
// ntlm-gate, and in the tests of documents and pages, whose clients connect to the address that they name in Host.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { wrangler, wranglerEnv } from "../../../scripts/lib/wrangler.mjs";
import { Client } from "../lib/client.mjs";
import { root, startGateway } from "../lib/gateway.mjs";

const gateway = await startGateway();
const state = mkdtempSync(path.join(tmpdir(), "edgegate-wrangler-"));
let dev;
let child;
const tokens = {};

before(async () => {
  const port = await freePort();
  const [program, args] = wrangler(
    "dev", "-c", "demo/wrangler.toml", "-c", "demo/origin/wrangler.toml", "--ip", "127.0.0.1", "--port", String(port),
    "--inspector-port", "0", "--persist-to", state, "--show-interactive-dev-session=false",
  );
  child = spawn(program, args, { cwd: root, env: wranglerEnv(), stdio: ["ignore", "pipe", "pipe"], detached: true });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
  dev = new Client({ name: "dev", port, seen: new Set(), decision: () => undefined });
  for (let tries = 0; (await dev.get("/.edgegate/health").catch(() => undefined))?.status !== 200; tries++) {
    assert.ok(tries < 900 && child.exitCode === null, `wrangler dev does not answer:\n${said}`);
    await sleep(200);
  }
  for (const client of [gateway.gate, dev]) tokens[client.name] = (await client.admin("token", { subject: "1001002" })).access_token;
});

after(async () => {
  dev?.close();
  try {
    if (child) process.kill(-child.pid, "SIGKILL");
  } catch {
    // it has ended already
  }
  rmSync(state, { recursive: true, force: true });
  await gateway.stop();
});

const SAME = Symbol("the same");
/** [what is sent, what becomes of it straight in workerd, and through wrangler dev]: a path that arrived, or a status. */
const rows = [
  ["a plain address", "GET /me/x?a=1&b=%2f", "", "/me/x?a=1&b=%2f", SAME],
  ["a quote in a query, which the gate escapes", "GET /me/x?$filter=name%20eq%20'x'", "", "/me/x?$filter=name%20eq%20%27x%27", SAME],
  ["letters beyond ASCII in a query", "GET /me/x?q=\xc3\xa9", "", "/me/x?q=%C3%A9", SAME],
  ["an empty body that is announced", "GET /me/x", "Content-Length: 0\r\n", "/me/x", SAME],
  ["a HEAD with one", "HEAD /me/x", "Content-Length: 0\r\n", 200, SAME],
  ["an escaped question mark", "GET /me/x%3Fa", "", 400, SAME],
  ["an escaped slash", "GET /me/a%2fb", "", 400, SAME],
  ["two credentials in one field", "GET /me/x", "Authorization: Bearer x\r\n", 400, SAME],
  ["an empty body in chunks: wrangler dev drops it", "GET /me/x", "Transfer-Encoding: chunked\r\n", 400, "/me/x", "0\r\n\r\n"],
  ["dot segments: wrangler dev resolves them", "GET /me/a/../x", "", 400, "/me/x"],
  ["a backslash: wrangler dev makes it a slash", "GET /me/a\\x", "", 400, "/me/a/x"],
  ["letters beyond ASCII in a path: wrangler dev escapes them", "GET /me/\xc3\xa9", "", 400, "/me/%C3%A9"],
];

for (const [name, line, fields, straight, through, body = ""] of rows) {
  test(name, async () => {
    assert.equal(await outcome(gateway.gate, line, fields, body), straight, "straight in workerd");
    assert.equal(await outcome(dev, line, fields, body), through === SAME ? straight : through, "through wrangler dev");
  });
}

test("an upload that is refused gets its answer both ways", async () => {
  for (const client of [gateway.gate, dev]) {
    const answer = await client.post("/oauth/token/", "a".repeat(5_000_000), { "content-type": "application/x-www-form-urlencoded" });
    assert.equal(answer.status, 413, client.name);
  }
});

/** The path and query that the origin got, or the status if it got nothing. */
async function outcome(client, line, fields, body) {
  const head = `${line} HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nAccept: application/json\r\nConnection: close\r\n`;
  const answer = await client.raw(`${head}Authorization: Bearer ${tokens[client.name]}\r\n${fields}\r\n${body}`);
  return line.startsWith("HEAD ") ? answer.status : (answer.echo?.path ?? answer.status);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once("error", reject);
    probe.listen({ host: "127.0.0.1", port: 0 }, () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
