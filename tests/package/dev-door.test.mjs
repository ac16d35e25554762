// Who reaches the gateway that `edgegate dev` serves, and as whom: other hosts, other ports and fields about the client's address; and
// what it writes.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { developing, READY } from "./lib/developing.mjs";
import { scratch } from "./lib/package.mjs";
import { freePort, project, started } from "./lib/process.mjs";
import { asked, portsBelow, raw } from "./lib/sockets.mjs";

test("it answers this machine's names alone, and nothing at another port", async (t) => {
  const { site, port, command } = await developing(t, { signIn: ["--sign-in", "network", "--networks", "127.0.0.0/8"] });
  for (const name of ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "gate.localhost", "a.b.localhost"]) assert.notEqual((await asked(port, "/", { host: `${name}:${port}` })).status, 421, name);
  site.take();
  for (const host of [`attacker.example:${port}`, "attacker.example", `127.0.0.1.attacker.example:${port}`, `localhost.attacker.example:${port}`, "localhost", `localhost:${port + 1}`, `attacker.example@localhost:${port}`, `10.0.0.1:${port}`]) {
    for (const target of ["/", "/intern/a", "/.edgegate/admin/token", `http://localhost:${port}/intern/a`]) {
      const { status, text } = await asked(port, target, { host });
      assert.ok([400, 421].includes(status), `${host} ${target}: ${status} ${text}`);
      if (status === 421) assert.match(text, /^This is a gateway on a developer's machine: it answers as localhost:\d+, .* alone\.\n$/);
    }
  }
  assert.match(await raw(port, "GET /intern/a HTTP/1.0\r\n\r\n"), /^HTTP\/1\.[01] (?:400|421) /, "without a Host");
  const others = portsBelow(command.pid).filter((other) => other !== port);
  assert.ok(others.length > 1, "it finds Miniflare's own ports");
  for (const other of others) {
    for (const fields of [{}, { "mf-original-url": `http://127.0.0.1:${port}/intern/a` }, { "mf-route-override": "gateway" }, { "mf-original-url": `http://127.0.0.1:${port}/intern/a`, "mf-route-override": "gateway" }]) {
      const answer = await asked(other, "/intern/a", { host: `127.0.0.1:${port}`, ...fields }).catch(() => undefined);
      assert.ok(answer === undefined || answer.status >= 400, `${other}: ${answer?.status}`);
    }
  }
  assert.deepEqual(site.take(), [], "the site was asked by none of them");
});

test("a client is at 127.0.0.1, whatever it says, or where --client says", async (t) => {
  const network = (networks, ...args) => developing(t, { signIn: ["--sign-in", "network", "--networks", networks], args: ["--origin", "http://127.0.0.1:9", ...args] });
  const elsewhere = await network("198.51.100.0/24");
  for (const name of ["cf-connecting-ip", "x-forwarded-for", "true-client-ip", "x-real-ip"]) assert.equal((await asked(elsewhere.port, "/intern/a", { host: `localhost:${elsewhere.port}`, [name]: "198.51.100.7" })).status, 403, name);
  const there = await network("198.51.100.0/24", "--client", "198.51.100.7");
  assert.notEqual((await asked(there.port, "/intern/a", { host: `localhost:${there.port}` })).status, 403);
  const wrong = started(t, there.folder, ["dev", "--client", "203.0.113"]);
  assert.equal(await wrong.ended, 2);
  assert.match(wrong.output(), /--client: 203\.0\.113 is no address/);
});

test("what is stored is this user's alone, and nothing is written through a symbolic link", async (t) => {
  const folder = project(t);
  const elsewhere = scratch(t);
  writeFileSync(path.join(elsewhere, "mine"), "mine");
  const state = path.join(folder, ".edgegate");
  const dev = async () => started(t, folder, ["dev", "--origin", "http://127.0.0.1:9", "--port", `${await freePort()}`, "--page", `${await freePort()}`]);
  for (const name of ["", ".gitignore", "edgegate.toml", "build", "storage", "build/policy.bin"]) {
    mkdirSync(path.dirname(path.join(state, name)), { recursive: true });
    symlinkSync(path.extname(name) || name === ".gitignore" ? path.join(elsewhere, "mine") : elsewhere, path.join(state, name).replace(/\/$/, ""));
    const command = await dev();
    await command.until(/^edgegate: \.edgegate\S* is a symbolic link, and nothing was written$/m);
    assert.equal(await command.ended, 1, name);
    assert.deepEqual(readdirSync(elsewhere), ["mine"]);
    assert.equal(readFileSync(path.join(elsewhere, "mine"), "utf8"), "mine");
    rmSync(state, { recursive: true });
  }
  mkdirSync(state, { mode: 0o755 });
  chmodSync(state, 0o755);
  await (await dev()).until(READY);
  assert.equal(statSync(state).mode & 0o777, 0o700);
});
