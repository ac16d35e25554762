// A secrets file is read alike by the tool (crates/cli/src/vars.rs has the same cases), by wrangler and by `edgegate dev`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { devVars } from "../../package/commands/lib/vars.mjs";

const CASES = [
  ["A=plain", "plain"],
  [" export A = spaced \r\n", "spaced"],
  ["A=b # comment", "b"],
  ["A='b # kept'", "b # kept"],
  ['A="two\\nlines" # comment', "two\nlines"],
  ["A='two\\nstay'", "two\\nstay"],
  ["A=`a\"b'c`", "a\"b'c"],
  ['A="spans\nlines"\nB=1', "spans\nlines"],
  ['A={"kty":"EC"}', '{"kty":"EC"}'],
  ["A=a=b==", "a=b=="],
  ["A=first\nA=last", "last"],
  ["# A=no\n\nA=", ""],
  ["\ufeffA=behind a mark", "behind a mark"],
];

for (const [text, value] of CASES) test(`${JSON.stringify(text)} is ${JSON.stringify(value)}`, () => assert.equal(devVars(text).A, value));
