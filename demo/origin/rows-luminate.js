// Luminate's dialect: signed redirects, sessions, tokens, tags in pages.

import { BASE, member } from "./lines.js";
import { PEOPLE } from "./people.js";

const SITE = `site=${BASE}/site common='v=1.0&api_key=demo-api-key&response_format=json'`;
const LOG_IN = [
  SITE,
  `answer=$(curl -s "$site/CRConsAPI" -d "method=login&$common&user_name=${PEOPLE[0].user_name}" \\`,
  `  --data-urlencode 'password=${PEOPLE[0].password}')`,
];

export const LUMINATE = [
  {
    path: "/landing/*",
    asks: "A redirect signed the Luminate way: MD5 or SHA-1, valid for five seconds, each signature once.",
    tries: [
      {
        says: "Sign one and follow it. The last line sent again, as it is, is refused:",
        shell: [
          'query="cons_id=1001002&visit=$RANDOM$RANDOM&ts=$(date +%s)"',
          `signature=$(printf '%s&signature=s3cr3t-KEY_0001' "$query" | md5sum | cut -c1-32)`,
          `curl "${BASE}/landing/welcome?$query&signature=$signature"`,
        ],
      },
    ],
  },
  {
    path: "/site/*",
    asks: "The Luminate dialect: a session with its token for a client's call, an administrator for a server's.",
    tries: [
      {
        says: "A session that nobody has signed in to yet, and its token:",
        href: `${BASE}/site/CRConsAPI?method=getLoginUrl&v=1.0&api_key=demo-api-key&response_format=json`,
      },
      {
        says: "Log in, and ask for one's own record with the session and the token that belongs to it:",
        shell: [
          ...LOG_IN,
          member("token", "token"),
          member("session", "JSESSIONID"),
          `curl "$site/CRConsAPI" -d "method=getUser&$common&auth=$token&JSESSIONID=$session"`,
        ],
      },
      {
        says: "A partner's server asks for the token that signs a constituent on:",
        shell: [
          SITE,
          `curl "$site/SRConsAPI" -d "method=getSingleSignOnToken&$common&cons_id=1001002" \\`,
          "  -d login_name=api_admin -d login_password=admin-pass-0001",
        ],
      },
      {
        says: "Log in, and pass the session on to a browser by a nonce, which works once:",
        shell: [
          ...LOG_IN,
          member("nonce", "nonce"),
          `next=${encodeURIComponent(`${BASE}/site/Page?demo=echo`)}`,
          `curl -s -L -c "$(mktemp)" "$site/EstablishSession?NONCE_TOKEN=$nonce&NEXTURL=$next"`,
        ],
      },
      {
        says: "Log in as a form would, and go on to a page that takes signed redirects alone:",
        shell: [
          SITE,
          `curl -s -L -c "$(mktemp)" "$site/CRConsAPI" -d "method=login&$common&sign_redirects=true&user_name=${PEOPLE[0].user_name}" \\`,
          `  --data-urlencode 'password=${PEOPLE[0].password}' \\`,
          `  --data-urlencode 'success_redirect=${BASE}/landing/welcome?cons_id=\${loginResponse/cons_id}'`,
        ],
      },
      { says: "A form that the gateway puts the token into:", page: `${BASE}/site/SPageServer?pagename=form` },
      { says: "Every tag, expanded on the way:", page: `${BASE}/site/SPageServer?pagename=tags` },
    ],
  },
];
