// `edgegate dev` before a site of this test: what it serves, what it prints, how it takes what is saved, and how it ends.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import path from "node:path";
import { test } from "node:test";
import { startOrigin } from "../e2e/lib/origin.mjs";
import { developing, READY } from "./lib/developing.mjs";
import { initialised, scratch, tool } from "./lib/package.mjs";
import { freePort, project, started } from "./lib/process.mjs";

test("without a policy a site is served open at once, and each request is a line", async (t) => {
  const { site, url, command, folder } = await developing(t, { signIn: false });
  assert.equal((await fetch(`${url}/a/b?x=1&access_token=hidden`, { method: "PUT", body: "1" })).status, 200);
  assert.equal(site.take()[0].url, "/a/b?x=1&access_token=hidden", "what is forwarded is what was sent");
  await command.until(/PUT {2}\/a\/b\?x=1&access_token=… {2}\[everything\] {2}nobody {2}forwarded {2}200 {2}\d+ ms\n/);
  assert.doesNotMatch(command.output(), /\x1b|hidden/);
  assert.ok(!existsSync(path.join(folder, "edgegate.toml")), "no policy is left in the folder");
});

test("with neither policy nor origin it says what to do", async (t) => {
  const command = started(t, project(t), ["dev"]);
  assert.equal(await command.ended, 2);
  assert.match(command.output(), /npx edgegate init.*npx edgegate dev --origin/);
});

test("a policy's gateway is served at a local address, before another origin, with its keys", async (t) => {
  const { site, url, page, folder, command } = await developing(t);
  assert.equal((await fetch(`${url}/assets/a.css`)).status, 200);
  assert.equal((await fetch(`${url}/downloads/a`)).status, 403);
  await command.until(/GET {2}\/downloads\/a {2}\[downloads\] {2}nobody {2}refused: credential_missing {2}403 .*\n +The request has none of the credentials/);
  const sign = tool(["link", "sign", "--policy", ".edgegate/edgegate.toml", "--secrets", ".dev.vars", `${url}/downloads/a?v=2`], { cwd: folder });
  assert.equal(sign.code, 0, sign.stderr);
  assert.equal((await fetch(sign.stdout.trim())).status, 200);
  assert.match(site.take().at(-1).fields["edgegate-route"], /downloads/);
  assert.equal((await fetch(sign.stdout.trim().replace("v=2", "v=3"))).status, 403);
  await command.until(/refused: link_signature_mismatch/);
  const html = await (await fetch(page)).text();
  for (const words of ["The MAC does not match the key.", "npx edgegate link explain --policy .edgegate/edgegate.toml --secrets .dev.vars", "<td>link by link-1</td>", 'refused: credential_missing', "Reload"]) assert.ok(html.includes(words), `${words}:\n${html}`);
  const signature = /eg_sig=([\w-]+)/.exec(sign.stdout)[1];
  assert.ok(![html, command.output()].some((text) => text.includes(signature)), "no signature is shown");
});

test("what is saved is served within a second or so; of a mistake the line is shown, and the last good one is served", async (t) => {
  const { url, file, policy, command, folder } = await developing(t);
  assert.equal((await fetch(`${url}/about`)).status, 404);
  writeFileSync(file, `${policy}\n[[routes]]\nname = "about"\npath = "/about"\naccept = ["nothing"]\nforward = { origin = "site" }\n`);
  await command.until(/^edgegate\.toml:\d+: routes\.about\.accept.*\n(?:.*\n)*edgegate\.toml has a mistake: the last good one is served\./m);
  assert.equal((await fetch(`${url}/assets/a.css`)).status, 200);
  writeFileSync(file, `${policy}\n[[routes]]\nname = "about"\npath = "/about"\naccept = ["none"]\nforward = { origin = "site" }\n`);
  const ms = await command.until(/edgegate\.toml: served anew/);
  assert.ok(ms < 5000, `${ms} ms on this machine, which others may use`);
  assert.equal((await fetch(`${url}/about`)).status, 200);
  writeFileSync(path.join(folder, ".dev.vars"), "");
  await command.until(/No value in \.dev\.vars: EDGEGATE_LINK_KEY/);
});

test("a policy that begins with a mistake is served as soon as it is mended", async (t) => {
  const folder = project(t);
  await initialised(folder, "--origin", "https://origin.example.org", "--host", "gate.example.org", "--sign-in", "links");
  const file = path.join(folder, "edgegate.toml");
  const policy = readFileSync(file, "utf8");
  writeFileSync(file, policy.replace("version = 1", "version = 2"));
  const command = started(t, folder, ["dev", "--port", `${await freePort()}`, "--page", `${await freePort()}`]);
  await command.until(/edgegate\.toml:4: version.*\n(?:.*\n)*.*nothing is served until it is mended/);
  writeFileSync(file, policy);
  await command.until(/edgegate\.toml: served anew/);
});

test("a failing test of the policy is a mistake, with its line", async (t) => {
  const { command, file, policy } = await developing(t);
  writeFileSync(file, policy.replace('refused = "no_route"', 'refused = "link_expired"').replace('forwarded = "/"', 'forwarded = "/other"'));
  await command.until(/edgegate\.toml:\d+: test .*expected/);
});

test("many requests at once: each line speaks of its own request", async (t) => {
  const { url, command, folder } = await developing(t, { signIn: ["--sign-in", "single-use-links"] });
  const links = Array.from({ length: 20 }, (_, at) => tool(["link", "sign", "--policy", ".edgegate/edgegate.toml", "--secrets", ".dev.vars", `${url}/downloads/${at}`], { cwd: folder }).stdout.trim());
  const asked = links.flatMap((link, at) => [link, `${url}/assets/${at}`, `${url}/downloads/none-${at}`, `${url}/nowhere/${at}`]);
  await Promise.all(asked.map((address) => fetch(address).then((answer) => answer.text())));
  const linesOf = (output) => output.split("\n").filter((line) => / GET /.test(line));
  await command.until((output) => linesOf(output).length >= asked.length);
  const lines = linesOf(command.output());
  const route = (line) => / GET {2}(\S+) {2}\[(\S+)\]/.exec(line).slice(1);
  assert.equal(lines.length, asked.length);
  for (const [address, name] of lines.map(route)) assert.equal(name, { downloads: "downloads", assets: "assets", nowhere: "-" }[address.split("/")[1]], `${address} [${name}]`);
  assert.equal(lines.filter((line) => /\/downloads\/\d+\?.* link by link-1 {2}forwarded/.test(line)).length, 20);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  test(`${signal} ends everything, and what was used once stays used`, async (t) => {
    const { url, port, command, folder, site } = await developing(t, { signIn: ["--sign-in", "single-use-links"] });
    const link = tool(["link", "sign", "--policy", ".edgegate/edgegate.toml", "--secrets", ".dev.vars", `${url}/downloads/a`], { cwd: folder }).stdout.trim();
    assert.equal((await fetch(link)).status, 200);
    command.signal(signal);
    assert.equal(await command.ended, 0, command.output());
    await assert.rejects(fetch(url));
    const again = started(t, folder, ["dev", "--port", `${port}`, "--page", `${await freePort()}`, "--origin", site.url]);
    await again.until(READY);
    assert.equal((await fetch(link)).status, 403);
    await again.until(/refused: link_replayed/);
  });
}

test("the tool calls the gateway on this machine as an administrator", async (t) => {
  const { url, command, folder } = await developing(t, { signIn: ["--sign-in", "tokens", "--admin", "192.0.2.0/24"] });
  const mint = started(t, folder, ["token", "mint", "1001002", "--policy", ".edgegate/edgegate.toml", "--secrets", ".dev.vars"]);
  assert.equal(await mint.ended, 0, mint.output());
  const [, authorization] = /^Authorization: (.*)$/m.exec(mint.output());
  assert.equal((await fetch(`${url}/api/orders`, { headers: { authorization } })).status, 200);
  await command.until(/\/api\/orders {2}\[api\] {2}bearer by seal-1 subject \S+ {2}forwarded {2}200/);
});

test("other hosts have a name below localhost, and of several origins one is replaced by its name", async (t) => {
  const change = (policy) => `${policy}\n[[routes]]\nname = "files"\nhost = "files.example.org"\npath = "/*"\naccept = ["none"]\nforward = { origin = "files" }\n\n[origins.files]\nurl = "https://files-origin.example.org"\n`;
  const other = await startOrigin();
  t.after(other.stop);
  const { port, command, site } = await developing(t, { change, args: ["--origin", `files=${other.url}`] });
  assert.match(command.output(), new RegExp(`files\\.example\\.org is http://files\\.example\\.org\\.localhost:${port} here`));
  assert.match(command.output(), /The origin site is a Worker, which does not run here/);
  const status = await new Promise((resolve, reject) => http.get({ port, host: "127.0.0.1", path: "/x", headers: { host: `files.example.org.localhost:${port}` } }, (answer) => resolve(answer.resume().statusCode)).on("error", reject));
  assert.equal(status, 200);
  assert.equal(other.take().length, 1);
  assert.equal(site.take().length, 0);
  const folder = project(t);
  await initialised(folder, "--origin", "https://origin.example.org", "--host", "gate.example.org", "--sign-in", "links");
  writeFileSync(path.join(folder, "edgegate.toml"), change(readFileSync(path.join(folder, "edgegate.toml"), "utf8")));
  const unclear = started(t, folder, ["dev", "--origin", other.url, "--port", `${await freePort()}`]);
  assert.equal(await unclear.ended, 2);
  assert.match(unclear.output(), /several origins[^]*--origin site=URL or --origin files=URL/);
});

test("the page is this machine's alone, and needs no script", async (t) => {
  const { page } = await developing(t, { signIn: false });
  const ask = (host) => new Promise((resolve, reject) => http.get(page, { headers: { host } }, (answer) => resolve(answer)).on("error", reject));
  const answer = await ask(new URL(page).host);
  assert.equal(answer.statusCode, 200);
  assert.match(answer.headers["content-security-policy"], /default-src 'none'/);
  assert.equal((await ask("attacker.example")).statusCode, 404);
  assert.equal((await fetch(page, { method: "POST" })).status, 404);
});

test("a port in use, a wrong flag and a missing wrangler are named, with what to do", async (t) => {
  const holder = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => holder.once("listening", resolve));
  t.after(() => holder.close());
  for (const [folder, args, code, words] of [
    [project(t), ["--origin", "http://localhost:1", "--port", `${holder.address().port}`], 1, /port \d+ of 127\.0\.0\.1 is in use\n.*--port/],
    [project(t), ["--origin", "localhost:3000"], 2, /localhost:3000 is no address/],
    [project(t), ["--policy", "none.toml"], 2, /there is no none\.toml/],
    [scratch(t), ["--origin", "http://localhost:1", "--port", `${await freePort()}`], 1, /npm install --save-dev wrangler/],
  ]) {
    const command = started(t, folder, ["dev", ...args]);
    assert.equal(await command.ended, code, command.output());
    assert.match(command.output(), words);
  }
});
