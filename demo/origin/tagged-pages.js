// `/site/SPageServer`, `/site/PageServer` and `/site/Page`: pages of the site that hold tags, which the gateway expands
// on the way.
//
//   pagename=      form, tags, hostile, plain or big; without it, form
//   n=             how many bytes the page `big` has
//   part=          one part of the page `hostile` alone                          hostile-page.js
//   csp=off        without Content-Security-Policy, so that what a page could do without it can be seen
//   encoding=gzip  compressed
//   range=1        Range and If-Range are honoured
//
// All have an ETag, and a Content-Length except where a page is compressed while it streams.

import { big } from "./big-page.js";
import { isUnchanged } from "./conditions.js";
import { hex } from "./encoding.js";
import { form } from "./form-page.js";
import { hostile } from "./hostile-page.js";
import { HTML, contentSecurityPolicy, frame, json } from "./page.js";
import { badRequest } from "./parameters.js";
import { ranged, stream, unranged } from "./ranges.js";
import { tags } from "./tags-page.js";

const PATHS = ["/site/SPageServer", "/site/PageServer", "/site/Page"];

export function isTaggedPage(path) {
  return PATHS.includes(path);
}

export async function taggedPage(request, url) {
  if (!["GET", "HEAD"].includes(request.method)) return json("{}\n", { status: 405, headers: { Allow: "GET, HEAD" } });
  const parameters = url.searchParams;
  const name = parameters.get("pagename") ?? "form";
  const make = PAGES.get(name);
  if (make === undefined) return badRequest(`pagename is one of ${[...PAGES.keys()].join(", ")}`);
  const made = make(parameters);
  if (made instanceof Response) return made;

  const { title, main, content, protections } = made;
  const { size, read, version } = content ?? (await text(frame(title, main)));
  const zipped = parameters.get("encoding") === "gzip";
  const etag = `"${version}${zipped ? "-gzip" : ""}"`;
  const headers = new Headers({ "Content-Type": HTML, ETag: etag, "X-Content-Type-Options": "nosniff" });
  // Not `no-referrer`: a form sent from such a page says that it comes from nowhere (`Origin: null`).
  headers.set("Referrer-Policy", "same-origin");
  if (parameters.get("csp") !== "off") headers.set("Content-Security-Policy", await contentSecurityPolicy(protections));

  if (isUnchanged(request, etag)) return new Response(null, { status: 304, headers });
  if (zipped) return compressed(request, headers, size, read);
  return (parameters.get("range") === "1" ? ranged : unranged)(request, size, headers, read);
}

// Each gives { title, main, protections }, or { content } where the page is made while it streams.
const PAGES = new Map([
  ["form", form],
  ["tags", tags],
  ["hostile", hostile],
  ["plain", plain],
  ["big", big],
]);

function plain() {
  return { title: "A page without tags", main: '<p class="lead">Every byte of this page arrives as the origin sent it.</p>' };
}

async function text(html) {
  const bytes = new TextEncoder().encode(html);
  const version = hex(await crypto.subtle.digest("SHA-256", bytes)).slice(0, 16);
  return { size: bytes.length, version, read: (position, most) => bytes.slice(position, position + most) };
}

const IN_ONE_PIECE = 1024 * 1024;

// A small page is compressed first, so that its length can be told.
async function compressed(request, headers, size, read) {
  headers.set("Content-Encoding", "gzip");
  const init = { headers, encodeBody: "manual" };
  if (size > IN_ONE_PIECE && request.method === "HEAD") return new Response(null, init);

  const zipped = stream(0, size, read).pipeThrough(new CompressionStream("gzip"));
  if (size > IN_ONE_PIECE) return new Response(zipped, init);
  const bytes = await new Response(zipped).arrayBuffer();
  headers.set("Content-Length", String(bytes.byteLength));
  return new Response(request.method === "HEAD" ? null : bytes, init);
}
