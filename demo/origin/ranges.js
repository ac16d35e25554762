// Content of any size that needs no memory: made as it is pulled, and any range of it can be had. Range and If-Range
// are honoured.

// `read(position, most)` gives a fresh Uint8Array of 1 to `most` bytes from there on. `headers` says what the content
// is, and has its ETag.
export function ranged(request, size, headers, read) {
  headers.set("Accept-Ranges", "bytes");
  const range = wantedRange(request, size, headers.get("etag"));
  if (range === "unsatisfiable") {
    headers.set("Content-Range", `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }

  if (range === undefined) return unranged(request, size, headers, read);
  const [first, last] = range;
  headers.set("Content-Range", `bytes ${first}-${last}/${size}`);
  return part(request, first, last - first + 1, { status: 206, headers }, read);
}

// The same without ranges: a request for one gets the whole.
export function unranged(request, size, headers, read) {
  return part(request, 0, size, { status: 200, headers }, read);
}

function part(request, first, length, init, read) {
  if (request.method === "HEAD") {
    init.headers.set("Content-Length", String(length));
    return new Response(null, init);
  }
  const { readable, writable } = new FixedLengthStream(length); // so that the answer has a Content-Length
  // A client that leaves early ends this; there is nobody left to tell.
  stream(first, length, read).pipeTo(writable).catch(() => {});
  return new Response(readable, init);
}

export function stream(first, length, read) {
  let position = first;
  const end = first + length;
  return new ReadableStream({
    pull(controller) {
      if (position < end) {
        const chunk = read(position, end - position);
        controller.enqueue(chunk);
        position += chunk.byteLength;
      }
      if (position >= end) controller.close();
    },
  });
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
