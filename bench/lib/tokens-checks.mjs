// Whether a contender of tokens.mjs verifies tokens, and what the origin gets. One that is to verify nothing has to do all the rest.

import { sendOne } from "./client.mjs";
import { demand, ECHO, HOSTILE, isPrivate } from "./demand.mjs";
import { badTokens, SUBJECT } from "./tokens-jwt.mjs";
import { withToken } from "./tokens-start.mjs";

export async function check(contender, { issuer }) {
  const [token] = contender.tokens;
  demand(contender, contender.tokens.every(({ length }) => length === token.length), "its tokens differ in length");
  const good = await sendOne(contender.port, withToken(token, [ECHO]));
  demand(contender, good.status === 200, `a good token was answered ${good.status}: ${good.body.slice(0, 300)}`);
  if (contender.role === "floor") return;

  const isOpen = contender.role === "open";
  const headers = new Map(JSON.parse(good.body).headers);
  const subject = headers.get("edgegate-subject");
  demand(contender, subject === (isOpen ? undefined : SUBJECT), `the origin heard that it is ${subject} who calls`);
  demand(contender, !headers.has("authorization"), "the origin got the token");
  if (contender.whole) await doesTheWholeJob(contender, token);
  if (isOpen) return letsAnybodyIn(contender);
  for (const [what, bad] of Object.entries({ ...malformed(token), ...(issuer ? badTokens(issuer) : unknown(token)) })) {
    const answer = await sendOne(contender.port, withToken(bad, [ECHO]));
    demand(contender, answer.status === 401, `${what} was answered ${answer.status}: ${answer.body.slice(0, 300)}`);
  }
}

async function doesTheWholeJob(contender, token) {
  const answer = await sendOne(contender.port, withToken(token, [...HOSTILE, ECHO]));
  demand(contender, answer.status === 200, `hostile headers were answered ${answer.status}`);
  const { headers } = JSON.parse(answer.body);
  const names = new Set(headers.map(([name]) => name.replaceAll(/[_.]/g, "-")));
  demand(contender, !answer.body.includes("1001003"), "the origin got the client's Edgegate-Subject");
  for (const name of ["x-forwarded-email", "remote-user"]) {
    demand(contender, !names.has(name), `the origin got the client's ${name}`);
  }
  for (const name of ["edgegate-route", "edgegate-request-id"]) {
    demand(contender, names.has(name), `the origin did not get ${name}`);
  }
  demand(contender, isPrivate(answer), "the answer is not private");
}

async function letsAnybodyIn(contender) {
  const answer = await sendOne(contender.port, withToken(undefined, [ECHO]));
  demand(contender, answer.status === 200, `no token was answered ${answer.status}: ${answer.body.slice(0, 300)}`);
  demand(contender, Array.isArray(JSON.parse(answer.body).headers), "no token did not reach the origin");
}

function malformed(token) {
  return { "no token": undefined, nonsense: "nonsense", "half a token": token.slice(0, token.length >> 1) };
}

// Of the right form, but never issued.
function unknown(token) {
  const at = token.length - 20;
  return {
    "a changed token": token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1),
    "a made-up token": token.slice(0, -30) + "A".repeat(30),
  };
}
