// The rows of the landing page, as data: one entry for each row of the demo that works today, in the groups in which the page
// shows them. A new row is one more entry in its group's file, and the page and the plain text both have it.
//
//   path    as the policy spells it
//   asks    what a caller must bring, in one sentence
//   tries   ways to try it, each { says } with either
//             href   a link for a browser or curl,
//             page   a link that only makes sense in a browser, or
//             shell  lines to paste into bash: no tools beyond curl, openssl, sed and the usual small ones

import { CHECKFRONT } from "./rows-checkfront.js";
import { FIRST } from "./rows-first.js";
import { GENERIC } from "./rows-generic.js";
import { LUMINATE } from "./rows-luminate.js";
import { SUPEROFFICE } from "./rows-superoffice.js";

export const GROUPS = [
  { name: "Begin here", id: "begin", routes: FIRST },
  { name: "What else it does", id: "more", routes: GENERIC },
  { name: "Luminate", id: "luminate", routes: LUMINATE },
  { name: "Checkfront, and OAuth 2", id: "checkfront", routes: CHECKFRONT },
  { name: "SuperOffice", id: "superoffice", routes: SUPEROFFICE },
];
