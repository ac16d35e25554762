// A test that leaves connections behind ends: Node keeps a socket that it was told to reset while it ends its own side, and
// then spins at its exit for ever.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { test } from "node:test";
import { cutOff } from "../e2e/lib/cut.mjs";

/** A client that is told of the other side's end, and leaves at that moment. */
const client = (moment) => `
  import net from "node:net";
  import { cutOff } from "${new URL("../e2e/lib/cut.mjs", import.meta.url)}";
  const server = net.createServer({ allowHalfOpen: true }, (socket) => socket.on("error", () => {}).resume().end("bye"));
  server.listen(0, "127.0.0.1", () => {
    const socket = net.connect(server.address().port, "127.0.0.1").on("data", () => {});
    socket.on("end", () => (${moment})(() => (cutOff(socket), server.close())));
  });`;

const MOMENTS = {
  "at once": "(leave) => leave()",
  "while its own side ends": "queueMicrotask",
  "a tick after": "(leave) => process.nextTick(() => process.nextTick(leave))",
  "afterwards": "setImmediate",
};

test("a client that leaves an open connection resets it", async (t) => {
  const server = net.createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const client = net.connect(server.address().port, "127.0.0.1");
  const [[socket]] = await Promise.all([once(server, "connection"), once(client, "connect")]);
  const failed = once(socket.resume(), "error");
  cutOff(client);
  const [{ code }] = await failed;
  assert.equal(code, "ECONNRESET");
});

for (const [name, moment] of Object.entries(MOMENTS)) {
  test(`a client that leaves ${name} lets the process end`, () => {
    const { status, signal, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", client(moment)], { timeout: 20_000, encoding: "utf8" });
    assert.deepEqual([status, signal], [0, null], stderr);
  });
}
