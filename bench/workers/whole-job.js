// What a good developer writes by hand for one route with signed links: the whole job that Edgegate does on /files/*, in
// plain JavaScript, with care for speed (no `new URL`, headers walked once, one regular expression for them). This is the
// row that Edgegate is measured against, so it takes no shortcut and does no work that the job does not need.

import { asPrivate, withoutIdentity } from "./owed-to-origin.js";

const ROUTE = "files";
const KEY_ID = "demo";

// What may stand behind the signature, unsigned, and is handed on.
const IGNORED = /^(?:utm_[a-z]+|fbclid|gclid|msclkid)$/;

const encoder = new TextEncoder();
let key;

export default {
  async fetch(request, env) {
    const requestId = crypto.randomUUID();
    const target = split(request.url);
    const link = readLink(request.method, target);
    const reason = link.reason ?? (await verify(request.method, target, link, env));
    if (env.LOG !== "off") log(request, target, requestId, reason);
    if (env.REBUILD === "off" && reason === undefined) return env.ORIGIN.fetch(request);
    return reason === undefined ? forward(request, target, link, requestId, env) : refuse(reason);
  },
};

// The URL as it came, in its parts. Parsing it would rewrite bytes that were signed.
function split(url) {
  const hostStart = url.indexOf("//") + 2;
  const pathStart = url.indexOf("/", hostStart);
  const mark = url.indexOf("?", pathStart);
  return {
    base: url.slice(0, pathStart),
    host: url.slice(hostStart, pathStart),
    path: mark < 0 ? url.slice(pathStart) : url.slice(pathStart, mark),
    query: mark < 0 ? "" : url.slice(mark + 1),
  };
}

// What the link says, or the reason why it is refused before its signature is looked at.
function readLink(method, { path, query }) {
  if (!path.startsWith("/files/")) return { reason: "no_route" };
  if (method !== "GET" && method !== "HEAD") return { reason: "method_not_allowed" };
  if (path.includes("//") || path.includes("\\") || /%(?:2e|2f|5c|00)/i.test(path)) return { reason: "ambiguous_path" };

  const found = {};
  const kept = [];
  let offset = 0;
  for (const part of query.split("&")) {
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    if (name.startsWith("eg_")) {
      if (found[name] !== undefined) return { reason: "duplicate_parameter" };
      found[name] = part.slice(equals + 1);
      if (name === "eg_sig") found.signedLength = offset - 1;
    } else {
      // Another spelling of a security parameter, such as %65g_exp.
      if (name.includes("%") && decode(name).startsWith("eg_")) return { reason: "ambiguous_parameter" };
      if (found.eg_sig !== undefined && !IGNORED.test(name)) return { reason: "unsigned_parameter" };
      kept.push(part);
    }
    offset += part.length + 1;
  }

  const now = Date.now() / 1000;
  if (found.eg_sig === undefined) return { reason: "signature_missing" };
  if (!/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(found.eg_sig)) return { reason: "signature_malformed" };
  if (found.eg_kid !== KEY_ID) return { reason: "key_unknown" };
  if (!/^\d{1,12}$/.test(found.eg_exp ?? "")) return { reason: "expiry_malformed" };
  if (Number(found.eg_exp) < now) return { reason: "expired" };
  if (found.eg_nbf !== undefined && !/^\d{1,12}$/.test(found.eg_nbf)) return { reason: "not_before_malformed" };
  if (found.eg_nbf !== undefined && Number(found.eg_nbf) > now) return { reason: "not_yet_valid" };
  return { signature: found.eg_sig, signedLength: found.signedLength, kept: kept.join("&") };
}

function decode(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

async function verify(method, { host, path, query }, { signature, signedLength }, env) {
  key ??= await importKey(env.LINK_KEY);
  const signed = `${method === "HEAD" ? "GET" : method}\n${host}\n${path}?${query.slice(0, signedLength)}`;
  const genuine = await crypto.subtle.verify("HMAC", key, fromBase64Url(signature), encoder.encode(signed));
  return genuine ? undefined : "signature_mismatch";
}

function importKey(secret) {
  return crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}

function fromBase64Url(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

async function forward(request, { base, path }, { kept }, requestId, env) {
  const headers = withoutIdentity(request.headers);
  headers.set("Edgegate-Route", ROUTE);
  headers.set("Edgegate-Request-Id", requestId);

  const response = await env.ORIGIN.fetch(base + path + (kept === "" ? "" : `?${kept}`), {
    method: request.method,
    headers,
    redirect: "manual",
    cache: "no-store",
  });

  return asPrivate(response);
}

function refuse(reason) {
  const status = reason === "no_route" ? 404 : reason === "method_not_allowed" ? 405 : 403;
  const headers = { "Content-Type": "application/problem+json", "Cache-Control": "no-store" };
  if (status === 405) headers.Allow = "GET, HEAD";
  return new Response(JSON.stringify({ type: "about:blank", title: "This link is not valid.", status }), { status, headers });
}

// One line for every decision. The path, never the query: that holds the credential.
function log(request, { path }, requestId, reason) {
  console.log(
    JSON.stringify({
      event: "decision",
      decision: reason === undefined ? "forward" : "refuse",
      reason,
      route: ROUTE,
      credential: "signed_link",
      key_id: KEY_ID,
      method: request.method,
      path,
      request_id: requestId,
    }),
  );
}
