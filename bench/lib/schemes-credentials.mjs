// One credential of each kind, for one person, made by the running gateway: at its admin API and its sign-in page.

import { asAdmin } from "./requests.mjs";

export const SUBJECT = "1001002";
export const PERSON = { account: "jo", password: "correct horse battery staple" };
export const ROBOT = { account: "robot", password: "robot-password-0123456789" };

export async function makeCredentials({ port, appToken }) {
  const { access_token: token } = await asAdmin(port, "token", { subject: SUBJECT });
  const { ticket } = await asAdmin(port, "ticket", { subject: SUBJECT });
  const { edgegate: session, "XSRF-TOKEN": xsrf } = await signIn(port);
  return {
    appToken,
    token,
    ticket,
    forgedTicket: changed(ticket),
    robot: login(ROBOT),
    person: login(PERSON),
    session,
    // The session last: `changed` changes it, and not the token that only has to agree.
    cookies: `XSRF-TOKEN=${xsrf}; edgegate=${session}`,
    xsrf,
  };
}

// The same text with one character changed. Not the last: of that one not every bit is read.
export function changed(text) {
  const at = text.length - 20;
  return text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
}

// Signs in as a browser does; gives the cookies by name.
async function signIn(port) {
  const body = new URLSearchParams(PERSON);
  const answer = await fetch(`http://127.0.0.1:${port}/.edgegate/sign-in`, { method: "POST", body, redirect: "manual" });
  if (answer.status !== 303) throw new Error(`the sign-in failed: ${answer.status} ${await answer.text()}`);
  return Object.fromEntries(answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0].split(/=(.*)/)));
}

function login({ account, password }) {
  return Buffer.from(`${account}:${password}`).toString("base64");
}
