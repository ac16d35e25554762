// Whether a contender of request.mjs does the job that its row claims.

import { sendOne } from "./client.mjs";
import { demand, ECHO, HOSTILE, isPrivate } from "./demand.mjs";
import { withHeaders, withTarget } from "./requests.mjs";

const CHECKS = { signature: refusesForgeries, "whole job": cleansWhatItForwards, "identity JWT": signsForTheOrigin };

export async function check(contender) {
  const answer = await sendOne(contender.port, contender.request);
  const { status = 200 } = contender;
  demand(contender, answer.status === status, `the request was answered ${answer.status}: ${answer.body.slice(0, 300)}`);
  for (const name of contender.checks) await CHECKS[name](contender);
}

async function refusesForgeries(contender) {
  const forged = withTarget(contender.request, (target) => target.replace("v=2", "v=3"));
  const answer = await sendOne(contender.port, forged);
  demand(contender, answer.status === 403, `a forged link was answered ${answer.status}`);
}

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
  demand(contender, isPrivate(answer), "the answer is not private");
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
