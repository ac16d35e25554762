// `npm run bench -- answers`: what it costs to write an origin's own address as the gateway's in its answer.
//
// The rows ask the gateway for one page of one origin by `url`, which answers with or without addresses of its own, on a
// route that maps them or does not. The origin is in a process of its own, so no row's figure includes it.

import { createServer } from "node:http";
import { ROWS } from "./lib/arguments.mjs";
import { sendOne } from "./lib/client.mjs";
import { demand } from "./lib/demand.mjs";
import { runAlone } from "./lib/harness.mjs";
import { HOST, signedLink } from "./lib/requests.mjs";
import { spendCpu } from "./lib/spend.mjs";
import { gateway, plain, start } from "./lib/workers.mjs";

// A mapped answer may cost at most this much of one in which nothing is mapped.
const GOAL = 1.1;

const CONTENDERS = [
  { name: "an answer without addresses", route: "mapped", page: "plain", location: undefined, role: "plain" },
  { name: "a Location and two cookies, mapped", route: "mapped", page: "addresses", location: `http://${HOST}/mapped/next`, role: "mapped" },
  { name: "the same, map = false", route: "kept", page: "addresses" },
  { name: "an answer without addresses, map = false", route: "kept", page: "plain", location: undefined },
];

const route = (name, map) => `
[[routes]]
name = "${name}"
path = "/${name}/*"
accept = ["none"]
forward = { origin = "addressed", path = "/inner/*", map = ${map} }
`;

export const bench = {
  name: "answers",
  about: "CPU microseconds of the workerd process per request whose answer names addresses of the origin, mapped and not.",
  only: "only the rows whose name contains TEXT",
  sizes: ROWS,
  unit: "request",
  turn: 1000,
  tables: ({ only }) => [{ name: "answer", contenders: CONTENDERS.filter(({ name }) => name.includes(only)) }],
  open,
  start: startContender,
  check,
  spend: spendCpu,
  columns: [{ key: "ratio_to_plain", head: "x without", digits: 2, of: (one, { ratio, role }) => ratio(one, role("plain")) }],
  goals: ({ ratio, role }) => [{ name: "mapped / without addresses", at_most: GOAL, measured: ratio(role("mapped"), role("plain")) }],
};

async function open() {
  const server = createServer((request, response) => {
    request.resume();
    const own = `http://${request.headers.host}/inner`;
    const addresses = { location: `${own}/next`, "set-cookie": ["a=1; Path=/inner; HttpOnly", "b=2; Domain=127.0.0.1; Path=/inner/"] };
    // The same status for all: what the runtime does with it is not compared.
    response.writeHead(200, { "content-length": 2, ...(request.url.startsWith("/inner/addresses") ? addresses : {}) }).end("ok");
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { port: server.address().port, close: () => (server.close(), server.closeAllConnections()) };
}

async function startContender(contender, { port }) {
  const policy = (demo) => `${demo}\n[origins.addressed]\nurl = "http://127.0.0.1:${port}"\n${route("mapped", true)}${route("kept", false)}`;
  const running = await start(gateway({ policy }), plain("origin", "origin.js"));
  const { headers } = signedLink();
  return { ...contender, ...running, request: { method: "GET", target: `/${contender.route}/${contender.page}`, headers } };
}

async function check(contender) {
  const { status, head } = await sendOne(contender.port, contender.request);
  demand(contender, status === 200, `the request was answered ${status}`);
  const location = /^location: (.*)\r?$/im.exec(head)?.[1].trim();
  if ("location" in contender) demand(contender, location === contender.location, `Location is ${location}`);
}

runAlone(bench, import.meta.url);
