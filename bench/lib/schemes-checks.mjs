// Whether each row of schemes.mjs is answered as it claims, by whom it claims, as what it claims. A credential that is not
// checked, or that travels on to the origin, would be a cheaper one.

import { sendOne } from "./client.mjs";
import { demand, ECHO } from "./demand.mjs";
import { withHeaders, withTarget, withValues } from "./requests.mjs";
import { changed, SUBJECT } from "./schemes-credentials.mjs";

const PATH_LENGTH = 29;

export async function check(contender) {
  const { name, port, request, status = 200 } = contender;
  const [path] = request.target.split("?");
  demand({ name }, path.length === PATH_LENGTH, `its path has ${path.length} characters, not ${PATH_LENGTH}`);

  const answer = await sendOne(port, withHeaders(request, [ECHO]));
  demand({ name }, answer.status === status, `it was answered ${answer.status}: ${answer.body.slice(0, 300)}`);
  if (status === 200) originGotNoCredential(contender, answer);
  else demand({ name }, JSON.parse(answer.body).Message !== undefined, `it was refused in other words: ${answer.body}`);
  await wasDecided(contender, requestId(answer));

  for (const forged of status === 200 ? forgeries(contender) : []) {
    const refused = await sendOne(port, withHeaders(forged, [ECHO]));
    const isRefusal = [401, 403].includes(refused.status);
    demand({ name }, isRefusal, `with one character changed it was answered ${refused.status}: ${refused.body.slice(0, 300)}`);
  }
}

function originGotNoCredential({ name, role, credentials }, answer) {
  const echo = JSON.parse(answer.body);
  const headers = new Map(echo.headers);
  const subject = role === "link" ? undefined : SUBJECT;
  demand({ name }, headers.get("edgegate-subject") === subject, `the origin heard that it is ${headers.get("edgegate-subject")}`);
  demand({ name }, echo.url.endsWith("?v=2"), `the origin got another URL: ${echo.url}`);
  for (const field of ["authorization", "so-apptoken", "x-xsrf-token"]) {
    demand({ name }, !headers.has(field), `the origin got ${field}`);
  }
  for (const [kind, value] of Object.entries(credentials)) {
    demand({ name }, !answer.body.includes(value), `the origin got the ${kind}`);
  }
  demand({ name }, headers.get("cookie")?.includes("theme=dark"), "the origin did not get the site's own cookies");
  demand({ name }, /\r\ncache-control:[^\r]*\bprivate\b/i.test(answer.head), "the answer is not private");
}

// The same request with one character of its credential changed, for each header that shows a part of it.
function forgeries({ role, request, values }) {
  if (role === "link") return [withTarget(request, (target) => target.replace("v=2", "v=3"))];
  return Object.entries(values).map(([name, value]) => withValues(request, { [name]: changed(value) }));
}

// The line comes through a pipe, a moment later.
async function wasDecided({ name, decided, lastLine }, id) {
  for (let waited = 0; !lastLine().includes(id); waited += 20) {
    demand({ name }, waited <= 5000, "its decision is not in the log");
    await new Promise((done) => setTimeout(done, 20));
  }
  const line = JSON.parse(lastLine());
  for (const [member, value] of Object.entries(decided)) {
    demand({ name }, line[member] === value, `the log says ${member} ${line[member]}, not ${value}`);
  }
}

function requestId({ status, head, body }) {
  if (status !== 200) return /\r\nedgegate-request-id: *(\w+)/i.exec(head)[1];
  return new Map(JSON.parse(body).headers).get("edgegate-request-id");
}
