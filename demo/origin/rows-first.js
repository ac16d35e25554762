// The rows that most people want: sign-in with a provider, a signed link, an API token.

import { ADMIN, BASE, CHANGED, POST } from "./lines.js";
import { MEMBERS } from "./rows-people.js";

export const FIRST = [
  MEMBERS,
  {
    path: "/files/*",
    asks: "A link signed with HMAC-SHA-256 that has not expired. It may be used as often as one likes.",
    tries: [
      {
        says: "A signed link:",
        href:
          `${BASE}/files/report.pdf?v=2&eg_kid=demo&eg_exp=1900000000` +
          "&eg_sig=s_sb-2DISeG4I2YvjxAa4cqb0kzuR3A3x-AMsCLSmYQ",
      },
      {
        says: "The same link with one byte changed (v=3) is refused:",
        href: CHANGED,
      },
    ],
  },
  {
    path: "/me/*",
    asks: "A Bearer token, with the answers of RFC 6750.",
    tries: [
      {
        says: "Have the gateway mint a token and use it:",
        shell: [
          ADMIN,
          `answer=$(${POST} ${BASE}/.edgegate/admin/token \\`,
          `  -d '{"subject":"1001002","client":"demo","scope":"read"}')`,
          `token=$(printf %s "$answer" | sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')`,
          `curl -H "Authorization: Bearer $token" ${BASE}/me/profile`,
        ],
      },
      { says: "Without one, the answer says what is missing:", shell: [`curl -i ${BASE}/me/profile`] },
    ],
  },
];
