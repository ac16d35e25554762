// What `?demo=NAME` makes the origin do, on any path: the things a real origin does that a gateway can get wrong.
//
//   echo                 the plain echo, also where another page would answer
//   redirect             302 to /elsewhere: a gateway hands it on and does not follow it
//   bytes     n=         n bytes, streamed; Range and If-Range are honoured               bytes.js
//   set-cookie           two cookies, which must arrive as two
//   cache                Cache-Control: public, max-age=60
//   nostore              Cache-Control: no-store
//   slow      ms=        waits (at most 30 s) before it answers
//   status    code=      answers with that status, 200 to 599
//   etag                 an ETag, and 304 when If-None-Match has it
//   websocket            accepts the upgrade and sends back whatever it is sent

import { bytes } from "./bytes.js";
import { isUnchanged } from "./conditions.js";
import { echo } from "./echo.js";
import { json } from "./page.js";
import { badRequest, whole } from "./parameters.js";

export function behave(name, request, parameters) {
  const behaviour = BEHAVIOURS.get(name);
  if (behaviour === undefined) return badRequest(`demo is one of ${[...BEHAVIOURS.keys()].join(", ")}`);
  return behaviour(request, parameters);
}

const ETAG = '"demo-etag-1"';

const BEHAVIOURS = new Map([
  ["echo", (request) => echo(request)],
  ["redirect", (request) => echo(request, { status: 302, headers: { Location: "/elsewhere" } })],
  ["bytes", bytes],
  ["set-cookie", (request) => echo(request, { headers: twoCookies() })],
  ["cache", (request) => echo(request, { headers: { "Cache-Control": "public, max-age=60" } })],
  ["nostore", (request) => echo(request, { headers: { "Cache-Control": "no-store" } })],
  ["slow", slow],
  ["status", status],
  ["etag", etag],
  ["websocket", websocket],
]);

function twoCookies() {
  const headers = new Headers();
  headers.append("Set-Cookie", "demo-first=1; Path=/; HttpOnly; SameSite=Lax");
  headers.append("Set-Cookie", "demo-second=2; Path=/; Expires=Wed, 01 Jan 2031 00:00:00 GMT; SameSite=Lax");
  return headers;
}

async function slow(request, parameters) {
  const ms = whole(parameters.get("ms"), 0, 30_000);
  if (ms === undefined) return badRequest("ms is a whole number, 0 to 30000");
  await new Promise((done) => setTimeout(done, ms));
  return echo(request);
}

function status(request, parameters) {
  const code = whole(parameters.get("code"), 200, 599);
  if (code === undefined) return badRequest("code is a status, 200 to 599");
  return echo(request, { status: code });
}

function etag(request) {
  return echo(request, { status: isUnchanged(request, ETAG) ? 304 : 200, headers: { ETag: ETAG } });
}

function websocket(request) {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return json(`${JSON.stringify({ error: "ask for an upgrade to websocket" })}\n`, {
      status: 426,
      headers: { Upgrade: "websocket", Connection: "Upgrade" },
    });
  }
  const [client, server] = Object.values(new WebSocketPair());
  server.binaryType = "arraybuffer"; // bytes come back as bytes, not as a Blob
  server.accept();
  server.addEventListener("message", (event) => server.send(event.data));
  server.addEventListener("close", (event) => {
    // 1005 and 1006 mean "no code was sent" and may not be sent back.
    const code = event.code === 1005 || event.code === 1006 ? 1000 : event.code;
    server.close(code, event.reason);
  });
  return new Response(null, { status: 101, webSocket: client });
}
