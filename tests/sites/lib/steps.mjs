// What a person does at every site that has /login, /account and a form for a file there.
import assert from "node:assert/strict";
import { PUBLIC } from "./gate.mjs";
import { ADDRESS, visit } from "./visitor.mjs";

/** Logs in and uploads a file. */
export async function logIn(visitor) {
  const account = await visitor.submit(await visitor.open("/login"), { user: "jo" });
  assert.deepEqual([account.url, /<h1>jo<\/h1>/.test(account.text)], [`${visitor.gate.address}/account`, true], account.text.slice(0, 300));
  const sent = await visitor.submit(account, { file: new File(["x".repeat(100_000)], "large.txt") });
  assert.match(sent.text, /large\.txt: 100000 bytes/);
}

/** Comes to a route that needs a session of the gateway's, is refused there, and gets one. */
export async function passGateway(visitor, path) {
  assert.equal((await visitor.open(path)).status, 401);
  return visitor.open(await visitor.gate.nonce(path));
}

/** The site says at /seen which address it builds, whether it takes that for secure, and where its client is. */
export async function seesItsClient(site) {
  const { url, secure, address } = (await (await visit(site.url)).open("/seen")).json;
  assert.deepEqual([url, secure, address], [`${PUBLIC}/seen`, true, ADDRESS]);
}
