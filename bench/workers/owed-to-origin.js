// What a gate owes the origin and the caller whatever the credential was, as the Workers written by hand do it: nobody
// else's identity headers arrive, and no shared cache keeps the answer.

// Identity headers only ever come from this gateway. `_` and `.` count as `-`: many origins make no difference.
const IDENTITY = new RegExp(
  `^(?:${[
    "edgegate-.*",
    "x-forwarded-(?:user|email|groups|preferred-username)",
    "x-auth-request-.*",
    "(?:x-)?remote-user",
    "x-authenticated-.*",
    "x-consumer-.*",
    "cf-access-.*",
    "forwarded",
    "authorization",
  ]
    .join("|")
    .replaceAll("-", "[-_.]")})$`,
);

export function withoutIdentity(given) {
  const headers = new Headers();
  for (const [name, value] of given) {
    if (!IDENTITY.test(name)) headers.append(name, value);
  }
  return headers;
}

export function asPrivate(response) {
  const caching = response.headers.get("cache-control");
  if (caching !== null && /\b(?:private|no-store)\b/i.test(caching)) return response;
  const answer = new Response(response.body, response);
  answer.headers.set("cache-control", "private");
  return answer;
}
