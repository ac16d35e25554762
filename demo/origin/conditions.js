// `If-None-Match`: whether the caller has this version already.

export function isUnchanged(request, etag) {
  const known = (request.headers.get("if-none-match") ?? "").split(",").map(bare);
  return known.includes(bare(etag)) || known.includes("*");
}

// The weak comparison, which is the one for this header: RFC 9110, section 8.8.3.2.
function bare(tag) {
  return tag.trim().replace(/^W\//, "");
}
