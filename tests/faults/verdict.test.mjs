// The verdict on a cell names each thing that must not be: a run without complaints says something only if there can be some.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Answer } from "../e2e/lib/client.mjs";
import { verdict } from "./lib/verdict.mjs";

const limits = { deadline_ms: 1000, margin_ms: 0 };
const answer = (status, cookies = []) => new Answer(undefined, status, cookies.flatMap((one) => ["set-cookie", one]), Buffer.from("{}"));
const line = (reason, edgegate = reason === "ok" ? "decided" : "refused") => ({ edgegate, reason });
const shown = (status, reason, more = {}) => ({ answer: answer(status), lines: [line(reason)], seen: 0, worked: status === 200, held: true, ms: 5, ...more });

const ok = { reason: "ok", works: true };
const down = { reason: "ledger_unavailable", status: 503 };
const once = { forwards: true, once: true };

const good = shown(200, "ok", { seen: 1 });
const used = shown(403, "link_replayed");
const refused = shown(503, "ledger_unavailable");
const bad = shown(403, "link_signature_mismatch");
const left = { left: true, lines: [line("ok")], seen: 1, worked: false, held: true, ms: 5 };
const working = { good, again: used, bad };

test("what is as it should be is not complained of", () => {
  assert.deepEqual(verdict(working, once, [ok], limits), []);
  assert.deepEqual(verdict({ good: refused, again: good, bad }, once, [down], limits), []);
  assert.deepEqual(verdict({ good: left, again: used }, once, [], limits), []);
  assert.deepEqual(verdict({ good: { ...left, lines: [], seen: 0 }, again: good }, once, [], limits), []);
  const waited = { ...good, lines: [line("ok", "forwarded"), line("ok")] };
  assert.deepEqual(verdict({ good: waited, again: good, bad }, { forwards: true }, [ok], limits), []);
});

/** [what, the cell, the kind, what is allowed] */
const WRONG = {
  "an outcome that is not allowed": [working, once, [down]],
  "no answer": [{ ...working, good: { ...good, answer: undefined, broken: "reset", worked: false } }, once, [ok]],
  "another status": [{ good: { ...refused, answer: answer(500) }, again: good, bad }, once, [down]],
  "no line": [{ ...working, good: { ...good, lines: [] } }, once, [ok]],
  "two lines": [{ ...working, good: { ...good, lines: [line("ok"), line("ok")] } }, once, [ok]],
  "only the line before the answer": [{ ...working, good: { ...good, lines: [line("ok", "forwarded")] } }, once, [ok]],
  "refused, and forwarded": [{ good: { ...refused, seen: 1 }, again: good, bad }, once, [down]],
  "let through, and not forwarded": [{ ...working, good: { ...good, seen: 0 } }, once, [ok]],
  "after the deadline": [{ ...working, good: { ...good, ms: 1001 } }, once, [ok]],
  "what it gave is not so": [{ ...working, good: { ...good, held: false } }, once, [ok]],
  "refused, and spent": [{ good: refused, again: used, bad }, once, [down]],
  "worked twice": [{ ...working, again: good }, once, [ok]],
  "worked once, where it should again": [working, { forwards: true }, [ok]],
  "a retry that gives nothing": [working, { once: "same", forwards: true }, [ok]],
  "a forged one forwarded": [{ ...working, bad: { ...bad, seen: 1 } }, once, [ok]],
  "a forged one answered as a good one": [{ ...working, bad: { ...bad, answer: answer(200) } }, once, [ok]],
  "a forged one with a session": [{ ...working, bad: { ...bad, answer: answer(403, ["edgegate=egs_a"]) } }, once, [ok]],
  "a forged one without a line": [{ ...working, bad: { ...bad, lines: [] } }, once, [ok]],
  "left, forwarded, and no line": [{ good: { ...left, lines: [] }, again: used }, once, []],
  "left, two lines": [{ good: { ...left, lines: [line("ok"), line("ok")] }, again: used }, once, []],
  "left, spent, and nobody had it": [{ good: { ...left, seen: 0 }, again: used }, once, []],
  "left, and worked twice": [{ good: left, again: good }, once, []],
};

for (const [what, [cell, kind, allowed]] of Object.entries(WRONG)) {
  test(`complained of: ${what}`, () => assert.notDeepEqual(verdict(cell, kind, allowed, limits), []));
}
