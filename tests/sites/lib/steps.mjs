// What a person does at every site that has /login, /account and a form for a file there.
import assert from "node:assert/strict";

/** Logs in and uploads a file. */
export async function logIn(visitor) {
  const account = await visitor.submit(await visitor.open("/login"), { user: "jo" });
  assert.deepEqual([account.url, /<h1>jo<\/h1>/.test(account.text)], [`${visitor.gate.address}/account`, true], account.text.slice(0, 300));
  const sent = await visitor.submit(account, { file: new File(["x".repeat(100_000)], "large.txt") });
  assert.match(sent.text, /large\.txt: 100000 bytes/);
}
