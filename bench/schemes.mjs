// `npm run bench -- schemes`: what SuperOffice's schemes cost, each beside a generic signed link. All rows are sent to one gateway over the
// same connections: what differs is the check alone. It is to be known to a hundredth, so a round is short, and whatever else
// the machine does falls on all of its rows; there are many rounds. The rows, as data:
//
//   name      what the table prints; `--only TEXT` picks rows by it
//   target    what is asked for, of one path length everywhere; the link's carries its credential
//   shown     the credentials (lib/schemes-credentials.mjs) -> the headers that show the row's
//   status    the answer that is due (200); with another, the origin is not asked
//   decided   what the log must say
//   role      "link": what the others are compared with

import { threadMicroseconds } from "../scripts/lib/process.mjs";
import { openConnections, requestBytes } from "./lib/client.mjs";
import { runAlone } from "./lib/harness.mjs";
import { median } from "./lib/report.mjs";
import { signedLink } from "./lib/requests.mjs";
import { check } from "./lib/schemes-checks.mjs";
import { contenderAt, startGateway } from "./lib/schemes-start.mjs";
import { expecting } from "./lib/spend.mjs";

// A request with a scheme may cost at most this much of what one with a signed link costs.
const GOAL = 1.05;

// Milliseconds after the last answer, when the process has done all that the request left it to do and waits for the next one.
const PAUSE = 3;

const LINK = signedLink("/files/api/v1/Contact/7/a.pdf").target;
const ONSITE = "/SuperOffice/api/v1/Contact/7?v=2";
const ONLINE = "/Cust12345/api/v1/Contact/107?v=2";

const none = () => ({});
const opened = (credential, route = "superoffice") => ({ reason: "ok", credential, route });
const refused = (reason, route) => ({ reason, route });

const CONTENDERS = [
  { name: "signed link", target: LINK, shown: none, decided: opened("link", "files"), role: "link" },
  {
    name: "SOTicket, onsite",
    target: ONSITE,
    shown: ({ ticket }) => ({ Authorization: `SOTicket ${ticket}` }),
    decided: opened("ticket"),
  },
  {
    name: "SOTicket and SO-AppToken, online",
    target: ONLINE,
    shown: ({ ticket, appToken }) => ({ Authorization: `SOTicket ${ticket}`, "SO-AppToken": appToken }),
    decided: opened("ticket", "cust12345"),
  },
  {
    name: "Bearer",
    target: ONSITE,
    shown: ({ token }) => ({ Authorization: `Bearer ${token}` }),
    decided: opened("bearer"),
  },
  {
    name: "Basic, a program",
    target: ONSITE,
    shown: ({ robot }) => ({ Authorization: `Basic ${robot}` }),
    decided: opened("basic"),
  },
  {
    name: "Basic, a person who is remembered",
    target: ONSITE,
    shown: ({ person }) => ({ Authorization: `Basic ${person}` }),
    decided: opened("basic"),
  },
  {
    name: "session and X-XSRF-TOKEN",
    target: ONSITE,
    shown: ({ cookies, xsrf }) => ({ Cookie: cookies, "X-XSRF-TOKEN": xsrf }),
    decided: opened("session"),
  },
  {
    name: "refused: a scheme that is off",
    target: ONLINE,
    shown: ({ robot }) => ({ Authorization: `Basic ${robot}` }),
    status: 401,
    decided: refused("scheme_not_accepted", "cust12345"),
  },
  {
    name: "refused: a forged ticket",
    target: ONSITE,
    shown: ({ forgedTicket }) => ({ Authorization: `SOTicket ${forgedTicket}` }),
    status: 401,
    decided: refused("ticket_forged", "superoffice"),
  },
];

export const bench = {
  name: "schemes",
  about: `CPU microseconds of the workerd process per request, by what opens the route: a generic signed link, and each of the schemes
of SuperOffice's routes; then two refusals. One gateway serves all of them. "x link" is the whole request with that scheme
divided by the whole request with a link in the same round, of which the table has the median. The goal is at most ${GOAL}.`,
  notes: `The requests are a script's: the same headers, a path of the same length, and what shows the credential, whose bytes are part
of the cost. Everything measured was checked before: each credential opens its route as what it is, it does not reach the
origin, and with one character changed it is refused. Records, and passwords that were right, are remembered by the gateway,
as they are for a client that comes often. Rounds are short and many, so that what else the machine does falls on all rows of
a round, and a median can leave out what falls on one: the garbage collector too, which does not know whose garbage it is.`,
  only: "only the rows whose name contains TEXT, and the link, which the others are compared with",
  sizes: {
    rounds: { usual: 300, quick: 60, says: "rounds" },
    requests: { usual: 100, says: "requests per row and round" },
    warmup: { usual: 4000, quick: 2000, says: "requests of each row before the first round" },
    connections: { usual: 16, says: "keep-alive connections, the same for all rows" },
  },
  unit: "request",
  turn: 1000,
  spread: "middle half",
  tables: ({ only }) => [{ name: "what opens the route", contenders: CONTENDERS.filter(({ name, role }) => role === "link" || name.includes(only)) }],
  open,
  start: (contender, { gateway, connections }) => ({ ...contenderAt(gateway, contender), connections, logs: true, stop() {} }),
  check,
  spend,
  columns: [
    { key: "beyond_link_us", head: "beyond the link µs", digits: 0, of: beyondLink },
    { key: "ratio_to_link", head: "x link", digits: 3, of: (one, { ratio, role }) => (one.role === "link" ? undefined : ratio(one, role("link"))) },
  ],
  goals: ({ contenders, ratio, role }) =>
    contenders.filter((one) => one.role !== "link").map((one) => ({ name: `${one.name} / signed link`, at_most: GOAL, measured: ratio(one, role("link")), digits: 3 })),
};

async function open(_, options) {
  const gateway = await startGateway();
  const connections = openConnections(gateway.port, options.connections);
  const close = () => (connections.close(), gateway.stop());
  return { gateway, connections, close };
}

async function spend(contender, count) {
  const { pid, request, connections } = contender;
  const begun = threadMicroseconds(pid);
  await connections.send(requestBytes(request), count, expecting(contender));
  await new Promise((done) => setTimeout(done, PAUSE));
  return threadMicroseconds(pid) - begun;
}

function beyondLink(one, { cpu, role }) {
  if (one.role === "link") return undefined;
  const link = cpu(role("link"));
  return median(cpu(one).map((us, round) => us - link[round]));
}

runAlone(bench, import.meta.url);
