// `npm run bench -- words`: what the further words of a route cost, each beside a request that does the same by a signed link.
//
// Each row goes through a route of its own to the same origin. `beside` names the row that a row is compared with: a webhook's 4 kB
// go through with a signed link as well, and a rule on claims is compared with the same token without one. What it costs to read a
// webhook and to compute its digest is measured beside it, by Workers written by hand, and added to what the webhook is compared with.

import { createHmac } from "node:crypto";
import { ROWS } from "./lib/arguments.mjs";
import { sendOne } from "./lib/client.mjs";
import { demand } from "./lib/demand.mjs";
import { median } from "./lib/report.mjs";
import { runAlone } from "./lib/harness.mjs";
import { signed, signedLink } from "./lib/requests.mjs";
import { spendCpu } from "./lib/spend.mjs";
import { newIssuer } from "./lib/tokens-jwt.mjs";
import { foreign } from "./lib/tokens-policies.mjs";
import { bundled, gateway, plain, replaceOnce, start } from "./lib/workers.mjs";

// A word may cost at most this much of what the row beside it does.
const GOAL = 1.1;

const { headers: BROWSER } = signedLink();
const LINK = "signed link";
const POSTED = "signed link, POST of 4 kB";
const PASSED = "POST of 4 kB, bare passthrough (JS)";
const VERIFIED = "the same, read and its HMAC verified by hand (JS)";
const BODY = JSON.stringify({ action: "opened", text: "x".repeat(4096 - 30) });
const HOOK_SECRET = "demo-github-hook-secret-0123456789";
const JSON_BODY = [["Content-Type", "application/json"], ["Content-Length", String(BODY.length)]];
const TOKEN = "token of another issuer";
const issuer = newIssuer("ES256");
const authorized = get("/me/a", [["Authorization", `Bearer ${issuer.mint({ groups: ["staff", "admins"] })}`]]);
const HOOK = post("/hooks/github", [["X-Hub-Signature-256", `sha256=${createHmac("sha256", HOOK_SECRET).update(BODY).digest("hex")}`]]);
const FOLDER = signed("/video/42/", "eg_path=/video/42/").slice("/video/42/?".length);

const CONTENDERS = [
  { name: LINK, request: signedLink() },
  { name: "link for a folder", beside: LINK, request: get(`/video/42/a.ts?${FOLDER}`) },
  { name: "cookie of a folder", beside: LINK, request: get("/video/42/a.ts", [["Cookie", `edgegate-link=${Buffer.from(FOLDER).toString("base64url")}`]]) },
  { name: "network", beside: LINK, request: get("/office/a") },
  { name: POSTED, request: post(signed("/posted/a", "", "POST")) },
  { name: PASSED, worker: "passthrough.js", request: HOOK },
  { name: VERIFIED, worker: "webhook.js", request: HOOK },
  { name: "webhook of 4 kB (GitHub)", beside: POSTED, work: [VERIFIED, PASSED], request: HOOK },
  { name: TOKEN, request: authorized },
  { name: "the same, with a rule on claims", beside: TOKEN, request: authorized, rule: 'require = { groups = ["admins"] }' },
];

export const bench = {
  name: "words",
  about: "CPU microseconds of the workerd process per request: links for a folder, networks, webhooks and rules on claims, each beside the same without.",
  only: "only the rows whose name contains TEXT",
  sizes: ROWS,
  unit: "request",
  turn: 1000,
  tables: ({ only }) => [{ name: "word", contenders: CONTENDERS.filter(({ name }) => name.includes(only)) }],
  start: startContender,
  check,
  spend: spendCpu,
  columns: [{ key: "ratio_to_beside", head: "x beside", digits: 2, of: (one, { ratio, named }) => ratio(one, named(one.beside ?? one.name)) }],
  goals: (table) =>
    CONTENDERS.filter(({ beside }) => beside).map((one) => ({ name: `${one.name} / ${one.beside}${one.work ? " and the work" : ""}`, at_most: GOAL, measured: compared(table, one) })),
};

/** The ratio to the row beside it, where there is work to be done with what that costs by hand. */
function compared({ ratio, named, cpu }, { name, beside, work }) {
  if (!work) return ratio(named(name), named(beside));
  const spent = (name) => cpu(named(name));
  const [whole, base, done, left] = [name, beside, ...work].map(spent);
  return whole && base && done && left && median(whole.map((one, round) => one / (base[round] + done[round] - left[round])));
}

function get(target, more = []) {
  const replaced = new Set(more.map(([name]) => name));
  return { method: "GET", target, headers: [...BROWSER.filter(([name]) => !replaced.has(name)), ...more] };
}

function post(target, more = []) {
  return { method: "POST", target, headers: [...BROWSER, ...JSON_BODY, ...more], body: BODY };
}

async function startContender(contender) {
  // The bench's client comes from an address of documentation.
  const office = (demo) => replaceOnce(demo, /cidr = \["127/, 'cidr = ["203.0.113.0/24", "127');
  const ruled = (demo) => replaceOnce(demo, /\nname = "me"\n/, `$&${contender.rule ?? ""}\n`);
  const policy = (demo) => `${ruled(office(foreign(demo, issuer.alg)))}
[[routes]]
name = "posted"
path = "/posted/*"
methods = ["POST"]
accept = ["link:files"]
forward = { origin = "demo" }
`;
  if (contender.worker) return { ...contender, ...(await start({ ...plain("contender", contender.worker), bindings: { HOOK_SECRET }, serviceBindings: { ORIGIN: "origin" } }, plain("origin", "origin.js"))) };
  const jwks = { JWKS: issuer.jwks };
  const services = { IDP: "idp" };
  return { ...contender, ...(await start(gateway({ policy, services }), plain("origin", "origin.js"), await bundled("idp", "tokens-idp.js", jwks))) };
}

async function check(contender) {
  const { status, body } = await sendOne(contender.port, contender.request);
  demand(contender, status === 200 && body === "ok", `the request was answered ${status} ${body}`);
}

runAlone(bench, import.meta.url);
