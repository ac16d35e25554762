// The JavaScript side of the boundary. Nothing is decided here.

import { drained, FIRST, PIECE, readAnswer, readers, roomAfter, slow } from "./reading.js";
import { inTime } from "./storage.js";

// Method, URL, whether there is a body to a GET or HEAD, and header fields, in one crossing. None can hold a line feed.
export function describe(request) {
  const { method } = request;
  const odd = (method === "GET" || method === "HEAD" || method === "OPTIONS") && request.body ? "body" : "";
  let text = method + "\n" + request.url + "\n" + odd;
  request.headers.forEach((value, name) => {
    text += "\n" + name + "\n" + value;
  });
  return text;
}

// Sends the request on. `edits`: lines "-name" to remove, "=name" and a line with the value to set.
// The body is passed as the stream it is, unless `body` replaces it, or its beginning where `guard` looks at the rest.
export function forward(env, binding, url, request, edits, body, guard, noStore) {
  const isInProcess = binding === HANDLER;
  // In process the request is made here, so its own header fields can be edited: copying them once more costs as much as editing.
  const isEditedThere = isInProcess && body === undefined && guard === undefined;
  const headers = isEditedThere ? request.headers : edited(request.headers, edits);
  const init = { method: request.method, headers, redirect: "manual" };
  const flow = bodyOf(request, body, guard, init);
  if (noStore) init.cache = "no-store";
  if (binding === undefined) return moving(fetch(url, init), flow);
  if (!isInProcess) return moving(env[binding].fetch(url, init), flow);
  const sent = env[binding].forward(url, init, (fields) => apply(edits, fields), isEditedThere);
  inProcess.add(sent);
  return moving(sent, flow);
}

// What the policy calls the application in the same Worker, where others have a binding (src/middleware.js). It is told by its
// name: what is bound may be a stub, which has every property that it is asked for.
const HANDLER = "edgegate(app)";

// Promises of answers that may be there as soon as what is due now has run.
const inProcess = new WeakSet();

// Puts the body into `init`. Answers with its flow, if it is led through so that it is known whether it moves.
export function bodyOf(request, body, guard, init) {
  let flow;
  if (guard) {
    const length = guard.keeps_every_byte() ? request.headers.get("content-length") : null;
    flow = flowing(readers.get(request), guarded(guard, body), length, init);
    init.headers.delete("content-length");
  } else if (body) {
    init.body = body;
    init.headers.delete("content-length");
  } else if (init.method !== "GET" && init.method !== "HEAD" && request.body) {
    const length = request.headers.get("content-length");
    if (length !== null && Number(length) <= PIECE) init.body = request.body;
    else flow = flowing(request.body.getReader({ mode: "byob" }), UNCHANGED, length, init);
  }
  return flow;
}

// What was sent, with the flow of its body.
export function moving(sent, flow) {
  if (flow) flows.set(sent, flow);
  return sent;
}

// Makes what is read the body of a request, piece by piece, so that it is known whether it moves. Not every origin can read
// what comes without its length.
function flowing(reader, filter, length, init) {
  const abort = new AbortController();
  init.signal = abort.signal;
  const { readable, writable } = length === null ? new IdentityTransformStream() : new FixedLengthStream(Number(length));
  init.body = readable;
  const flow = { moved: Date.now() };
  // The origin must not take a part for the whole, and only an aborted request ends before its body does.
  pump(reader, writable.getWriter(), { ...filter, broken: (error) => abort.abort(error) }, FIRST, PIECE, flow);
  return flow;
}

// Passes a body on through a filter: `begin` says what comes before it, `push` what is ready of it with a piece more, `finish`
// what is left. A body that breaks off stays broken: `broken` is told, and the writer is aborted, never closed. What the
// client still sends is cancelled, unless its answer waits for the rest to be read.
async function pump(reader, writer, filter, first, most, flow) {
  let isWriting = false;
  const write = async (bytes) => {
    if (bytes.length === 0) return;
    isWriting = true;
    await writer.write(bytes);
    isWriting = false;
    flow.moved = Date.now();
  };
  try {
    await write(filter.begin());
    // The room is used again for the next piece: a write ends when its bytes were taken.
    for (let room = new Uint8Array(first); ; ) {
      const { done, value } = await reader.read(room);
      await write(done ? filter.finish() : filter.push(value));
      if (done) break;
      room = roomAfter(value, most);
    }
    await writer.close();
  } catch (error) {
    if (!isWriting) filter.broken?.(error);
    writer.abort(error).catch(nothing);
    if (!filter.isReadOn) reader.cancel(error).catch(nothing);
  } finally {
    filter.free?.();
  }
}

const NONE = new Uint8Array(0);
const UNCHANGED = { begin: () => NONE, push: (piece) => piece, finish: () => NONE };

// A beginning, and the rest of the form after the guard looked at it. One that it refuses ends the request.
function guarded(guard, beginning) {
  let held = NONE;
  // What is not decided on waits for the next piece.
  const decided = (bytes) => {
    const all = held.length > 0 ? joined(held, bytes) : bytes;
    const at = all.length - Math.min(guard.held(), all.length);
    held = all.slice(at);
    return all.subarray(0, at);
  };
  const demand = (isWell) => {
    if (!isWell) throw new Error("the form is not well formed");
  };
  return {
    begin: () => decided(beginning),
    push: (piece) => (demand(guard.push(piece)), decided(piece)),
    finish: () => (demand(guard.finish()), held),
    free: () => guard.free(),
    isReadOn: true, // by `drained`: a client hears why its form was refused
  };
}

function joined(first, second) {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

// `forward` for a visit that wants a part of something. A part of a page cannot be read, so a page is asked for whole.
export async function forwardForPart(env, binding, url, request, edits) {
  const ask = (lines) => forward(env, binding, url, request, lines, undefined, undefined, true);
  const isPage = ({ headers }) => /^\s*(text\/html|application\/xhtml\+xml)/i.test(headers.get("content-type") ?? "");
  if (binding === HANDLER && env[binding].answersOnce) return ask(edits + WHOLE);
  const part = await ask(edits);
  if (!(part.status === 206 && isPage(part)) && part.status !== 416) return part;
  const whole = await ask(edits + WHOLE);
  const [kept, other] = isPage(whole) ? [whole, part] : [part, whole];
  other.body?.cancel();
  return kept;
}

const WHOLE = "-range\n-if-range\n";

// What failed goes to the operator's log.
export function complain(what, error) {
  console.error(`edgegate: ${what}:`, error);
}

// The promise, which now settles whether its client stays or leaves.
export function kept(context, promise) {
  context?.waitUntil(promise); // the tests under Node have none
  return promise;
}

// What `exchange` makes of the origin's answer, or of the error or the silence that came in its place. If `limit` is not 0, it
// also gets the text of the answer's body, if it is text of at most `limit` bytes, within `milliseconds`; the answer can still
// be passed on. An exchange that has to wait is told so once. What the origin says after `timeout` nobody takes.
export function settled(sent, context, timeout, limit, milliseconds, exchange) {
  const isHere = inProcess.has(sent);
  let isTaken = false;
  const answer = new Promise((resolve, reject) => {
    const end = (what) => {
      isTaken = true;
      try {
        resolve(what());
      } catch (thrown) {
        reject(thrown);
      }
    };
    const finish = (response, error, text) => end(() => exchange.finish(response, error, text));
    // Clearing a timer costs as much as setting it, so one that is too late finds that there is nothing to do.
    const waiting = (what, left) => setTimeout(() => isTaken || what(), left);
    // While a body is on its way, the time begins with each piece of it.
    const look = () => {
      const left = (flows.get(sent)?.moved ?? 0) + timeout - Date.now();
      if (left > 0) waiting(look, left);
      else end(() => exchange.late());
    };
    const wait = () =>
      waiting(() => {
        waiting(look, timeout - NOTICED_MS);
        exchange.waits();
      }, NOTICED_MS);
    // In process an application that waits for nothing has answered a few turns later, before any client can leave: a timer and
    // a promise to keep would cost as much as its routing.
    const waitAfter = (turns) => {
      if (isTaken) return;
      if (turns > 0) return void Promise.resolve().then(() => waitAfter(turns - 1));
      wait();
      kept(context, answer);
    };
    if (isHere) waitAfter(PROMPT);
    else wait();
    const take = (response) => {
      if (isTaken) return void response.body?.cancel().catch(nothing);
      if (limit === 0) return finish(response);
      isTaken = true;
      if (isHere) kept(context, answer);
      textOf(response, limit, milliseconds).then((text) => finish(response, undefined, text), (error) => finish(undefined, error));
    };
    sent.then(take, (error) => isTaken || finish(undefined, error));
  });
  return isHere ? answer : kept(context, answer);
}

const nothing = () => {};

const PROMPT = 24;

// When the last piece of a body moved, by the promise of the origin's answer.
const flows = new WeakMap();

// How long an origin may take before the log says that it was asked.
const NOTICED_MS = 1000;

async function textOf(response, limit, milliseconds) {
  if (response.webSocket) return undefined;
  return asText(response, await inTime(readAnswer(response.clone(), limit), milliseconds));
}

// What cannot be read as what it says it is is no text.
function asText(response, bytes) {
  const charset = /charset="?([^;"\s]+)/i.exec(response.headers.get("content-type") ?? "")?.[1];
  try {
    return bytes === null ? undefined : new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

// What the core wants to know of an origin's answer, in one crossing: with `addresses` also what may name addresses.
export function received(response, addresses) {
  const { status, headers } = response;
  const said = (name) => "\n" + (headers.get(name) ?? "");
  const challenges = status === 401 ? said("www-authenticate") : "\n";
  const text = status + said("cache-control") + said("vary") + challenges + said("referrer-policy");
  if (!addresses) return text;
  const cookies = headers.getSetCookie().map((cookie) => "\n" + cookie).join("");
  return text + said("location") + said("content-location") + said("refresh") + said("link") + cookies;
}

// The answer with other headers. A switched connection keeps its socket.
export function amended(response, edits) {
  if (response.webSocket) return response;
  if (response[HERE]) {
    try {
      apply(edits, response.headers);
      return response;
    } catch {
      // The application passed on what it had fetched: that cannot be changed.
    }
  }
  const other = new Response(response.body, response);
  apply(edits, other.headers);
  return other;
}

// Marks an answer that was made in process and is sent once, so that its own header fields can be edited (src/middleware.js).
const HERE = Symbol.for("edgegate.here");

// What else the core wants to know of an answer that may be a page with tags.
export function described(response) {
  const { headers } = response;
  const encoding = headers.get("content-encoding") ?? "";
  const isUnknown = encoding !== "" && isMadeHere(response);
  return (headers.get("content-type") ?? "") + "\n" + (isUnknown ? "unknown" : encoding.toLowerCase());
}

// Whether the application made the answer itself. Then nobody can tell whether its body is compressed already, or will be when
// it is sent; what was fetched is read uncompressed. Only the latter's header fields cannot be edited.
function isMadeHere(response) {
  if (!response[HERE]) return false;
  try {
    response.headers.delete("edgegate-none");
    return true;
  } catch {
    return false;
  }
}

// The answer with its body led through a filter. Pieces as large as can be had: each is a crossing.
export function filtered(response, edits, filter, context) {
  const headers = edited(response.headers, edits);
  const { status, statusText } = response;
  if (!response.body) {
    filter.free();
    return new Response(null, { status, statusText, headers });
  }
  const { readable, writable } = new IdentityTransformStream();
  const filled = new Uint8Array(2 * PAGE_PIECE);
  const expanded = {
    begin: () => NONE,
    push: (piece) => filter.push(piece, filled),
    finish: () => filter.finish(),
    free: () => filter.free(),
  };
  kept(context, pump(response.body.getReader({ mode: "byob" }), writable.getWriter(), expanded, PAGE_PIECE, PAGE_PIECE, {}));
  return new Response(readable, { status, statusText, headers });
}

// A piece of a page: three such rooms are held for each visitor who reads slowly.
const PAGE_PIECE = 16384;

// A whole answer of the gateway's own; a promise of it where the request has a body that was not read.
export function answer(request, status, lines, body) {
  const response = own(status, lines, body);
  return request.body && !slow.has(request) ? drained(request).then(() => response) : response;
}

// A Response copies the fields that it is given, so they are added to its own.
function own(status, lines, body) {
  const response = new Response(body === "" ? null : body, { status });
  pairs(lines, response.headers);
  return response;
}

// Fields added to others: a line with the name, a line with the value. A Response made of text has a
// content-type already, so that one is replaced.
export function pairs(lines, headers) {
  const parts = lines.split("\n");
  for (let i = 0; i + 1 < parts.length; i += 2) {
    if (parts[i] === "content-type") headers.set(parts[i], parts[i + 1]);
    else headers.append(parts[i], parts[i + 1]);
  }
  return headers;
}

// An answer of the gateway's own in place of the origin's, of which nothing but its cookies is kept.
export function instead(response, status, lines) {
  response.body?.cancel().catch(() => {});
  const other = own(status, lines, "");
  for (const cookie of response.headers.getSetCookie()) other.headers.append("set-cookie", cookie);
  return other;
}

// Header fields after edits: lines "-name" to remove, "=name" or "+name" and a line with the value.
export function edited(original, edits) {
  const headers = new Headers(original);
  apply(edits, headers);
  return headers;
}

function apply(edits, headers) {
  const lines = edits.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const name = lines[i].slice(1);
    switch (lines[i][0]) {
      case "-":
        headers.delete(name);
        break;
      case "=":
        headers.set(name, lines[++i]);
        break;
      case "+":
        headers.append(name, lines[++i]);
        break;
    }
  }
}
