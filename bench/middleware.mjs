// `npm run bench -- middleware`: what the gateway costs in the application's own Worker, beside the gateway before a service
// binding, and beside Hono's own middleware for the same job. The rows, as data. A row is
//
//   name      what the table prints
//   worker    "edgegate": the built gateway before the application; a file in workers/; or "own": `source`, a Worker with the
//             package in it
//   policy    (of the gateway) the demo's policy as text -> the policy of this row
//   role      "application": nobody is asked; "service", "in process", "peer": the rows that the goals are about
//   whole     true where the whole job of a gate is due; logs: where every request must have written a line

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gatewayWorker, policyText } from "../scripts/lib/demo-workers.mjs";
import { ownWorker } from "../scripts/lib/own-worker.mjs";
import { runAlone } from "./lib/harness.mjs";
import { check as checkLink } from "./lib/request-checks.mjs";
import { signedLink } from "./lib/requests.mjs";
import { spendCpu } from "./lib/spend.mjs";
import { check as checkToken } from "./lib/tokens-checks.mjs";
import { AUDIENCE, ISSUER, manyTokens, newIssuer } from "./lib/tokens-jwt.mjs";
import { foreign } from "./lib/tokens-policies.mjs";
import { bundled, gateway, plain, replaceOnce, start } from "./lib/workers.mjs";
import { spend as spendTokens } from "./tokens.mjs";

// At most this much of what the same gateway costs before a service binding, and of what Hono's middleware costs.
const GOALS = { service: 0.75, hono: 1.1 };

const TOKENS = 100;
const ALGORITHM = "ES256";

const inProcess = (policy) => replaceOnce(policy, /service = "ORIGIN"/, "handler = true");
const around = (app) => `import { edgegate, Ledger } from "edgegate";\n${app}\nexport { Ledger };\n`;
const PLAIN = around('import site from "./site.js";\nexport default edgegate(site);');
const APP = 'import { Hono } from "hono";\nimport site from "./site.js";\nconst app = new Hono();';
const ALL = 'app.all("*", (c) => site.fetch(c.req.raw));';
const HONO = around(`${APP}\n${ALL}\nexport default edgegate(app);`);
const INSIDE = around(`${APP}\napp.use(edgegate.hono());\n${ALL}\nexport default app;`);

const LINK = {
  name: "a signed link",
  contenders: [
    { name: "the application alone", worker: "origin.js", role: "application", checks: [] },
    { name: "Edgegate before a service binding", worker: "edgegate", role: "service", checks: ["signature", "whole job"], logs: true },
    { name: "Edgegate around the application", worker: "own", source: PLAIN, policy: inProcess, role: "in process", checks: ["signature", "whole job"], logs: true },
  ].map((one) => ({ ...one, request: signedLink() })),
};

const jwtPolicy = (demo) => inProcess(foreign(demo, ALGORITHM));
const JWT = {
  name: `a JWT, ${ALGORITHM}`,
  alg: ALGORITHM,
  contenders: [
    { name: "Hono, jwt and csrf", worker: "middleware-hono.js" },
    { name: "Hono, jwt and csrf, whole job", worker: "middleware-hono.js", bindings: { JOB: "whole" }, whole: true, logs: true, role: "peer" },
    { name: "Edgegate around the Hono application", worker: "own", source: HONO, policy: jwtPolicy, whole: true, logs: true, role: "in process" },
    { name: "edgegate.hono() inside of it", worker: "own", source: INSIDE, policy: jwtPolicy, whole: true, logs: true },
  ],
};

export const bench = {
  name: "middleware",
  about: `CPU microseconds of the workerd process per request where the gateway is in the application's own Worker: beside the gateway
before a service binding, and beside a Hono application that guards itself with hono/jwt and hono/csrf.`,
  only: 'only the parts whose name contains TEXT: "a signed link", "a JWT"',
  sizes: {
    rounds: { usual: 5, quick: 3, says: "rounds" },
    requests: { usual: 10_000, quick: 3000, says: "requests per contender and round" },
    warmup: { usual: 4000, quick: 2000, says: "requests before the first round" },
    connections: { usual: 16, says: "keep-alive connections" },
  },
  unit: "request",
  turn: 1000,
  tables: ({ only }) => [LINK, JWT].filter(({ name }) => name.includes(only)),
  open: ({ alg }) => {
    const issuer = alg && newIssuer(alg);
    return { issuer, jwts: issuer && manyTokens(issuer, TOKENS) };
  },
  start: startContender,
  check: (contender, shared) => (contender.tokens ? checkToken(contender, shared) : checkLink(contender)),
  spend: (contender, count, connections) => (contender.tokens ? spendTokens : spendCpu)(contender, count, connections),
  columns: [
    { key: "ratio_to_service", head: "x service binding", digits: 2, of: (one, { ratio, role }) => ratio(one, role("service")) },
    { key: "ratio_to_peer", head: "x Hono, whole job", digits: 2, of: (one, { ratio, role }) => ratio(one, role("peer")) },
  ],
  goals: ({ ratio, role }) =>
    [
      { name: "in process / before a service binding", at_most: GOALS.service, measured: ratio(role("in process"), role("service")), of: "service" },
      { name: "in process / Hono's middleware, whole job", at_most: GOALS.hono, measured: ratio(role("in process"), role("peer")), of: "peer" },
    ].filter(({ of }) => role(of)).map(({ of, ...goal }) => goal),
};

async function startContender(contender, { issuer, jwts }) {
  const jwks = { JWKS: issuer?.jwks ?? { keys: [] } };
  const running = await start(await workerOf(contender, jwks), plain("origin", "origin.js"), await bundled("idp", "tokens-idp.js", jwks));
  return { ...contender, ...running, ...(jwts && { tokens: jwts, next: 0 }) };
}

async function workerOf({ worker, source, policy, bindings }, jwks) {
  if (worker === "edgegate") return gateway({ policy });
  if (worker !== "own") return bundled("contender", worker, { ALGORITHM, AUDIENCE, ISSUER, ...jwks, ...bindings });
  const site = readFileSync(fileURLToPath(new URL("workers/origin.js", import.meta.url)), "utf8");
  const folder = await ownWorker(source, { policy: policy(policyText()), files: { "site.js": site } });
  return gatewayWorker({ name: "edgegate", folder, services: { IDP: "idp" } });
}

runAlone(bench, import.meta.url);
