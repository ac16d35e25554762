// The demo's policy with many more routes, clients and issuers: what a large site's would have.
import { createHash } from "node:crypto";

export const LARGE = { routes: 2000, clients: 500, issuers: 50 };

/** Its routes stand before and behind those of the demo, in folders of ten, a tenth of them at hosts of their own. */
export function largePolicy(demo, { routes, clients, issuers } = LARGE) {
  const count = (number, make) => Array.from({ length: number }, (_, at) => make(at)).join("");
  const route = (at) => `
[[routes]]
name = "large-${at}"
${at % 10 === 9 ? `host = "h${at}.gate.example"\n` : ""}path = "/large/${Math.floor(at / 10)}/${at}/*"
accept = ["${["none", "bearer", `issuer:large-${at % issuers}`, "session", "link:files"][at % 5]}"]
forward = { origin = "${/^\[origins\.(\w+)\]/m.exec(demo)[1]}" }
`;
  const client = (at) => `
[clients.large-${at}]
kind = "token-pair"
secret_digest = "${createHash("sha256").update(`${at}`).digest("base64url")}"
`;
  const issuer = (at) => `
[origins.large-${at}]
url = "https://idp${at}.example"
[issuers.large-${at}]
issuer = "https://idp${at}.example"
audience = ["https://gate.example"]
origin = "large-${at}"
jwks = "/jwks.json"
algorithms = ["RS256"]
`;
  const start = demo.indexOf("[[routes]]");
  const half = Math.floor(routes / 2);
  const [before, behind] = [count(half, route), count(routes - half, (at) => route(at + half))];
  return `${demo.slice(0, start)}${count(clients, client)}${count(issuers, issuer)}${before}\n${demo.slice(start)}\n${behind}`;
}
