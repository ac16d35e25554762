// Applications behind the middleware, as their authors would write them. Each answers by the same function, so the tests ask all
// of them the same.

import path from "node:path";
import { root } from "../../../scripts/lib/paths.mjs";

/** The demo's policy with the application in place of the Worker behind it. */
export function inProcess(policy, ...more) {
  const changed = policy.replace('service = "ORIGIN"', "handler = true");
  return [changed, ...more].join("\n");
}

const demo = (name) => JSON.stringify(path.join(root, "demo/origin", name));

/** What an application does, by the end of the path; else it says what it received, as the demo's site does. */
export const site = `
import { identityOf } from "edgegate";
import { echo } from ${demo("echo.js")};
import origin from ${demo("index.js")};

let calls = 0;
let left = 0;
// Answered with again and again, as only an answer without a body can be.
const same = new Response(null, { status: 204, headers: { "x-own": "1" } });

export async function answer(request, env, context) {
  const { pathname } = new URL(request.url);
  if (pathname === "/check-password" || pathname.startsWith("/site/")) return origin.fetch(request, env, context);
  if (pathname.endsWith("/calls")) return Response.json({ calls, left });
  calls++;
  const act = acts[pathname.split("/").at(-1)];
  return act ? act(request, env, context) : echo(request);
}

/** Of the runtime's own accord, such as by a timetable. */
export function scheduled(event) {
  if (event.cron === "fail") throw new Error("no such time");
  left += 100;
}

const acts = {
  identity: (request) => Response.json(identityOf(request)),
  throw: () => { throw new Error("a-secret-of-the-application"); },
  reject: () => Promise.reject(new Error("a-secret-of-the-application")),
  nothing: () => undefined,
  open: (request, env, context) => { context.passThroughOnException(); throw new Error("a-secret-of-the-application"); },
  // The runtime's own function would throw without its object.
  pass: (request, env, { passThroughOnException }) => { passThroughOnException(); return new Response("nothing happens"); },
  mapped: () => new Response("", { status: 302, headers: { location: "http://127.0.0.1:8787/plain/there", "cache-control": "public, max-age=60", "set-cookie": "a=1; Path=/" } }),
  same: () => same,
  fetched: (request, env) => env.ORIGIN.fetch("https://elsewhere.example/fetched"),
  later: (request, env, context) => { context.waitUntil(new Promise((due) => setTimeout(due, 50)).then(() => left++)); return new Response("soon"); },
  socket: () => {
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    server.addEventListener("message", ({ data }) => server.send(data));
    return new Response(null, { status: 101, webSocket: client });
  },
  slow: async () => { await new Promise((due) => setTimeout(due, 400)); left++; return new Response("late"); },
  never: () => new Promise((due) => setTimeout(due, 20_000)),
  endless: () => {
    let timer;
    const body = new ReadableStream({
      start: (controller) => { timer = setInterval(() => controller.enqueue(new TextEncoder().encode("tick\\n")), 20); },
      cancel: () => { clearInterval(timer); left++; },
    });
    return new Response(body);
  },
  first: async (request) => {
    const { value } = await request.body.getReader({ mode: "byob" }).readAtLeast(1, new Uint8Array(65536));
    return Response.json({ first: value.byteLength });
  },
  // As adapters of frameworks do it.
  cached: async (request, env, context) => {
    const found = await caches.default.match(request);
    if (found) return found;
    const made = new Response(identityOf(request).requestId, { headers: { "cache-control": "public, max-age=60" } });
    context.waitUntil(caches.default.put(request, made.clone()));
    return made;
  },
  mode: async (request) => Response.json([request, request.clone(), new Request(request), new Request("https://elsewhere.example/", request)].map(({ cache }) => cache ?? null)),
  kept: async (request) => Response.json({ kept: (await caches.default.match(request)) !== undefined }),
  cf: (request) => Response.json({ redirect: request.redirect, used: request.bodyUsed }),
};
`;

const wrapped = (imports, app) => `
import { edgegate, Ledger } from "edgegate";
import { answer, scheduled } from "./site.js";
${imports}
export { Ledger };
export default edgegate(${app});
`;

/** By name, the sources of Workers around one of them. */
export const applications = {
  object: wrapped("", "{ scheduled, fetch: (request, env, context) => answer(request, env, context) }"),
  function: wrapped("", "answer"),
  class: wrapped('import { WorkerEntrypoint } from "cloudflare:workers";', "class extends WorkerEntrypoint { scheduled(event) { scheduled(event); } fetch(request) { return answer(request, this.env, this.ctx); } }"),
  hono: wrapped('import { Hono } from "hono";', 'new Hono().onError((error) => { throw error; }).all("*", async (c) => (await answer(c.req.raw, c.env, c.executionCtx)))'),
  itty: wrapped('import { AutoRouter } from "itty-router";', 'AutoRouter({ catch: (error) => { throw error; } }).all("*", answer)'),
};
