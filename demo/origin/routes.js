// The rows of the landing page, as data: one entry for each row of the demo that works today. A new row is one
// more entry, and the page and the plain text both have it.
//
//   path    as the policy spells it
//   asks    what a caller must bring, in one sentence
//   tries   ways to try it, each { says } with either
//             href   a link for a browser or curl,
//             page   a link that only makes sense in a browser, or
//             shell  lines to paste into bash: no tools beyond curl, openssl, sed and the usual small ones
//
// Signed links cover the host, so address and port are part of what is printed here.

import { PEOPLE } from "./people.js";

export const BASE = "http://127.0.0.1:8787";

const HOST = "127.0.0.1:8787";
const ADMIN = "admin='Authorization: Bearer demo-admin-key-0123456789abcdef'";
const POST = `curl -s -H "$admin" -H 'Content-Type: application/json'`;

const SITE = `site=${BASE}/site common='v=1.0&api_key=demo-api-key&response_format=json'`;
const LOG_IN = [
  SITE,
  `answer=$(curl -s "$site/CRConsAPI" -d "method=login&$common&user_name=${PEOPLE[0].user_name}" \\`,
  `  --data-urlencode 'password=${PEOPLE[0].password}')`,
];
const member = (variable, name) => `${variable}=$(printf %s "$answer" | sed 's/.*"${name}": *"\\([^"]*\\)".*/\\1/')`;

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

const GET_TICKET = [ADMIN, `answer=$(${POST} ${BASE}/.edgegate/admin/ticket -d '{"subject":"1001002"}')`, member("ticket", "ticket")];

const signIns = PEOPLE.map((person) => `${person.user_name} (password: ${person.password})`).join(" or ");

const CHANGED =
  `${BASE}/files/report.pdf?v=3&eg_kid=demo&eg_exp=1900000000` + "&eg_sig=s_sb-2DISeG4I2YvjxAa4cqb0kzuR3A3x-AMsCLSmYQ";

export const ROUTES = [
  {
    path: "/",
    asks: "Nothing: everybody may see this page.",
    tries: [{ says: "The same as plain text:", shell: [`curl ${BASE}/`] }],
  },
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
    path: "/once/*",
    asks: "The same kind of link, good for a single use.",
    tries: [
      {
        says: "Sign one for five minutes and use it. The last line sent again is refused:",
        shell: [
          "key=demo-link-key-0123456789abcdef0123456789",
          'link="/once/ticket.pdf?n=$RANDOM$RANDOM&eg_kid=demo&eg_exp=$(($(date +%s) + 300))"',
          `mac=$(printf 'GET\\n${HOST}\\n%s' "$link" | openssl dgst -sha256 -hmac "$key" -binary | openssl base64)`,
          `curl "${BASE}$link&eg_sig=$(printf %s "$mac" | tr '+/' '-_' | tr -d =)"`,
        ],
      },
    ],
  },
  {
    path: "/video/*",
    asks: "A link for the folder. Its first use sets a cookie, which opens the rest of the folder.",
    tries: [
      {
        says: "A playlist, then a segment with the cookie alone, then the same of another folder, which is refused (403):",
        shell: [
          "key=demo-link-key-0123456789abcdef0123456789 jar=$(mktemp)",
          'link="eg_path=/video/42/&eg_kid=demo&eg_exp=$(($(date +%s) + 300))"',
          `mac=$(printf 'GET\\n${HOST}\\n/video/42/?%s' "$link" | openssl dgst -sha256 -hmac "$key" -binary | openssl base64)`,
          `link="$link&eg_sig=$(printf %s "$mac" | tr '+/' '-_' | tr -d =)"`,
          `curl -s -c "$jar" "${BASE}/video/42/playlist.m3u8?$link"`,
          `curl -s -o /dev/null -w '%{http_code} %{content_type}\\n' -b "$jar" ${BASE}/video/42/0.m4s`,
          `curl -s -o /dev/null -w '%{http_code}\\n' "${BASE}/video/43/0.m4s?$link"`,
        ],
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
  {
    path: "/account/*",
    asks: "A session cookie, or a NONCE_TOKEN in the URL that opens a session and works once.",
    tries: [
      {
        says: "Have the gateway mint a nonce, open a session with it, and come back with the cookie alone:",
        shell: [
          ADMIN,
          `answer=$(${POST} ${BASE}/.edgegate/admin/nonce \\`,
          `  -d '{"subject":"1001002","route":"account"}')`,
          `jar=$(mktemp) url=$(printf %s "$answer" | sed 's/.*"url": *"\\([^"]*\\)".*/\\1/')`,
          `curl -s -L -c "$jar" "$url"`,
          `curl -s -b "$jar" ${BASE}/account/`,
        ],
      },
      { says: "In a browser it asks to sign in first (names and passwords stand at /.edgegate/* below):", page: `${BASE}/account/` },
    ],
  },
  {
    path: "/office/*",
    asks: "A client on this machine, or a session.",
    tries: [{ says: "From here without signing in:", href: `${BASE}/office/` }],
  },
  {
    path: "/hooks/*",
    asks: "A webhook that its sender signed: /hooks/github, /hooks/stripe, /hooks/standard (Standard Webhooks).",
    tries: [
      {
        says: "As GitHub signs; with another body it is refused:",
        shell: [
          `body='{"action":"opened"}'`,
          `mac=$(printf %s "$body" | openssl dgst -sha256 -hmac demo-github-hook-secret-0123456789 | sed 's/.* //')`,
          `curl -s ${BASE}/hooks/github -H "X-Hub-Signature-256: sha256=$mac" -H 'Content-Type: application/json' -d "$body"`,
        ],
      },
      {
        says: "As Stripe signs; five minutes later it is refused:",
        shell: [
          `body='{"type":"invoice.paid"}' time=$(date +%s)`,
          `mac=$(printf %s "$time.$body" | openssl dgst -sha256 -hmac whsec_demo_stripe_0123456789abcdef0123 | sed 's/.* //')`,
          `curl -s ${BASE}/hooks/stripe -H "Stripe-Signature: t=$time,v1=$mac" -H 'Content-Type: application/json' -d "$body"`,
        ],
      },
      {
        says: "As Standard Webhooks says. The last line sent again is refused:",
        shell: [
          `body='{"type":"user.created"}' id=msg_$RANDOM$RANDOM time=$(date +%s)`,
          `key=$(printf %s ZGVtby1zdGFuZGFyZC1ob29rLXNlY3JldA== | openssl base64 -d -A)`,
          `mac=$(printf %s "$id.$time.$body" | openssl dgst -sha256 -hmac "$key" -binary | openssl base64)`,
          `curl -s ${BASE}/hooks/standard -H "webhook-id: $id" -H "webhook-timestamp: $time" -H "webhook-signature: v1,$mac" -d "$body"`,
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
  {
    path: "/oauth/*",
    asks: "A client, that is known here: the authorization server, with Checkfront's addresses and texts.",
    tries: [
      { says: `Allow a client something in a browser (sign in as below; then the code stands in the address of ${CALLBACK}):`, page: AUTHORIZE },
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
  {
    path: "/SuperOffice/api/v1/*",
    asks: "SuperOffice in a company's own network: HTTP Basic, SOTicket, Bearer, or a session with its XSRF token.",
    tries: [
      { says: "With a user name and an empty password:", shell: [`curl -s -u adm0: -H 'Accept: application/json' ${BASE}/SuperOffice/api/v1/Contact/2`] },
      {
        says: "With a ticket:",
        shell: [...GET_TICKET, `curl -s -H "Authorization: SOTicket $ticket" ${BASE}/SuperOffice/api/v1/Contact/2`],
      },
      {
        says: "With a session and its token, as a page's script has them; without the token it would be refused:",
        shell: [
          "jar=$(mktemp)",
          `curl -s -o /dev/null -c "$jar" ${BASE}/.edgegate/sign-in -d account=${PEOPLE[0].user_name} \\`,
          `  --data-urlencode 'password=${PEOPLE[0].password}'`,
          `xsrf=$(sed -n 's/.*XSRF-TOKEN[[:space:]]*//p' "$jar")`,
          `curl -s -b "$jar" -H "X-XSRF-TOKEN: $xsrf" ${BASE}/SuperOffice/api/v1/Contact/2`,
        ],
      },
      { says: "Without anything, the answer lists what is taken:", shell: [`curl -i -H 'Accept: application/json' ${BASE}/SuperOffice/api/v1/Contact/2`] },
    ],
  },
  {
    path: "/Cust12345/api/v1/*",
    asks: "SuperOffice online: Bearer, SOTicket together with SO-AppToken, or a session with its XSRF token.",
    tries: [
      {
        says: "With a ticket, from an application that shows its own token:",
        shell: [
          ...GET_TICKET,
          `curl -s -H "Authorization: SOTicket $ticket" -H 'SO-AppToken: qw123f4c56770bc278017796cd16bd11' \\`,
          `  '${BASE}/Cust12345/api/v1/MDOList/category?flat=True'`,
        ],
      },
      { says: "A password is not taken:", shell: [`curl -i -u adm0: -H 'Accept: application/json' ${BASE}/Cust12345/api/v1/Contact/2`] },
    ],
  },
  {
    path: "/SuperOffice/panel",
    asks: "A session; its form is taken with the session's token alone, which the gateway puts into the page.",
    tries: [{ says: "In a browser (it asks to sign in first):", page: `${BASE}/SuperOffice/panel` }],
  },
  {
    path: "/redirecting/*",
    asks: "Nothing. The site behind it has an address of its own, http://127.0.0.1:8790, redirects to that and sets cookies for it.",
    tries: [
      { says: "It redirects to its own address; the gateway's stands there instead:", shell: [`curl -si ${BASE}/redirecting/old?a=1`] },
      {
        says: "It sets cookies for its own host and path, and they come back:",
        shell: ["jar=$(mktemp)", `curl -s -L -c "$jar" -b "$jar" ${BASE}/redirecting/sign-in`],
      },
    ],
  },
  {
    path: "/bucket/*",
    asks: "Nothing: an R2 bucket with three objects, hello.txt, gate.png and ten-megabytes.bin. No origin is asked.",
    tries: [
      { says: "A text:", href: `${BASE}/bucket/hello.txt` },
      { says: "A picture:", page: `${BASE}/bucket/gate.png` },
      { says: "Sixteen bytes of ten megabytes:", shell: [`curl -s -D - -o /dev/null -r 100-115 ${BASE}/bucket/ten-megabytes.bin`] },
      {
        says: "What the client has already is not sent again:",
        shell: [
          `tag=$(curl -sI ${BASE}/bucket/hello.txt | sed -n 's/^etag: *\\("[^"]*"\\).*/\\1/Ip')`,
          `curl -i -H "If-None-Match: $tag" ${BASE}/bucket/hello.txt`,
        ],
      },
      { says: "There is no such object, and no list of them:", shell: [`curl -i -H 'Accept: application/json' ${BASE}/bucket/`] },
    ],
  },
  {
    path: "/.edgegate/*",
    asks: "The gateway's own pages.",
    tries: [
      { says: `Sign in as ${signIns}:`, page: `${BASE}/.edgegate/sign-in` },
      {
        says: "Why is the changed link above refused? The exact text that is hashed, and the likely cause:",
        href: `${BASE}/.edgegate/explain?url=${encodeURIComponent(CHANGED)}`,
      },
      { says: "Is it well?", href: `${BASE}/.edgegate/health` },
      { says: "The public keys of the identity JWTs that it signs for the origin:", href: `${BASE}/.edgegate/jwks.json` },
    ],
  },
];
