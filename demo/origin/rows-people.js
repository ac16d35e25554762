// Sign-in with an identity provider: what a person's groups open.

import { BASE } from "./lines.js";
import { PEOPLE } from "./people.js";

const [JO, SAM] = PEOPLE;

/** A browser's way, with curl: to the provider's form, and back with name and password. */
const walk = (path, { user_name, password }) => [
  "jar=$(mktemp)",
  `form=$(curl -s -L -c "$jar" -o /dev/null -w '%{url_effective}' -H 'Accept: text/html' '${BASE}${path}')`,
  `curl -s -L -c "$jar" -b "$jar" -H 'Accept: application/json' "$form" -d account=${user_name} --data-urlencode 'password=${password}'`,
];

export const MEMBERS = {
  path: "/members/*",
  asks: "A session of somebody whom the provider demo signed in, and who is in its group members. The site gets e-mail, name and groups.",
  tries: [
    {
      says: `In a browser: it leads to the provider's sign-in page (${JO.user_name}, password: ${JO.password}) and back to the very address:`,
      page: `${BASE}/members/?from=here`,
    },
    { says: "The same way with curl; the site shows X-User-Email, X-User-Name and X-User-Groups:", shell: walk("/members/?from=here", JO) },
    { says: "A program without a session is not sent to a form:", shell: [`curl -i -H 'Accept: application/json' ${BASE}/members/`] },
  ],
};

export const STAFF = {
  path: "/staff/*",
  asks: `The same, and the group staff: ${JO.name} is in it, ${SAM.name} is not.`,
  tries: [
    { says: "In a browser:", page: `${BASE}/staff/` },
    { says: `${SAM.name} is known, and refused (403):`, shell: walk("/staff/", SAM) },
  ],
};
