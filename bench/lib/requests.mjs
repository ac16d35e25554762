// The request that is sent: the worked example of a generic signed link, with the headers of a current browser.

import { createHmac } from "node:crypto";

export const HOST = "127.0.0.1:8787";
const LINK_KEY_ID = "demo";
export const LINK_KEY = "demo-link-key-0123456789abcdef0123456789";

const EXPIRES = 1900000000;
const ADMIN_KEY = "demo-admin-key-0123456789abcdef";

const BROWSER = [
  ["User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"],
  ["Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"],
  ["Accept-Encoding", "gzip, deflate, br, zstd"],
  ["Accept-Language", "en-GB,en;q=0.9,de;q=0.7"],
  ["Cookie", "theme=dark; _ga=GA1.1.1234567890.1763800000; consent=necessary%2Cstatistics"],
  ["Referer", "https://www.example.org/downloads?page=3"],
  ["Sec-Ch-Ua", '"Chromium";v="142", "Not_A Brand";v="99"'],
  ["Sec-Ch-Ua-Mobile", "?0"],
  ["Sec-Ch-Ua-Platform", '"Linux"'],
  ["Sec-Fetch-Dest", "document"],
  ["Sec-Fetch-Mode", "navigate"],
  ["Sec-Fetch-Site", "cross-site"],
  ["Upgrade-Insecure-Requests", "1"],
  // The platform's edge adds this one.
  ["CF-Connecting-IP", "203.0.113.7"],
];

export function signedLink(path = "/files/report.pdf", query = "v=2") {
  return { method: "GET", target: signed(path, query), headers: [["Host", HOST], ...BROWSER] };
}

// Path and query of a signed link.
export function signed(path, query, method = "GET") {
  const unsigned = `${path}?${query && `${query}&`}eg_kid=${LINK_KEY_ID}&eg_exp=${EXPIRES}`;
  const mac = createHmac("sha256", LINK_KEY).update(`${method}\n${HOST}\n${unsigned}`).digest("base64url");
  return `${unsigned}&eg_sig=${mac}`;
}

// A request with a Bearer token that the gateway itself mints.
export async function mintedToken(port) {
  const { access_token: token } = await asAdmin(port, "token", { subject: "1001002", client: "bench", scope: "read" });
  const headers = [["Host", HOST], ...BROWSER, ["Authorization", `Bearer ${token}`]];
  return { method: "GET", target: "/me/profile?v=2", headers };
}

// A call of the admin API that makes something; gives its answer.
export async function asAdmin(port, what, body) {
  const answer = await fetch(`http://127.0.0.1:${port}/.edgegate/admin/${what}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      "cf-connecting-ip": "127.0.0.1",
    },
    body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw new Error(`no ${what} was made: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

// The same request with more headers, or with another target.
export function withHeaders(request, more) {
  return { ...request, headers: [...request.headers, ...more] };
}

// The same request with these values for headers of these names, of which it has each once then.
export function withValues(request, values) {
  const names = new Set(Object.keys(values).map((name) => name.toLowerCase()));
  const others = request.headers.filter(([name]) => !names.has(name.toLowerCase()));
  return { ...request, headers: [...others, ...Object.entries(values)] };
}

export function withTarget(request, change) {
  return { ...request, target: change(request.target) };
}
