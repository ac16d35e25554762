// The tool's calls in Node: through a proxy by http where there is one, and never in the clear.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import net from "node:net";
import { test } from "node:test";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { program } from "./lib/process.mjs";

const KEY = "an-admin-key-of-this-test-alone";

/** A listener that notes what it is sent, and answers with a line. Answers with { port, heard() }. */
async function listener(t, answer = "") {
  let heard = "";
  const server = net.createServer((socket) => socket.on("error", () => {}).on("data", (bytes) => ((heard += bytes), answer && socket.end(answer))));
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => server.close());
  return { port: server.address().port, heard: () => heard };
}

/** Asks the starter's gateway for a token. Answers with { code, stderr }. */
function mint(env) {
  const child = spawn(process.execPath, [program, "token", "mint", "jo", "--policy", inRoot("edgegate.toml"), "--secrets", "-"], { env: { ...process.env, ...env } });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  child.stdin.end(`EDGEGATE_ADMIN_KEY=${KEY}\n`);
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stderr })));
}

test("a proxy by http is asked for a tunnel, and sees no key", async (t) => {
  const proxy = await listener(t, "HTTP/1.1 407 No\r\n\r\n");
  const { code, stderr } = await mint({ HTTPS_PROXY: `http://jo:pass@127.0.0.1:${proxy.port}` });
  assert.equal(code, 3, stderr);
  assert.match(stderr, /no gateway answers at https:\/\/gate\.example\.org: the proxy answers 407/);
  assert.match(proxy.heard(), /^CONNECT gate\.example\.org:443 HTTP\/1\.1\r\n/);
  assert.ok(proxy.heard().toLowerCase().includes(`proxy-authorization: basic ${Buffer.from("jo:pass").toString("base64")}`.toLowerCase()));
  assert.ok(!proxy.heard().includes(KEY));
});

test("no other proxy is told anything", async (t) => {
  for (const scheme of ["https", "socks5"]) {
    const proxy = await listener(t);
    const { code, stderr } = await mint({ HTTPS_PROXY: `${scheme}://jo:pass@127.0.0.1:${proxy.port}` });
    assert.equal(code, 3, stderr);
    assert.match(stderr, new RegExp(`one by ${scheme}:, and only those by http: are asked`));
    assert.equal(proxy.heard(), "");
  }
});
