// `?demo=bytes&n=…`: a download of any size that needs no memory. Byte number i is i modulo 251 (a prime, so that
// a chunk out of place shows), which lets a test check any part of it without having the whole.

import { badRequest, whole } from "./parameters.js";
import { ranged } from "./ranges.js";

const PERIOD = 251;
const CHUNK = PERIOD * 256;
// Long enough to cut a full chunk from it at any phase.
const PATTERN = Uint8Array.from({ length: CHUNK + PERIOD }, (_, i) => i % PERIOD);

export function bytes(request, parameters) {
  const size = whole(parameters.get("n"), 0, 10 ** 13);
  if (size === undefined) return badRequest("n is a whole number of bytes, up to 10000000000000");
  const headers = new Headers({ "Content-Type": "application/octet-stream", ETag: `"bytes-${size}"` });
  return ranged(request, size, headers, read);
}

function read(position, most) {
  const phase = position % PERIOD;
  return PATTERN.slice(phase, phase + Math.min(CHUNK, most));
}
