// Before anything is measured: does the contender do the job that its row claims? A Worker that skips half of it would
// win, and the table would lie.

import { sendOne } from "./client.mjs";
import { withHeaders, withTarget } from "../request.mjs";

const CHECKS = { signature: refusesForgeries, "whole job": cleansWhatItForwards, "identity JWT": signsForTheOrigin };

export async function preflight(contender) {
  const answer = await sendOne(contender.port, contender.request);
  const { status = 200 } = contender;
  demand(contender, answer.status === status, `the request was answered ${answer.status}: ${answer.body.slice(0, 300)}`);
  for (const check of contender.checks) await CHECKS[check](contender);
}

async function refusesForgeries(contender) {
  const forged = withTarget(contender.request, (target) => target.replace("v=2", "v=3"));
  const answer = await sendOne(contender.port, forged);
  demand(contender, answer.status === 403, `a forged link was answered ${answer.status}`);
}

// What a client may try to pass itself off with, in several spellings.
const HOSTILE = [
  ["Edgegate-Subject", "1001003"],
  ["edgegate_subject", "1001003"],
  ["X-Forwarded-User", "sam"],
  ["X_Forwarded_Email", "sam@example.org"],
  ["X.Auth.Request.User", "sam"],
  ["REMOTE_USER", "sam"],
  ["X-Authenticated-UserId", "1001003"],
  ["X-Consumer-Username", "sam"],
  ["Cf-Access-Jwt-Assertion", "e30.e30.e30"],
  ["Forwarded", "for=10.0.0.1"],
];

// The origin of the bench tells what it got when it sees this header (workers/origin.js).
const ECHO = ["Bench-Echo", "1"];

async function cleansWhatItForwards(contender) {
  await keepsAuthorization(contender);
  const answer = await sendOne(contender.port, withHeaders(contender.request, [...HOSTILE, ECHO]));
  demand(contender, answer.status === 200, `hostile headers were answered ${answer.status}`);
  const { url, headers } = JSON.parse(answer.body);
  const names = headers.map(([name]) => name.replaceAll(/[_.]/g, "-"));

  demand(contender, !url.includes("eg_"), `the origin got the signing parameters: ${url}`);
  demand(contender, url.endsWith("/files/report.pdf?v=2"), `the origin got another URL: ${url}`);
  for (const [hostile] of HOSTILE) {
    const name = hostile.toLowerCase().replaceAll(/[_.]/g, "-");
    demand(contender, !names.includes(name), `the origin got the client's ${hostile}`);
  }
  for (const name of ["edgegate-route", "edgegate-request-id"]) {
    demand(contender, names.includes(name), `the origin did not get ${name}`);
  }
  demand(contender, /\r\ncache-control:[^\r]*\b(?:private|no-store)\b/i.test(answer.head), "the answer is not private");
}

async function signsForTheOrigin(contender) {
  const answer = await sendOne(contender.port, withHeaders(contender.request, [ECHO]));
  const { headers } = JSON.parse(answer.body);
  const jwt = headers.find(([name]) => name === "edgegate-jwt")?.[1] ?? "";
  demand(contender, jwt.split(".").length === 3, "the origin got no identity JWT");
}

// A credential that the route does not take may be refused or cut off. It may not arrive.
async function keepsAuthorization(contender) {
  const answer = await sendOne(contender.port, withHeaders(contender.request, [["Authorization", "Bearer stolen"], ECHO]));
  const refused = answer.status >= 400 && answer.status < 500;
  demand(contender, refused || !/"authorization"/i.test(answer.body), "the origin got the client's Authorization");
}

function demand(contender, held, otherwise) {
  if (!held) throw new Error(`${contender.name}: ${otherwise}`);
}
