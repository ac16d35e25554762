// What the gateway asks of the origin, and how an answer is given: a small JSON object by POST, with a proof that the
// gateway made it (assertion.js). No route of the demo policy leads to the answers, and should one ever do, a client
// still learns nothing.

import { verifyAssertion } from "./assertion.js";
import { json } from "./page.js";

const BODY_LIMIT = 4096;

// Answers a question that is proven and well formed with what `judge` makes of it: a Response.
export async function answer(request, env, isWellFormed, judge) {
  if (request.method !== "POST") return say(405, {}, { Allow: "POST" });

  const body = await readUpTo(request.body, BODY_LIMIT);
  if (body === undefined) return say(413);
  if (!(await verifyAssertion(request.headers.get("edgegate-assertion"), body, env.EDGEGATE_ASSERTION_KEY))) {
    return say(403);
  }

  const question = parse(body);
  return isWellFormed(question) ? judge(question) : say(400);
}

// An answer that nobody keeps: it is about a person.
export function say(status, members = {}, headers = {}) {
  return json(JSON.stringify(members), { status, headers: { "Cache-Control": "no-store", ...headers } });
}

function parse(body) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

// The bytes of a body, or undefined where there are more than allowed.
async function readUpTo(body, limit) {
  const kept = new Uint8Array(limit);
  let length = 0;
  for await (const chunk of body ?? []) {
    if (length + chunk.byteLength > limit) return undefined;
    kept.set(chunk, length);
    length += chunk.byteLength;
  }
  return kept.subarray(0, length);
}
