// The book notices what must not be: a run in which nothing was wrong says something only if it would have been seen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Answer } from "../e2e/lib/client.mjs";
import { Book } from "./lib/book.mjs";
import { report } from "./lib/report.mjs";

const refusal = (id, status) => new Answer(undefined, status, ["content-type", "application/problem+json"], Buffer.from(JSON.stringify({ request_id: id })));
const line = (id, status, reason, edgegate = "refused") => JSON.stringify({ edgegate, reason, status, request_id: id });

/** A book of one request that was answered 403, with these lines. */
function booked(lines, { reached = [], reason = "link_expired" } = {}) {
  const book = new Book();
  const answer = refusal("a1", 403);
  book.note("/files/a").answered(answer);
  book.isDue(answer, reason);
  book.reached(reached);
  lines.forEach(book.line);
  return book.close().wrong;
}

const good = line("a1", 403, "link_expired");

test("one request, one line, and what it had to be: nothing is wrong", () => {
  assert.deepEqual(booked([good, "edgegate: 11 routes"]), []);
  assert.deepEqual(booked([line("a1", undefined, "ok", "forwarded"), good], { reached: ["a1"] }), []);
});

const WRONG = {
  "no line": [[]],
  "a line of another request": [[line("b2", 403, "link_expired")]],
  "two lines": [[good, good]],
  "another reason": [[line("a1", 403, "link_replayed")]],
  "another status": [[line("a1", 200, "link_expired")]],
  "one that reached the origin and has no line": [[good], { reached: ["c3"] }],
};

for (const [what, how] of Object.entries(WRONG)) test(`seen: ${what}`, () => assert.notDeepEqual(booked(...how), []));

test("a client that left may have had its line or not, and never two", () => {
  for (const [lines, count] of [[0, 0], [1, 0], [2, 1]]) {
    const book = new Book();
    book.note("/files/a").left();
    for (let at = 0; at < lines; at++) book.line(line(`a${at}`, 200, "ok", "decided"));
    assert.equal(book.close().wrong.length, count, `${lines} lines`);
  }
});

const calm = { rss: [100e6, 105e6], wasm: [4e6, 4e6], left: 0, made: 1 };
const complaints = (memory, minutes) => report({ requests: 1000, left: 0, lines: 1000, reached: 0, reasons: new Map(), wrong: [], did: new Map(), memory: { ...calm, ...memory }, times: { gate: [1], bare: [1] }, calm: { gate: [1], bare: [1] }, minutes }).wrong.length;

test("memory that grows is complained of, and a wasm that was made again", () => {
  assert.equal(complaints({}, 15), 0);
  for (const more of [{ rss: [100e6, 111e6] }, { wasm: [4e6, 4.5e6] }, { wasm: [4e6, 4.5e6], left: 2000 }, { made: 2 }]) assert.equal(complaints(more, 15), 1, JSON.stringify(more));
});

test("in a short run a table may double; what clients that left had sent may not stay", () => {
  assert.equal(complaints({ rss: [100e6, 150e6], wasm: [3.1e6, 3.5e6], left: 200 }, 1), 0);
  for (const more of [{ wasm: [3.1e6, 3.1e6 + 200 * 10_000], left: 200 }, { wasm: [3.1e6, 3.5e6] }, { made: 2 }]) assert.equal(complaints(more, 1), 1, JSON.stringify(more));
});
