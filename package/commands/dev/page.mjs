// The page of recent decisions: HTML alone, on loopback, at a port of its own, so that no route of the policy is in its way.
import { createServer } from "node:http";

const MOST = 200;
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/** Starts it. `hint(decision)`: a command that says more about a refusal, or undefined. Answers with { url, add, stop }. */
export async function startPage({ port, gateway, hint }) {
  const decisions = [];
  const server = createServer((request, response) => {
    // A name that somebody else's DNS leads here is not this machine's: its pages could read this one.
    const isOurs = LOOPBACK.test(request.headers.host ?? "") && request.url === "/" && ["GET", "HEAD"].includes(request.method);
    response.writeHead(isOurs ? 200 : 404, HEADERS);
    response.end(isOurs && request.method === "GET" ? page(decisions, { gateway, hint }) : "");
  });
  await listening(server, port).catch((error) => (error.code === "EADDRINUSE" ? listening(server, 0) : Promise.reject(error)));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    add: (one) => decisions.unshift(one) > MOST && decisions.pop(),
    stop: () => (server.close(), server.closeAllConnections()),
  };
}

function listening(server, port) {
  return new Promise((resolve, reject) => server.once("error", reject).listen({ host: "127.0.0.1", port }, () => resolve(server.removeAllListeners("error"))));
}

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const STYLE = `body{font:1rem/1.5 system-ui,sans-serif;margin:1.5rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:start;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #767676}
code{overflow-wrap:anywhere}.refused{color:#a3120b;font-weight:600}p{max-width:70ch;margin:.2rem 0}a{color:#0b57d0}
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}a{color:#9ec1ff}.refused{color:#ff9c94}}`;

function page(decisions, { gateway, hint }) {
  const rows = decisions.map((one) => row(one, hint)).join("\n");
  const table = `<table><caption>The newest first; at most ${MOST} are kept.</caption><thead><tr>${["Time", "Request", "Route", "Who", "Decision", "Status", "ms"].map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead><tbody>\n${rows}\n</tbody></table>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Decisions of the gateway</title><style>${STYLE}</style></head>
<body><main><h1>Decisions of the gateway</h1>
<p>The gateway is at <a href="${escaped(gateway)}">${escaped(gateway)}</a>. <a href="/">Reload this page</a> for what came since.</p>
${decisions.length > 0 ? table : "<p>No request has come yet.</p>"}
</main></body></html>
`;
}

function row(one, hint) {
  const command = one.isRefused ? hint(one) : undefined;
  const why = one.isRefused
    ? `<span class="refused">refused: ${escaped(one.reason)}</span>${paragraph(one.cause)}${paragraph(one.todo)}${command ? `<p><code>${escaped(command)}</code></p>` : ""}`
    : escaped(one.isWaiting ? "waits for the site" : one.route.startsWith("/.edgegate") ? "answered by the gateway" : "forwarded");
  return `<tr><td>${escaped(one.time)}</td><td><code>${escaped(`${one.method} ${one.path}`)}</code></td><td>${escaped(one.route)}</td><td>${escaped(one.who)}</td><td>${why}</td><td>${escaped(one.status)}</td><td>${escaped(one.ms)}</td></tr>`;
}

const paragraph = (text) => (text ? `<p>${escaped(text).replace(/`([^`]*)`/g, "<code>$1</code>")}</p>` : "");
const escaped = (text) => `${text ?? ""}`.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
