// What every answer of the origin shares: content negotiation, escaping, and the frame of a page.
// Pages carry no script at all, and the Content-Security-Policy says so.

export const accepts = {
  // `curl` sends `*/*` and gets JSON; a browser sends `text/html, …, */*` and gets a page.
  json(request) {
    const accept = request.headers.get("accept") ?? "*/*";
    return /application\/json/i.test(accept) || (accept.includes("*/*") && !accepts.html(request));
  },
  html(request) {
    return /text\/html/i.test(request.headers.get("accept") ?? "");
  },
};

export function escape(text) {
  return String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function json(text, init = {}) {
  return answer(text, "application/json; charset=utf-8", init);
}

export function plain(text, init = {}) {
  return answer(text, "text/plain; charset=utf-8", init);
}

export function xml(text, init = {}) {
  return answer(text, "text/xml; charset=utf-8", init);
}

export async function page(title, main, init = {}) {
  const response = answer(frame(title, main), HTML, init);
  response.headers.set("Content-Security-Policy", await contentSecurityPolicy());
  response.headers.set("Referrer-Policy", "no-referrer");
  return response;
}

export const HTML = "text/html; charset=utf-8";

// A page's text. `main` is markup already; `title` and `site` are text.
export function frame(title, main, site = "Edgegate demo") {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)} · ${escape(site)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
${main}
</main>
</body>
</html>
`;
}

// Lets a page do nothing but show its own styles (`styles`: the text of each besides the frame's) and send its forms
// where `formAction` says.
export async function contentSecurityPolicy({ formAction = "'none'", styles = [] } = {}) {
  const allowed = await Promise.all([STYLE, ...styles].map(hashOf));
  return (
    `default-src 'none'; style-src ${allowed.join(" ")}; img-src data:; ` +
    `base-uri 'none'; form-action ${formAction}; frame-ancestors 'none'`
  );
}

function answer(text, contentType, init) {
  const headers = new Headers(init.headers);
  headers.set("Content-Type", contentType);
  headers.set("X-Content-Type-Options", "nosniff");
  // The same URL answers as JSON, text or a page.
  headers.append("Vary", "Accept");
  const status = init.status ?? 200;
  // These have no body by definition, and the runtime refuses to build one.
  const bodyless = status === 204 || status === 205 || status === 304;
  return new Response(bodyless ? null : text, { status, headers });
}

const hashes = new Map();

// A style sheet is allowed by its digest. Computed at the first page and kept: digests are not to be had while a Worker
// starts.
async function hashOf(style) {
  if (!hashes.has(style)) {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
    hashes.set(style, `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`);
  }
  return hashes.get(style);
}

const STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1c2230; --paper: #fbfbfa; --quiet: #586074; --line: #dcdfe6; --code: #f0f2f5; --link: #0b57b4;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaf0; --paper: #14171d; --quiet: #a2abbd; --line: #333a47; --code: #1e232c; --link: #8cbcff; }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
main { max-width: 52rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .25rem; overflow-wrap: anywhere; }
p { margin: .35rem 0 .75rem; }
.lead { color: var(--quiet); font-size: 1.05rem; margin-bottom: 1.75rem; }
a { color: var(--link); text-underline-offset: .15em; overflow-wrap: anywhere; font-variant-ligatures: none; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
section { border-top: 1px solid var(--line); padding: 1.25rem 0 .75rem; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: .875em; }
code { overflow-wrap: anywhere; }
pre {
  margin: .35rem 0 1rem; padding: .75rem .9rem; white-space: pre-wrap; line-height: 1.5;
  background: var(--code); border: 1px solid var(--line); border-radius: 6px;
}
pre code { overflow-wrap: anywhere; font-size: 1em; }
ul { margin: .35rem 0 1.75rem; padding-left: 1.25rem; }
li { margin: .35rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1rem; margin: 0 0 1.75rem; }
dt, .note { color: var(--quiet); }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
label { display: block; font-weight: 600; margin: 1rem 0 .25rem; }
input, button {
  font: inherit; color: inherit; padding: .5rem .75rem; border: 1px solid var(--quiet); border-radius: 6px;
}
input { width: 100%; max-width: 32rem; background: var(--code); }
button { display: block; margin: 1rem 0; background: var(--paper); cursor: pointer; }
.scroll { overflow-x: auto; margin: .35rem 0 1.25rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; } thead th { color: var(--quiet); font-weight: 500; }
tbody th { font: 600 .875rem/1.55 ui-monospace, Menlo, Consolas, "Liberation Mono", monospace; white-space: nowrap; }
@media (max-width: 36rem) {
  main { padding-top: 1.5rem; } h1 { font-size: 1.5rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; }
  tbody th { white-space: normal; overflow-wrap: anywhere; }
}
`;
