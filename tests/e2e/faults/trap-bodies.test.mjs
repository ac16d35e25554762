// The wasm traps while bodies stream through it. What it had not looked at yet does not pass: each body ends there, as a part,
// and nothing of the old instance is used in the memory of the new one.

import assert from "node:assert/strict";
import net from "node:net";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { forwarded } from "../lib/expect.mjs";
import { demoPolicy, startGateway } from "../lib/gateway.mjs";
import { startOrigin } from "../lib/origin.mjs";
import { link } from "../lib/sign.mjs";

const origin = await startOrigin();
const policy = demoPolicy(`
[origins.seen]
url = "${origin.url}"

[[routes]]
name = "form"
path = "/form/*"
methods = ["POST"]
accept = ["bearer"]
forward = { origin = "seen" }`);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(async () => {
  await gateway.stop();
  origin.stop();
});

const { access_token } = await gate.admin("token", { subject: "1001002" });

/** Sends bytes on a socket of its own, and reads only when it is told. */
function open(bytes) {
  const one = { text: "" };
  one.socket = net.connect(gate.port, "127.0.0.1", () => one.socket.write(bytes));
  one.socket.pause();
  one.socket.on("data", (piece) => (one.text += piece.toString("latin1")));
  one.closed = new Promise((resolve) => one.socket.on("close", resolve).on("error", () => {}));
  return one;
}

/** A trap, and how many instances there were before it. */
async function trap() {
  const { made } = await gate.instances();
  await gate.trap("request");
  assert.equal((await gate.get("/me/a")).status, 500);
  return made;
}

/** One new instance, which serves. */
async function servesAfter(before) {
  for (let n = 0; n < 20; n++) forwarded(await gate.get(link("/files/a")));
  assert.equal((await gate.instances()).made, before + 1, "the new instance trapped as well");
}

test("a form's next piece is not let through", { timeout: 30_000 }, async () => {
  const [begun, rest] = ["b=c&".repeat(50_000), `_method=DELETE&${"b=c&".repeat(50_000)}b=c`];
  const fields = ["Host: 127.0.0.1:8787", `Authorization: Bearer ${access_token}`, "Content-Type: application/x-www-form-urlencoded", `Content-Length: ${begun.length + rest.length}`];
  const upload = open(`POST /form/a HTTP/1.1\r\n${fields.join("\r\n")}\r\n\r\n${begun}`);
  await sleep(500);
  const before = await trap();
  upload.socket.write(rest);
  upload.socket.resume();
  await Promise.race([upload.closed, sleep(5000, undefined, { ref: false })]);
  upload.socket.destroy();
  await sleep(200);
  const [arrived] = origin.take();
  assert.ok(arrived && !arrived.isWhole && !arrived.body.includes("_method"), `${arrived?.body.length} bytes arrived`);
  await servesAfter(before);
});

test("a page with tags ends where it was", { timeout: 30_000 }, async () => {
  const bytes = 50_000_000;
  const page = open(`GET /site/PageServer?pagename=big&n=${bytes} HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nConnection: close\r\n\r\n`);
  await sleep(1000);
  const before = await trap();
  page.socket.resume();
  await Promise.race([page.closed, sleep(10_000, undefined, { ref: false })]);
  page.socket.destroy();
  assert.match(page.text, /^HTTP\/1\.1 200/);
  assert.ok(page.text.length < bytes / 2 && !page.text.endsWith("0\r\n\r\n"), `${page.text.length} bytes came`);
  await servesAfter(before);
});
