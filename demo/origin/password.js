// POST /check-password: the part of the origin that owns people's passwords. The gateway asks it
//
//   {"account": "jo", "password": "…"}   account is a user name, an e-mail address or a cons_id
//
// and gets 200 {"subject", "user_name", "email"} or 401 {}. Every call must prove that the gateway made it
// (question.js).

import { PEOPLE, SAMPLE_USER } from "./people.js";
import { answer, say } from "./question.js";

export function checkPassword(request, env) {
  return answer(request, env, isWellFormed, async ({ account, password }) => {
    const person = await authenticate(account, password);
    if (person === undefined) return say(401);
    const { subject, user_name, email } = person;
    return say(200, { subject, user_name, email });
  });
}

function isWellFormed(question) {
  return typeof question?.account === "string" && typeof question?.password === "string";
}

// An unknown account takes the same comparison as a known one, so the time taken does not tell which it was.
async function authenticate(account, password) {
  const person = [...PEOPLE, SAMPLE_USER].find((one) => [one.subject, one.user_name, one.email].includes(account));
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
