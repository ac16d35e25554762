// What a test says of an answer.

import assert from "node:assert/strict";

/** The origin answered: gives what it saw. */
export function forwarded(answer, status = 200) {
  assert.equal(answer.status, status, `expected the origin's ${status}, got ${answer.status}: ${answer.text.slice(0, 300)}`);
  assert.ok(answer.echo, `expected the origin's echo, got ${answer.text.slice(0, 300)}`);
  return answer.echo;
}

/** The gateway refused, for that reason, and the origin was not asked: gives the decision of the log. */
export async function refused(answer, status, reason) {
  assert.equal(answer.status, status, `expected a refusal with ${status} (${reason}), got ${answer.status}: ${answer.text.slice(0, 300)}`);
  assert.equal(answer.echo, undefined, "the origin answered");
  assert.equal(answer.header("cache-control"), "no-store");
  const line = await answer.client.decision(answer.requestId);
  assert.equal(line.reason, reason);
  assert.equal(line.edgegate, "refused");
  assert.equal(line.status, status);
  return line;
}

/** The answer is a HEAD's or otherwise without a body: only the status can be seen. */
export function status(answer, expected) {
  assert.equal(answer.status, expected, answer.text.slice(0, 300));
}
