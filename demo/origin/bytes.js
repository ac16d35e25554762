// `?demo=bytes&n=…`: a download of any size that needs no memory. Byte number i is i modulo 251 (a prime, so that
// a chunk out of place shows), which lets a test check any part of it without having the whole.

import { badRequest, whole } from "./parameters.js";

const PERIOD = 251;
const CHUNK = PERIOD * 256;
// Long enough to cut a full chunk from it at any phase.
const PATTERN = Uint8Array.from({ length: CHUNK + PERIOD }, (_, i) => i % PERIOD);

export function bytes(request, parameters) {
  const size = whole(parameters.get("n"), 0, 10 ** 13);
  if (size === undefined) return badRequest("n is a whole number of bytes, up to 10000000000000");

  const etag = `"bytes-${size}"`;
  const headers = new Headers({
    "Accept-Ranges": "bytes",
    "Content-Type": "application/octet-stream",
    ETag: etag,
  });

  const range = wantedRange(request, size, etag);
  if (range === "unsatisfiable") {
    headers.set("Content-Range", `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }

  const [first, last] = range ?? [0, size - 1];
  if (range) headers.set("Content-Range", `bytes ${first}-${last}/${size}`);
  const length = last - first + 1;
  const status = range ? 206 : 200;
  if (request.method === "HEAD") {
    headers.set("Content-Length", String(length));
    return new Response(null, { status, headers });
  }
  return new Response(stream(first, length), { status, headers });
}

// [first, last], undefined for "the whole", or "unsatisfiable". One range only: several are answered with the
// whole, which HTTP allows.
function wantedRange(request, size, etag) {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(request.headers.get("range") ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;

  const condition = request.headers.get("if-range");
  if (condition !== null && condition !== etag) return undefined;

  if (match[1] === "") {
    const suffix = Math.min(Number(match[2]), size);
    return suffix === 0 ? "unsatisfiable" : [size - suffix, size - 1];
  }
  const first = Number(match[1]);
  const last = match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (first >= size) return "unsatisfiable";
  return last < first ? undefined : [first, last];
}

// Made as it is pulled, and of a known length, so that the answer has a Content-Length.
function stream(first, length) {
  let position = first;
  const end = first + length;
  const source = new ReadableStream({
    pull(controller) {
      const size = Math.min(CHUNK, end - position);
      if (size > 0) {
        const phase = position % PERIOD;
        controller.enqueue(PATTERN.slice(phase, phase + size));
        position += size;
      }
      if (position >= end) controller.close();
    },
  });
  const { readable, writable } = new FixedLengthStream(length);
  // A client that leaves early ends this; there is nobody left to tell.
  source.pipeTo(writable).catch(() => {});
  return readable;
}
