// The rows of schemes.mjs, as data. A row is
//
//   name      what the table prints; `--only TEXT` picks rows by it
//   target    what is asked for, of one path length everywhere; the link's carries its credential
//   shown     the credentials (schemes-credentials.mjs) -> the headers that show the row's
//   status    the answer that is due (200); with another, the origin is not asked
//   decided   what the log must say
//   role      "link": what the others are compared with

import { signedLink } from "../request.mjs";

const LINK = signedLink("/files/api/v1/Contact/7/a.pdf").target;
const ONSITE = "/SuperOffice/api/v1/Contact/7?v=2";
const ONLINE = "/Cust12345/api/v1/Contact/107?v=2";

const none = () => ({});
const opened = (credential, route = "superoffice") => ({ reason: "ok", credential, route });
const refused = (reason, route) => ({ reason, route });

export const CONTENDERS = [
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
