// An address as it may be shown: a terminal and a page are seen by others, are copied into tickets and kept in scrollback.
//
// What is not known to be harmless is left out. Names are compared after decoding, as a site reads them.

/** Parameters whose short values say nothing about anybody. */
const HARMLESS = new Set(["page", "p", "per_page", "limit", "offset", "size", "v", "ver", "version", "lang", "locale", "hl", "sort", "order", "dir", "tab", "view", "format", "theme", "w", "h", "width", "height", "year", "month", "day", "eg_kid", "eg_exp", "eg_nbf", "eg_scope"]);
const SHORT = /^[\w.:-]{0,16}$/;
const EPOCH = /^\d{1,12}$/;

/** With any other name a number of so few digits is shown, unless the name speaks of something secret. */
const NUMBER = /^\d{1,3}$/;
const SECRET_NAME = /sig|tok|code|state|nonce|pass|pw|pin|otp|tan|cv[cv]|mfa|secret|key|auth|sess|sid|ticket|assert|link|hint|jwt|saml|cred|login|hash|hmac|mac/i;

/** What this gateway and others put before tokens, wherever it stands. */
const PREFIX = /eg[a-z]_[\w-]+_|eyJ|7T:|(?:^|[^a-z])(?:sk|pk|rk|whsec|gh[opsru]|glpat|xox[a-z]|github_pat|AKIA|ya29)[_.A-Z0-9-]/;
const EXTENSION = /\.(?:css|m?js|map|html?|json|png|jpe?g|gif|webp|avif|svg|ico|woff2?|txt|xml|pdf)$/i;

/** Folders of links that are sent to somebody. */
const SENT = /^(?:reset|verify|verification|confirm|activate|activation|magic|invite|invitation|unsubscribe|token|login|share|download-link)/i;

/** Path and query of an address, in which "…" stands for what may be a credential. */
export function withoutSecrets(address) {
  const [, target] = /^https?:\/\/[^/?#]*(.*)$/s.exec(address) ?? [undefined, address];
  const [path, ...query] = target.split("?");
  const segments = path.split("/").map((segment, at, all) => segmentShown(segment, decoded(all[at - 1] ?? "")));
  const shown = segments.join("/") || "/";
  return printable(query.length > 0 ? `${shown}?${query.join("?").split(/([&;])/).map((piece, at) => (at % 2 === 1 ? piece : pairShown(piece))).join("")}` : shown);
}

function segmentShown(segment, before) {
  const text = decoded(segment);
  const [, name, mark] = /^([^;=?&#]*)([;=?&#])/.exec(text) ?? [];
  if (mark !== undefined) return `${isRandom(name) || PREFIX.test(name) ? "…" : encodeURIComponent(name.toWellFormed())}${mark}…`; // a path's parameter is a session, where there is one at all
  const isSent = SENT.test(before) && (/\d/.test(text) || text.length > 15);
  if (!isSent && !isRandom(text) && !PREFIX.test(text)) return segment;
  return `…${isSent ? "" : (EXTENSION.exec(text)?.[0] ?? "")}`;
}

function pairShown(pair) {
  const [rawName, ...rest] = pair.split("=");
  const [name, value] = [rawName, rest.join("=")].map((text) => decoded(text.replaceAll("+", " ")));
  const shownName = /^[\w.[\]-]{0,32}$/.test(name) && !isRandom(name) && !PREFIX.test(name) ? rawName : "…";
  if (rest.length === 0 || value === "") return `${shownName}${rest.length > 0 ? "=" : ""}`;
  const isHarmless = (HARMLESS.has(name) && (SHORT.test(value) || EPOCH.test(value)) && !PREFIX.test(value)) || (NUMBER.test(value) && !SECRET_NAME.test(name));
  return `${shownName}=${isHarmless && shownName !== "…" ? rest.join("=") : "…"}`;
}

/** Letters and digits mixed, or more of either than a word has. */
const isRandom = (text) => (text.length >= 16 && /\d/.test(text) && (/\p{L}/u.test(text) || /\d{16}/.test(text))) || /[A-Za-z0-9+]{24}/.test(text);

/** Until nothing is left to be decoded: what stands behind the gateway may decode twice. */
function decoded(text) {
  for (let most = 0; most < 4 && text.includes("%"); most++) {
    const next = text.replace(/(?:%[\da-f]{2})+/gi, (piece) => {
      try {
        return decodeURIComponent(piece);
      } catch {
        return Buffer.from(piece.replaceAll("%", ""), "hex").toString("latin1");
      }
    });
    if (next === text) break;
    text = next;
  }
  return text;
}

/** A request's address is its sender's text: no control character of it reaches a terminal. */
const printable = (text) => text.replace(/[^\x20-\x7e…]/gu, (char) => encodeURIComponent(char.toWellFormed())).slice(0, 300);
