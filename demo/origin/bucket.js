// The bucket of the demo: three objects, which whoever starts the demo finds in it. The site behind the gateway fills it, because
// it is asked for the landing page before anybody asks for an object; the gateway itself only reads.

const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAApUlEQVR42u3XyRWAIBAE0c7EjMzH6DUFlFkaqXneqX8BR/fiIwAAAAAAAAAAAA" +
  "AA/gI4zmvkswMMdmdI1JUexVB7/aRBDvUzBjmkzzBkVf/BsBmgoP6tQYb1rwzyrB837AFoqR80APAHxJ4abggGZFwJdYCkN7EI0LW+xQBS/8kB" +
  "JO+1uYCCxRwAAAAAACwOsH6JAQAAAAAAAAAAdgb4DwAAABafB5c+PMHUN7fyAAAAAElFTkSuQmCC";

/** The objects: a name, what is in it, and what is stored with it. */
const OBJECTS = [
  {
    name: "hello.txt",
    body: () => "Hello from a bucket. The gateway sent this; no origin was asked.\n",
    stored: { contentType: "text/plain; charset=utf-8", cacheControl: "max-age=60" },
  },
  {
    name: "gate.png",
    body: () => Uint8Array.from(atob(PICTURE), (character) => character.charCodeAt(0)),
    stored: { contentType: "image/png", cacheControl: "max-age=3600" },
  },
  {
    name: "ten-megabytes.bin",
    body: () => counted(10 * 1024 * 1024),
    stored: { contentType: "application/octet-stream", contentDisposition: 'attachment; filename="ten-megabytes.bin"' },
  },
];

/** Stores what is not there yet. */
export async function fill(bucket) {
  await Promise.all(
    OBJECTS.map(async ({ name, body, stored }) => {
      if ((await bucket.head(name)) === null) await bucket.put(name, body(), { httpMetadata: stored });
    }),
  );
}

/** Bytes that differ from their neighbours, so that a wrong range is seen. */
function counted(length) {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < 251; at++) bytes[at] = at;
  for (let filled = 251; filled < length; filled *= 2) bytes.copyWithin(filled, 0, filled);
  return bytes;
}
