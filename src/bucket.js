// A bucket as an origin. What is asked and what becomes of it is decided in the core; here the bucket is called.

import { bodyOf, edited, moving } from "./glue.js";

// Asks the bucket. `asked`: its binding, and the lines that the core's `Asked` writes. `body` replaces the request's, where it
// was read. The answer is `{ what, object, body, part }`.
export function ask(env, asked, request, body) {
  const [binding, act, key, ...more] = asked.split("\n");
  if (act !== "put") return fetched(env[binding], act, key, more);
  const init = { method: "PUT", headers: new Headers(request.headers) };
  const flow = bodyOf(request, body, undefined, init);
  return moving(stored(env[binding], key, more, init), flow);
}

async function fetched(bucket, act, key, [inItsPlace, range, only, unless]) {
  if (act === "delete") {
    await bucket.delete(key);
    return { what: "deleted" };
  }
  const get = act === "head" ? (name) => bucket.head(name) : (name) => bucket.get(name);
  let object = act === "get" && (range || unless) ? await some(bucket, key, range, only, unless) : await get(key);
  const part = range !== "" && object?.body !== undefined;
  // With If-Range: the client has a part of another version, and gets the whole of this one.
  if (only && object && !part) return outcome("object", await get(key));
  if (object) return outcome("object", object, part);
  return outcome("document", inItsPlace && (await get(inItsPlace)));
}

const outcome = (what, object, part) => (object ? { what, object, body: object.body, part } : { what: "" });

// What is wanted of an object: without a body if the client has it. R2 throws where it has no such part, and says no more.
async function some(bucket, key, range, only, unless) {
  const onlyIf = only ? { etagMatches: only } : unless ? { etagDoesNotMatch: unless } : undefined;
  try {
    return await bucket.get(key, { onlyIf, range: range ? partOf(range) : undefined });
  } catch (error) {
    if (!range) throw error;
    return bucket.head(key);
  }
}

function partOf(range) {
  const [first, last] = range.split("-");
  if (first === "") return { suffix: Number(last) };
  return last === "" ? { offset: Number(first) } : { offset: Number(first), length: Number(last) - Number(first) + 1 };
}

// R2 decides on the conditions and stores in one step; null means that one did not hold.
async function stored(bucket, key, conditions, { headers, body }) {
  const onlyIf = new Headers();
  for (let i = 0; i + 1 < conditions.length; i += 2) onlyIf.set(conditions[i], conditions[i + 1]);
  const had = await bucket.head(key);
  const object = await bucket.put(key, body ?? "", { onlyIf, httpMetadata: headers });
  return object ? { what: had ? "replaced" : "created", object } : { what: "failed" };
}

// What the core wants to know, a line each.
export function told({ what, object, body, part }) {
  if (!object) return what + "\n0\n\n0\n\n\n\n\n";
  const { size, etag, uploaded, httpMetadata } = object;
  const { contentType = "", contentEncoding = "", cacheControl = "" } = httpMetadata ?? {};
  const has = body ? (part ? "part" : "whole") : "";
  return [what, size, etag, Math.floor(uploaded / 1000), uploaded.toUTCString(), has, contentType, contentEncoding, cacheControl].join("\n");
}

// The answer. `shows`: "body", "fields" that were stored with it, or "nothing". `edits` as for an origin's answer. What is
// stored packed is sent as it is.
export function answer({ object, body }, status, shows, edits) {
  const headers = new Headers();
  if (shows !== "nothing") object.writeHttpMetadata(headers);
  if (shows !== "body") body?.cancel().catch(() => {});
  return new Response(shows === "body" ? body : null, { status, headers: edited(headers, edits), encodeBody: "manual" });
}
