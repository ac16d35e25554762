// The authorization server and its API, with Checkfront's addresses and texts.

import { BASE, member } from "./lines.js";
import { PEOPLE } from "./people.js";

const SHOP = "1d2d5cad60174b5972243693d082e4b4e54979bf";
const CALLBACK = "http://127.0.0.1:8788/cb";
const AUTHORIZE = `${BASE}/oauth/?response_type=code&client_id=${SHOP}&redirect_uri=${encodeURIComponent(CALLBACK)}&state=s1`;
const GET_TOKENS = [
  `shop=${SHOP}:sekret-0123456789abcdef0123456789 jar=$(mktemp)`,
  `ask='${AUTHORIZE}'`,
  `curl -s -o /dev/null -c "$jar" ${BASE}/.edgegate/sign-in -d account=${PEOPLE[0].user_name} \\`,
  `  --data-urlencode 'password=${PEOPLE[0].password}'`,
  `consent=$(curl -s -b "$jar" "$ask" | sed -n 's/.*name="consent" value="\\([^"]*\\)".*/\\1/p')`,
  `back=$(curl -s -o /dev/null -w '%{redirect_url}' -b "$jar" "$ask" --data-urlencode "consent=$consent" -d decision=allow)`,
  `code=$(printf %s "$back" | sed 's/.*[?&]code=\\([^&]*\\).*/\\1/')`,
  `answer=$(curl -s -u "$shop" ${BASE}/oauth/token/ -d grant_type=authorization_code -d "code=$code" \\`,
  `  --data-urlencode redirect_uri=${CALLBACK})`,
];

export const CHECKFRONT = [
  {
    path: "/oauth/*",
    asks: "A client, that is known here: the authorization server, with Checkfront's addresses and texts.",
    tries: [
      { says: "In a browser, from a client's page: connect, allow, and see what it does with what it gets:", page: "http://127.0.0.1:8788/" },
      {
        says: "The whole way with curl: sign in, allow, fetch tokens, and refresh them:",
        shell: [
          ...GET_TOKENS,
          member("refresh", "refresh_token"),
          `curl -s -u "$shop" ${BASE}/oauth/token/ -d grant_type=refresh_token -d "refresh_token=$refresh"`,
        ],
      },
      { says: "What a client reads to find its way:", href: `${BASE}/.well-known/oauth-authorization-server` },
    ],
  },
  {
    path: "/api/3.0/*",
    asks: "A Bearer token that /oauth/ gave, or a token pair over HTTP Basic; refused in Checkfront's words.",
    tries: [
      {
        says: "With a token pair, which may act for a customer:",
        shell: [
          "pair=3be98641f0745b6fe7dacc2df947adbc1da7312d:4c4d598a5d940f08fdb435b69af986c70f2206dd",
          `curl -s -u "$pair" -H 'X-On-Behalf: 1' '${BASE}/api/3.0/booking/index?start_date=today&status_id=PAID'`,
        ],
      },
      {
        says: "With an access token:",
        shell: [...GET_TOKENS, member("token", "access_token"), `curl -s -H "Authorization: Bearer $token" ${BASE}/api/3.0/ping`],
      },
      { says: "Without one:", shell: [`curl -i ${BASE}/api/3.0/item`] },
    ],
  },
];
