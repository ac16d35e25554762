// Requests by seed and number: a place of the site or a line of the corpus, spelled otherwise, with what would open it and
// with what must not arrive. A case says what it is made of, so that the oracle need not guess.
import { signedLink, signedRedirect } from "./credentials.mjs";
import { cookies, harmless, hosts, parameters, paths, pieces, reserved, site } from "./corpus.mjs";
import { Dice } from "./dice.mjs";
import { isOpen, routeOf } from "./routes.mjs";

export const FORGED = "forged-c0ffee";

/**
 * { number, method, host, path, query, headers: [[name, value]], body, shown, planted }
 * query: undefined or text. shown: [{ kind, subject, scope }] of what opens something. planted: [{ kind, text }] of live
 * texts that stand where the gate takes them away.
 */
export function generate(seed, number, { tokens, sessions }) {
  const dice = new Dice(seed, number);
  const at = { number, headers: [], planted: [], shown: [], body: undefined };
  const place = dice.chance(0.75) ? within(dice) : dice.pick(paths);
  at.path = dice.chance(0.55) ? respelled(dice, place) : place;
  const route = routeOf(at.path) ?? routeOf(place) ?? routeOf("/");
  at.method = methodOf(dice, route);
  at.host = dice.pick(hosts);
  const live = { SESSION: dice.pick(sessions), TOKEN: dice.pick(tokens) };
  const query = dice.chance(0.5) ? queryOf(dice, live, at) : [];
  const fields = dice.chance(0.5) ? fieldsOf(dice, live, at) : [];
  const jar = dice.chance(0.25) ? dice.some(cookies, 1, 3).map((text) => filled(text, live, at)) : [];
  const wanted = dice.chance(0.85) ? routeOf(place) ?? route : routeOf(dice.pick(paths)) ?? route;
  if (!isOpen(wanted) || dice.chance(0.1)) present(dice, wanted, { tokens, sessions, query, fields, jar, at });
  if (dice.chance(0.5)) at.headers.push(...dice.some(harmless, 1, 3).filter(([name]) => name !== "Content-Length" || !takesBody(at.method)));
  if (dice.chance(0.5)) at.headers.push(...dice.some(reserved, 1, 4).map((one) => aliased(dice, one)));
  if (jar.length > 0) at.headers.push(["Cookie", jar.join("; ")]);
  at.query = query.length > 0 ? query.join("&") : dice.chance(0.05) ? "" : undefined;
  if (at.sign) at.query = at.sign(at);
  if (takesBody(at.method)) embody(dice, fields, at);
  return at;
}

/** The request as bytes. */
export function serialized({ method, path, query, host, headers, body }) {
  const target = query === undefined ? path : `${path}?${query}`;
  const length = body === undefined ? [] : [["Content-Length", Buffer.byteLength(body, "latin1")]];
  const lines = [["Host", host], ...headers, ...length].map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`, "latin1");
}

const takesBody = (method) => ["POST", "PUT", "PATCH"].includes(method);

function within(dice) {
  if (dice.chance(0.4)) return dice.pick(site.pages);
  const names = ["report", "list", "1", "a b", "x.txt", "keys", "index.html", "é", "A", "2026"];
  const rest = dice.some(names, 0, 2).map((name) => encodeURIComponent(name));
  return [dice.pick([...site.folders, "/api", ""]), ...rest].join("/") || "/";
}

/** One to three changes, wherever they fall. */
function respelled(dice, path) {
  let text = path;
  for (let left = 1 + dice.below(dice.chance(0.7) ? 1 : 3); left > 0; left--) text = dice.pick(SPELLINGS)(dice, text);
  const bytes = Buffer.from(text.startsWith("/") ? text : `/${text}`, "utf8").toString("latin1");
  return bytes.replaceAll(/[\0-\x20\x7f?#]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

const SPELLINGS = [
  (_, path) => `${path}/`,
  (_, path) => `${path}/`,
  (dice, path) => path + dice.pick(pieces),
  (dice, path) => path + dice.pick(pieces),
  (dice, path) => dice.pick(pieces) + path,
  (dice, path) => {
    const at = dice.below(path.length + 1);
    return path.slice(0, at) + dice.pick(pieces) + path.slice(at);
  },
  (dice, path) => {
    const parts = path.split("/");
    const at = dice.below(parts.length);
    parts[at] += dice.pick(pieces);
    return parts.join("/");
  },
  (dice, path) => [...path].map((sign) => (dice.chance(0.3) ? flipped(sign) : sign)).join(""),
  (_, path) => path.toUpperCase().replaceAll(/%../g, (escape) => escape),
  (dice, path) => {
    const at = dice.below(path.length);
    return `${path.slice(0, at)}${escaped(path[at] ?? "/")}${path.slice(at + 1)}`;
  },
  (dice, path) => `/index.php${dice.chance(0.3) ? "/" : ""}${path}`,
  (dice, path) => `${dice.pick(paths)}${path}`,
];

const flipped = (sign) => (sign === sign.toLowerCase() ? sign.toUpperCase() : sign.toLowerCase());
const escaped = (sign) => [...Buffer.from(sign)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");

function methodOf(dice, route) {
  if (dice.chance(0.6)) return "GET";
  if (dice.chance(0.8)) return dice.pick(route.methods.filter((name) => name !== "HEAD"));
  return dice.pick(["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "get", "TRACE"]);
}

/** Ordinary parameters, and those with a meaning in other spellings. */
function queryOf(dice, live, at) {
  return Array.from({ length: 1 + dice.below(4) }, () => {
    if (dice.chance(0.5)) return dice.pick(parameters);
    return placed(spelled(dice, dice.pick(site.watched.parameters)), valueOf(dice, live, at), live, at);
  });
}

/** By chance it is what opens a route. */
function placed(name, value, { TOKEN }, at) {
  if (name === "access_token" && value === TOKEN.text) at.shown.push({ kind: "bearer", ...TOKEN });
  return `${name}=${value}`;
}

function fieldsOf(dice, live, at) {
  const kept = { planted: [] }; // what stands in a form the gate takes away only where it reads the form
  return Array.from({ length: 1 + dice.below(4) }, () => {
    if (dice.chance(0.4)) return dice.pick(parameters);
    if (dice.chance(0.4)) return `${spelled(dice, "_method")}=${dice.pick(["DELETE", "delete", "PUT", "GET", "PATCH", "POST"])}`;
    return placed(spelled(dice, dice.pick(site.watched.parameters)), valueOf(dice, live, kept), live, at);
  });
}

/** A name in one of the spellings in which some origin reads it. */
function spelled(dice, name) {
  if (dice.chance(0.3)) return name;
  const at = dice.below(name.length);
  return dice.pick([
    name.toUpperCase(),
    name.toLowerCase(),
    name.slice(0, at) + escaped(name[at]) + name.slice(at + 1),
    [...name].map(escaped).join(""),
    `${name}[]`,
    `${name}[x]`,
    `${name}%5B%5D`,
    `${name}%5b0%5d`,
    `${name}[`,
    `[${name}]`,
    `%20${name}`,
    `+${name}`,
    `${name}+`,
    `${name}%00`,
    `${name}%00x`,
    name.replaceAll("_", "."),
    name.replaceAll("_", "+"),
    name.replaceAll("_", "%20"),
    name.replaceAll("_", "-"),
    name.replaceAll("_", "["),
    name.replaceAll("_", "%5B"),
    name.replaceAll("_", "%2E"),
    `a=1;${name}`,
    `;${name}`,
    `a;${name}`,
    `?${name}`,
    `amp;${name}`,
    `a%26${name}`,
    `${name}%3D1%26a`,
  ]);
}

function valueOf(dice, live, at) {
  const choice = dice.below(10);
  if (choice < 5) return FORGED;
  if (choice === 5) return dice.pick(["DELETE", "delete", "PUT", "GET", "1", ""]);
  return filled(choice < 8 ? "TOKEN" : "SESSION", live, at);
}

function filled(text, { SESSION, TOKEN }, at) {
  const values = { SESSION: ["session", SESSION.text], TOKEN: ["token", TOKEN.text], XSRF: ["XSRF token", SESSION.xsrf], FORGED: ["forged", FORGED] };
  if (/SESSION/.test(text)) at.shown?.push({ kind: "session", ...SESSION });
  return text.replaceAll(/\b(?:SESSION|TOKEN|XSRF|FORGED)\b(?!-)/g, (word) => {
    const [kind, value] = values[word];
    if (["SESSION", "TOKEN"].includes(word)) at.planted.push({ kind, text: value });
    return value;
  });
}

/** What opens the route, or nearly. */
function present(dice, route, { tokens, sessions, query, fields, jar, at }) {
  if (route.accept.includes("bearer")) {
    const fitting = tokens.filter(({ scope }) => route.scope.every((one) => scope.includes(one)));
    const token = dice.chance(0.9) ? dice.pick(fitting) : dice.pick(tokens);
    at.shown.push({ kind: "bearer", ...token });
    const where = route.scope.includes("api") ? dice.below(4) : 0;
    if (where === 2) query.push(`access_token=${token.text}`);
    else if (where === 3 && takesBody(at.method)) fields.push(`access_token=${token.text}`);
    else at.headers.push(["Authorization", `Bearer ${token.text}`]);
    at.planted.push({ kind: "token", text: token.text });
  }
  if (route.accept.includes("session")) {
    const session = dice.pick(sessions);
    at.shown.push({ kind: "session", ...session });
    jar.push(`edgegate=${session.text}`);
    at.planted.push({ kind: "session", text: session.text });
    if (dice.chance(0.9)) at.headers.push(["X-XSRF-TOKEN", session.xsrf]);
    else fields.push(`XSRF_TOKEN=${session.xsrf}`);
  }
  if (route.accept.includes("link:files")) {
    at.shown.push({ kind: "link:files", subject: "reader" });
    query.push("user=reader");
    at.sign = (signed) => signedLink(signed.path, signed.query, { method: signed.method === "HEAD" ? "GET" : signed.method, host: signed.host.toLowerCase() }).slice(signed.path.length + 1);
  }
  if (route.accept.includes("signed-redirect:landing")) {
    at.shown.push({ kind: "signed-redirect:landing", subject: "1001002" });
    query.push("cons_id=1001002");
    at.sign = (signed) => signedRedirect(signed.path, signed.query).slice(signed.path.length + 1);
  }
}

/** A reserved header under a name that some origin takes for it. */
function aliased(dice, [written, value]) {
  const name = written.replace("*", dice.pick(["User", "Email", "Id", "Jwt", "Redirect"]));
  const at = dice.below(name.length);
  const alias = dice.pick([
    name, name, name.toLowerCase(), name.toUpperCase(), name.replaceAll("-", "_"), name.replaceAll("-", "_").toUpperCase(), name.replaceAll("-", "."),
    name.replace("-", "_"), name.slice(0, at) + flipped(name[at]) + name.slice(at + 1), name.replaceAll("-", dice.pick(["!", "~", "+", "|", "'", "*"])),
  ]);
  return [alias, value.replaceAll("FORGED", FORGED)];
}

function embody(dice, fields, at) {
  const kind = dice.below(10);
  if (kind < 7 || fields.length === 0) {
    at.body = fields.join("&");
    at.form = "urlencoded";
    at.headers.push(["Content-Type", dice.pick(["application/x-www-form-urlencoded", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8", "Application/X-WWW-Form-Urlencoded"])]);
  } else if (kind < 9) {
    const pairs = fields.map((field) => [field.split("=")[0], field.split("=").slice(1).join("=")]);
    at.body = `${pairs.map(([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name.replaceAll('"', "")}"\r\n\r\n${value}\r\n`).join("")}--b--\r\n`;
    at.form = "multipart";
    at.headers.push(["Content-Type", "multipart/form-data; boundary=b"]);
  } else {
    at.body = JSON.stringify({ _method: "DELETE", access_token: FORGED });
    at.headers.push(["Content-Type", "application/json"]);
  }
}
