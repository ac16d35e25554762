// The command-line tool against a running gateway: each command prints something that works as it is.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import path from "node:path";
import { after, test } from "node:test";
import { forwarded, refused, status } from "../lib/expect.mjs";
import { root, secrets, startGateway, theLogHoldsNoCredential } from "../lib/gateway.mjs";

const built = execFileSync("cargo", ["build", "-q", "--locked", "--bin", "edgegate", "--message-format=json"], { cwd: root, encoding: "utf8", maxBuffer: 64 << 20, stdio: ["ignore", "pipe", "inherit"] });
const program = built.split("\n").filter(Boolean).map((line) => JSON.parse(line)).findLast(({ executable }) => executable).executable;

const gateway = await startGateway();
const gate = await gateway.entry(); // it tells the gateway the client's address, as the platform's edge does
const address = `http://127.0.0.1:${gate.port}`;
const here = { host: `127.0.0.1:${gate.port}` };
after(() => (gate.close(), gateway.stop()));

/** Runs the tool with the demo's policy and secrets; `input` is its standard input. */
function edgegate(args, { input = "", policy = "demo/edgegate.toml" } = {}) {
  return new Promise((resolve, reject) => {
    const tool = spawn(program, [...args, "--policy", policy], { cwd: root, env: { PATH: process.env.PATH, HOME: process.env.HOME } });
    let output = "";
    let errors = "";
    tool.stdout.setEncoding("utf8").on("data", (text) => (output += text));
    tool.stderr.setEncoding("utf8").on("data", (text) => (errors += text));
    tool.on("error", reject).on("close", (code) => {
      for (const [credential] of output.matchAll(/eg[tns]_[\w-]{30,}/g)) gateway.seen.add(credential);
      for (const secret of Object.values(secrets)) assert.ok(!`${output}${errors}`.includes(secret), `${args.join(" ")} shows a secret`);
      resolve({ code, output, errors, last: output.trim().split("\n").at(-1) });
    });
    tool.stdin.on("error", () => {}); // it need not read it
    tool.stdin.end(input);
  });
}

const live = (...args) => edgegate([...args, "--gateway", address]);
const good = async (promise) => {
  const result = await promise;
  assert.equal(result.code, 0, result.errors + result.output);
  return result;
};
const relative = (url) => url.replace(/^https?:\/\/[^/]+/, "");
const fields = (header) => ({ [header.split(": ")[0].toLowerCase()]: header.split(": ")[1] });

test("nonce: the last line is a link that signs somebody in, once", async () => {
  const { last } = await good(live("nonce", "1001002", "--route", "account", "--path", "/account/orders?a=1", "--lifetime", "2m"));
  assert.ok(last.startsWith(`${address}/account/orders?a=1&NONCE_TOKEN=egn_`), last);
  const answer = await gate.get(relative(last), { accept: "text/html" }, here);
  status(answer, 303);
  assert.equal(answer.header("location"), "/account/orders?a=1");
  await refused(await gate.get(relative(last), {}, here), 403, "nonce_replayed");
  const json = JSON.parse((await good(live("nonce", "1001002", "--route", "account", "--json"))).output);
  assert.ok(json.url.includes(json.nonce));
});

test("nonce: a route that takes none, or a path that it does not take, is refused, and said so", async () => {
  for (const args of [["--route", "files"], ["--route", "account", "--path", "/files/"], ["--route", "nothing"]]) {
    const { code, errors } = await live("nonce", "1001002", ...args);
    assert.ok([1, 2].includes(code), errors); // 2 where the tool's own copy of the policy knows better
    assert.match(errors, /route|path/);
  }
});

test("token mint, show, revoke", async () => {
  const { last } = await good(live("token", "mint", "1001002", "--client", "cli", "--scope", "read write", "--lifetime", "5m"));
  assert.match(last, /^Authorization: Bearer egt_seal-1_/);
  const echo = forwarded(await gate.get("/me/a", fields(last), here));
  assert.deepEqual(["subject", "client", "scope"].map((name) => echo.fields.get(`edgegate-${name}`)), ["1001002", "cli", "read write"]);

  const shown = await edgegate(["token", "show", "--json", "--gateway", address], { input: last });
  assert.equal(shown.code, 0, shown.errors);
  const said = JSON.parse(shown.output);
  assert.deepEqual([said.state, said.subject, said.client, said.scope, said.expires - said.issued], ["live", "1001002", "cli", "read write", 300]);
  assert.ok(!shown.output.includes(last.split(" ").at(-1)), "what is read from standard input is not printed again");

  assert.equal((await edgegate(["token", "revoke", "--gateway", address], { input: last })).code, 0);
  await refused(await gate.get("/me/a", fields(last), here), 401, "token_revoked");
  const after = await edgegate(["token", "show", "--gateway", address], { input: last });
  assert.equal(after.code, 1);
  assert.match(after.output + after.errors, /revoked/);
  for (const input of ["", "nothing here", "egt_seal-1_x"]) assert.notEqual((await edgegate(["token", "show", "--gateway", address], { input })).code, 0, input);
});

test("session revoke takes a whole Cookie header", async () => {
  const { last } = await good(live("nonce", "1001002", "--route", "account"));
  const cookie = /^[^;]+/.exec((await gate.get(relative(last), { accept: "text/html" }, here)).cookies[0])[0];
  forwarded(await gate.get("/account/", { cookie }, here));
  const ended = await edgegate(["session", "revoke", "--gateway", address], { input: `Cookie: ${cookie}\n` });
  assert.equal(ended.code, 0, ended.errors);
  await refused(await gate.get("/account/", { cookie }, here), 401, "session_revoked");
});

test("link sign: the last line is a link that works; verify and explain say why another does not", async () => {
  const { last } = await good(edgegate(["link", "sign", "http://127.0.0.1:8787/files/report.pdf?v=2", "--expires", "7d"]));
  assert.equal(forwarded(await gate.get(relative(last))).path, "/files/report.pdf?v=2");
  assert.equal((await edgegate(["link", "verify", last])).code, 0);
  const changed = last.replace("v=2", "v=3");
  await refused(await gate.get(relative(changed)), 403, "link_signature_mismatch");
  assert.equal((await edgegate(["link", "verify", changed])).code, 1);
  const explained = await edgegate(["link", "explain", changed]);
  assert.match(explained.output, /GET\n\W*127\.0\.0\.1:8787\n\W*files\/report\.pdf\?v=3&eg_kid=demo/);
  const right = (await good(edgegate(["link", "sign", "http://127.0.0.1:8787/files/report.pdf?v=3", "--until", /eg_exp=(\d+)/.exec(last)[1]]))).last.split("eg_sig=")[1];
  assert.ok(!explained.output.includes(right), "the explanation shows no signature that would hold");
  const once = await good(edgegate(["link", "sign", "http://127.0.0.1:8787/once/a?n=cli"]));
  forwarded(await gate.get(relative(once.last)));
  await refused(await gate.get(relative(once.last)), 403, "link_replayed");
});

test("redirect sign: the last line is a redirect that works", async () => {
  const { last } = await good(edgegate(["redirect", "sign", "http://127.0.0.1:8787/landing/a?cons_id=1001002&cli=1"]));
  assert.equal(forwarded(await gate.get(relative(last))).fields.get("edgegate-subject"), "1001002");
});

test("a wrong key, a gateway that is not there, and wrong usage have exit codes of their own", async () => {
  const wrongKey = await edgegate(["token", "mint", "x", "--gateway", address, "--secrets", "-"], { input: "EDGEGATE_ADMIN_KEY=guess-guess-guess-guess\n" });
  assert.equal(wrongKey.code, 1, wrongKey.errors);
  const noKey = await edgegate(["token", "mint", "x", "--gateway", address, "--secrets", "-"], { input: "" });
  assert.ok([1, 2].includes(noKey.code), noKey.errors);
  assert.match(noKey.errors, /EDGEGATE_ADMIN_KEY/);
  const nobody = await edgegate(["token", "mint", "x", "--gateway", "http://127.0.0.1:9"]);
  assert.equal(nobody.code, 3, nobody.errors);
  assert.equal((await edgegate(["token", "mint"])).code, 2);
  assert.equal((await live("token", "mint", "a b")).code, 2);
});

theLogHoldsNoCredential(gateway, { subjects: ["1001002"] });
