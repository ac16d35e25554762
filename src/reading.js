// Reads bodies: a request's piece by piece, what is left of one that nobody needs, and an answer's as a whole. Each piece comes
// into a room of its own size, since many bodies may be waited for at once.

// Readers of requests of which something was taken.
export const readers = new WeakMap();

// Their room for the next piece. What was read is copied before they read on.
const rooms = new WeakMap();

// Those whose client took too long.
export const slow = new WeakSet();

// The next piece of the body; null at its end, undefined if it does not come in time.
export async function readNext(request, milliseconds) {
  if (!request.body) return null;
  if (!readers.has(request)) readers.set(request, request.body.getReader({ mode: "byob" }));
  const reader = readers.get(request);
  let timer;
  const late = new Promise((due) => (timer = setTimeout(due, milliseconds, { late: true })));
  const read = reader.read(rooms.get(reader) ?? new Uint8Array(FIRST));
  const { done, value, late: isLate } = await Promise.race([read, late]).finally(() => clearTimeout(timer));
  if (!isLate) {
    if (!done) rooms.set(reader, roomAfter(value, PIECE));
    return done ? null : value;
  }
  read.catch(() => {});
  slow.add(request);
  return undefined;
}

// The answer's body, or null as soon as it is longer than `limit` bytes.
export async function readAnswer(response, limit) {
  if (!response.body) return new Uint8Array(0);
  const reader = response.body.getReader({ mode: "byob" });
  const chunks = [];
  let length = 0;
  const read = () => reader.read(new Uint8Array(PIECE));
  for (let next = await read(); !next.done; next = await read()) {
    length += next.value.byteLength;
    if (length > limit) {
      await reader.cancel();
      return null;
    }
    chunks.push(next.value.slice()); // without the room that was left
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

// Reads what is left of a body and keeps nothing of it: a connection whose request was not read to its end is reset, and
// the client never sees the answer. One that is too long, or takes too long, is not waited for.
export async function drained(request) {
  const declared = request.headers.get("content-length");
  if (declared !== null && !(declared > 0 && declared <= DRAINED)) return;
  let late;
  try {
    readers.get(request)?.releaseLock();
    const reader = request.body.getReader({ mode: "byob" });
    const isLate = new Promise((due) => (late = setTimeout(due, DRAINING_MS, { done: true })));
    let room = new Uint8Array(FIRST);
    for (let left = DRAINED; left > 0; ) {
      const { done, value } = await Promise.race([reader.readAtLeast(room.byteLength, room), isLate]);
      if (done) return;
      left -= value.byteLength;
      const { byteLength } = value.buffer;
      room = byteLength < DRAINED_AT_ONCE ? new Uint8Array(DRAINED_AT_ONCE) : new Uint8Array(value.buffer);
    }
  } catch {
    // The client went away, or somebody else reads the body.
  } finally {
    clearTimeout(late);
  }
}

const DRAINED = 16 * 1024 * 1024;
const DRAINED_AT_ONCE = 16 * 1024;
const DRAINING_MS = 10_000;

// Room for the next piece: more only where the last one filled what it had, since many may wait for one that never comes.
export function roomAfter({ buffer, byteLength }, most) {
  return byteLength === buffer.byteLength && byteLength < most ? new Uint8Array(most) : new Uint8Array(buffer);
}

// The room for a body of which nothing came yet.
export const FIRST = 4096;
// The largest room.
export const PIECE = 65536;
