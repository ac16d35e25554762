// POST /check-password: the part of the origin that owns people's passwords. The gateway asks it
//
//   {"account": "jo", "password": "…"}   account is a user name, an e-mail address or a cons_id
//
// and gets 200 {"subject", "user_name", "email"} or 401 {}. Every call must prove that the gateway made it
// (assertion.js): no route of the demo policy leads here, and should one ever do, a client still learns nothing.

import { verifyAssertion } from "./assertion.js";
import { PEOPLE } from "./people.js";
import { json } from "./page.js";

const BODY_LIMIT = 4096;
const NO_STORE = { "Cache-Control": "no-store" };

export async function checkPassword(request, env) {
  if (request.method !== "POST") return refuse(405, { Allow: "POST" });

  const body = await readUpTo(request.body, BODY_LIMIT);
  if (body === undefined) return refuse(413);
  if (!(await verifyAssertion(request.headers.get("edgegate-assertion"), body, env.EDGEGATE_ASSERTION_KEY))) {
    return refuse(403);
  }

  const question = parse(body);
  if (question === undefined) return refuse(400);
  const person = await authenticate(question.account, question.password);
  if (person === undefined) return refuse(401);
  const { subject, user_name, email } = person;
  return json(JSON.stringify({ subject, user_name, email }), { headers: NO_STORE });
}

function refuse(status, headers = {}) {
  return json("{}", { status, headers: { ...NO_STORE, ...headers } });
}

function parse(body) {
  try {
    const question = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    const wellFormed = typeof question?.account === "string" && typeof question?.password === "string";
    return wellFormed ? question : undefined;
  } catch {
    return undefined;
  }
}

// An unknown account takes the same comparison as a known one, so the time taken does not tell which it was.
async function authenticate(account, password) {
  const person = PEOPLE.find((one) => [one.subject, one.user_name, one.email].includes(account));
  const same = await equal(password, person?.password ?? "");
  return person !== undefined && same ? person : undefined;
}

// Digests first: they are of one length, whatever the length of what was typed.
async function equal(left, right) {
  const encoder = new TextEncoder();
  const [a, b] = await Promise.all(
    [left, right].map((text) => crypto.subtle.digest("SHA-256", encoder.encode(text))),
  );
  return crypto.subtle.timingSafeEqual(a, b);
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
