// A browser that signs in at the gate's page, as far as cookies go.

import assert from "node:assert/strict";
import { status } from "./expect.mjs";

/** The value that an answer sets for a cookie; undefined if it sets none. */
export const cookieOf = (answer, name) => answer.cookies.find((cookie) => cookie.startsWith(`${name}=`))?.split(";")[0].slice(name.length + 1);

/** Signs in: { session, xsrf, cookies }, the last as a Cookie field. */
export async function signIn(gate, account = "jo", password = "correct horse battery staple") {
  const answer = await gate.form("/.edgegate/sign-in", new URLSearchParams({ account, password }).toString());
  status(answer, 303);
  const [session, xsrf] = ["edgegate", "XSRF-TOKEN"].map((name) => cookieOf(answer, name));
  assert.ok(session && xsrf, answer.cookies.join("\n"));
  return { session, xsrf, cookies: `edgegate=${session}; XSRF-TOKEN=${xsrf}` };
}

/** Signs out; gives the answer. */
export async function signOut(gate, { cookies }) {
  const answer = await gate.post("/.edgegate/sign-out", "", { cookie: cookies });
  status(answer, 200);
  return answer;
}
