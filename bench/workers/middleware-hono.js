// A Hono application that guards itself with Hono's own middleware: csrf, and jwt for another issuer's JWTs. The application hears
// who it is and does not get the token. With JOB = "whole" also what the gateway does besides, in process as well: nobody
// else's identity headers arrive, the route and a request id do, the answer is private, and the decision is in the log.

import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { csrf } from "hono/csrf";
import { jwt } from "hono/jwt";
import { asPrivate, withoutIdentity } from "./owed-to-origin.js";
import site from "./origin.js";

const { ALGORITHM: alg, AUDIENCE: aud, ISSUER: iss, JWKS, JOB } = env;
const ROUTE = "me";

const app = new Hono();
app.use(csrf());
app.use("/me/*", jwt({ secret: JWKS.keys[0], alg, verification: { iss, aud } }));
app.use("/me/*", JOB === "whole" ? wholeJob : told);
app.all("*", (c) => site.fetch(c.req.raw));

async function told(c, next) {
  const headers = new Headers(c.req.raw.headers);
  headers.delete("authorization");
  headers.set("edgegate-subject", c.get("jwtPayload").sub);
  c.req.raw = new Request(c.req.raw, { headers });
  await next();
}

async function wholeJob(c, next) {
  const requestId = crypto.randomUUID();
  const subject = c.get("jwtPayload").sub;
  const said = { event: "decision", decision: "forward", route: ROUTE, credential: "bearer", subject, method: c.req.method, path: c.req.path };
  console.log(JSON.stringify({ ...said, request_id: requestId }));
  const headers = withoutIdentity(c.req.raw.headers);
  headers.set("edgegate-subject", subject);
  headers.set("edgegate-route", ROUTE);
  headers.set("edgegate-request-id", requestId);
  c.req.raw = new Request(c.req.raw, { headers });
  await next();
  c.res = asPrivate(c.res);
}

export default app;
