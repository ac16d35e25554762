// What every contender of tokens.mjs does once it knows who calls, or asked nobody: the origin hears who it is, if that is
// known, and does not get the token. With JOB = "whole" also what a gate owes the origin beyond that, as whole-job.js does it:
// nobody else's identity headers arrive, the route and a request id do, the answer is private, and the decision is in the log.

import { asPrivate, withoutIdentity } from "./owed-to-origin.js";

const ROUTE = "me";

export function forward(request, env, subject) {
  if (env.JOB === "whole") return wholeJob(request, env, subject);
  const headers = new Headers(request.headers);
  headers.delete("authorization");
  if (subject !== undefined) headers.set("edgegate-subject", subject);
  return env.ORIGIN.fetch(new Request(request, { headers }));
}

async function wholeJob(request, env, subject) {
  const requestId = crypto.randomUUID();
  log(request, requestId, subject);
  const headers = withoutIdentity(request.headers);
  if (subject !== undefined) headers.set("edgegate-subject", subject);
  headers.set("edgegate-route", ROUTE);
  headers.set("edgegate-request-id", requestId);
  const response = await env.ORIGIN.fetch(request.url, {
    method: request.method,
    headers,
    body: request.body,
    redirect: "manual",
    cache: "no-store",
  });
  return asPrivate(response);
}

// The path, never the query: that may hold a credential.
function log({ method, url }, requestId, subject) {
  const [path] = url.slice(url.indexOf("/", url.indexOf("//") + 2)).split("?", 1);
  const credential = subject === undefined ? "none" : "bearer";
  const said = { event: "decision", decision: "forward", route: ROUTE, credential, subject, method, path };
  console.log(JSON.stringify({ ...said, request_id: requestId }));
}
