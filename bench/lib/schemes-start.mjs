// The gateway of schemes.mjs, brought to life: one for all the rows, with the demo's policy, a program that has a password, and
// an origin of its own that knows people's passwords. Then each row with the request that it is sent.

import { sendOne } from "./client.mjs";
import { signedLink, withValues } from "./requests.mjs";
import { makeCredentials, PERSON, ROBOT, SUBJECT } from "./schemes-credentials.mjs";
import { gateway, plain, replaceOnce, Skip, start } from "./workers.mjs";

// What a page's script sends, so that refusals are answered as they are to a program.
const SCRIPT = withValues(signedLink(), {
  Accept: "application/json, text/plain, */*",
  "Sec-Fetch-Dest": "empty",
  "Sec-Fetch-Mode": "cors",
  "Sec-Fetch-Site": "same-origin",
});

export async function startGateway() {
  const worker = gateway({ policy, vars: { ROBOT_PASSWORD: ROBOT.password }, services: { PEOPLE: "people" } });
  const people = { ...plain("people", "schemes-people.js"), bindings: { PASSWORD: PERSON.password, SUBJECT } };
  const running = await start(worker, plain("origin", "origin.js"), people);
  try {
    await demandItsPolicy(running.port);
    return { ...running, credentials: await makeCredentials({ ...running, appToken: worker.bindings.SUPEROFFICE_APP_TOKEN }) };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

// A row of schemes.mjs with its request. `values`: the headers of it that show the credential.
export function contenderAt(gateway, contender) {
  const values = beside(contender.shown(gateway.credentials));
  return { ...gateway, ...contender, values, request: { ...withValues(SCRIPT, values), target: contender.target } };
}

// The cookies of the site's own stay.
function beside({ Cookie: cookies, ...values }) {
  const [, others] = SCRIPT.headers.find(([name]) => name === "Cookie");
  return cookies === undefined ? values : { Cookie: `${others}; ${cookies}`, ...values };
}

function policy(demo) {
  const basic = `[basic]
cache = "5m"

[basic.machines.robot]
secret = "ROBOT_PASSWORD"
subject = "${SUBJECT}"`;
  const withBasic = replaceOnce(demo, /^\[basic\]$/m, basic);
  return `${replaceOnce(withBasic, /^\[sign_in\]\norigin = "demo"$/m, '[sign_in]\norigin = "people"')}
[origins.people]
service = "PEOPLE"
`;
}

// A build of before the schemes refuses every request.
async function demandItsPolicy(port) {
  const { status, body } = await sendOne(port, SCRIPT);
  if (status === 503) throw new Skip("the gateway in demo/build does not take this policy: run `npm run build -- --demo`");
  if (status !== 200) throw new Error(`the gateway answered a signed link with ${status}: ${body.slice(0, 300)}`);
}
