// POST /find-person: which person a partner's server means. The gateway asks with exactly one of
//
//   {"cons_id": "1001002"}     the constituent's own number
//   {"member_id": "4001002"}   the number that the organization gave
//
// and gets 200 {"subject"} or 404 {}. Every call must prove that the gateway made it (question.js).

import { PEOPLE } from "./people.js";
import { answer, say } from "./question.js";

export function findPerson(request, env) {
  return answer(request, env, isWellFormed, ({ cons_id, member_id }) => {
    const fits = (one) => (cons_id === undefined ? one.member_id === member_id : one.subject === cons_id);
    const person = PEOPLE.find(fits);
    return person === undefined ? say(404) : say(200, { subject: person.subject });
  });
}

function isWellFormed(question) {
  const given = [question?.cons_id, question?.member_id].filter((id) => id !== undefined);
  return given.length === 1 && typeof given[0] === "string";
}
