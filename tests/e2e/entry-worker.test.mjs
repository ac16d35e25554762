// What the entry Worker of `wrangler dev` (and of miniflare's public port) makes of a request before the gate sees it. All
// other tests of the wire speak to workerd's own socket; this one holds the difference down, so that nothing hides behind it.
//
// Who else goes through it: url-bytes and unread-bodies, beside the socket; the browser's tests and tests/docs, whose
// clients connect to the address that they name in Host, as in the demo; parts of cli and ntlm-gate, for the same reason.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { demoPolicy, startGateway } from "./lib/gateway.mjs";
import { startOrigin } from "./lib/origin.mjs";

const origin = await startOrigin();
const gateway = await startGateway({
  gate: {
    policy: demoPolicy(`
[origins.web]
url = "${origin.url}"
[[routes]]
name = "open"
path = "/open/*"
methods = ["GET", "POST"]
accept = ["none"]
forward = { origin = "web" }`),
  },
});
const entry = await gateway.entry();
after(() => (origin.stop(), entry.close(), gateway.stop()));

const ask = async (client, target, ...lines) => {
  const head = ["Host: 127.0.0.1:8787", "Accept: application/json", "Connection: close", ...lines];
  const { status } = await client.raw(`GET ${target} HTTP/1.1\r\n${head.join("\r\n")}\r\n\r\n`);
  return [status, ...origin.take().map(({ url }) => url)];
};

test("where the two differ, and where they do not any more", async () => {
  for (const [target, lines, onSocket, behindEntry] of [
    ["/open/a?q='x'", [], [200, "/open/a?q=%27x%27"], [200, "/open/a?q=%27x%27"]],
    ["/open/a?q=\xc3\xa9", [], [200, "/open/a?q=%C3%A9"], [200, "/open/a?q=%C3%A9"]],
    ["/open/a", ["Content-Length: 0"], [200, "/open/a"], [200, "/open/a"]],
    ["/open/a/../b", [], [400], [200, "/open/b"]],
    ["/open/a/%2e%2e/b", [], [400], [200, "/open/b"]],
    ["/open/a\\b", [], [400], [200, "/open/a/b"]],
    ["/open/a%2fb", [], [400], [400]],
    ["/open/a?_method=DELETE", [], [400], [400]],
  ]) {
    assert.deepEqual(await ask(gateway.gate, target, ...lines), onSocket, `${target} on workerd's own socket`);
    assert.deepEqual(await ask(entry, target, ...lines), behindEntry, `${target} behind the entry Worker`);
  }
});
