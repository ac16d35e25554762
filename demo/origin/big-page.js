// A page of any size that needs no memory, with a tag in each of its blocks of 64 KiB. All but the first and the last
// bytes repeat, so that any part of it can be made without the rest.

import { frame } from "./page.js";
import { badRequest, whole } from "./parameters.js";

const BLOCK = 64 * 1024;
const encoder = new TextEncoder();

export function big(parameters) {
  const size = whole(parameters.get("n"), SMALLEST, 10 ** 13);
  if (size === undefined) return badRequest(`n is a whole number of bytes, ${SMALLEST} to 10000000000000`);
  return { content: { size, version: `big-${size}`, read: (position, most) => read(position, most, size) } };
}

function read(position, most, size) {
  const end = size - LAST.length;
  if (position < FIRST.length) return FIRST.slice(position, position + most);
  if (position >= end) return LAST.slice(position - end, position - end + most);
  const phase = (position - FIRST.length) % BLOCK;
  return TWICE.slice(phase, phase + Math.min(BLOCK, most, end - position));
}

// A tag, and then lines of 64 characters. The page may end anywhere in a block: it holds nothing that must be closed,
// save a tag that is cut in two.
const TAG = "Token of this session: [[S86:true]]\n";
const LINE = `${"Nothing to see here, only text that takes some room. ".padEnd(63, "-")}\n`;
const TWICE = encoder.encode((TAG + LINE.repeat(BLOCK / LINE.length)).slice(0, BLOCK).repeat(2));

const [before, after] = frame("A page of any size", "<pre>\n|</pre>").split("|");
const FIRST = encoder.encode(before);
const LAST = encoder.encode(after);
const SMALLEST = FIRST.length + LAST.length;
