// What the gateway does for anybody's site.

import { ADMIN, BASE, CHANGED, HOST, POST, signIns } from "./lines.js";
import { STAFF } from "./rows-people.js";

export const GENERIC = [
  STAFF,
  {
    path: "/",
    asks: "Nothing: everybody may see this page.",
    tries: [{ says: "The same as plain text:", shell: [`curl ${BASE}/`] }],
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
      { says: "In a browser it asks to sign in first (names and passwords stand at /.edgegate/*):", page: `${BASE}/account/` },
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
        says: "Why is the changed link of /files/* refused? The exact text that is hashed, and the likely cause:",
        href: `${BASE}/.edgegate/explain?url=${encodeURIComponent(CHANGED)}`,
      },
      { says: "Is it well?", href: `${BASE}/.edgegate/health` },
      { says: "The public keys of the identity JWTs that it signs for the origin:", href: `${BASE}/.edgegate/jwks.json` },
    ],
  },
];
