// What the gate checked against what the origin understood. Each difference is { kind, what }.
import { fold, isReserved, site } from "./corpus.mjs";
import { FORGED } from "./generate.mjs";
import { forwarded, isOpen, owed, routeNamed, routeOf } from "./routes.mjs";

/** `sent`: the case. `seen`: what the origin says. `own`: the origin's address. */
export function differences(sent, seen, own) {
  const taken = seen.route === undefined ? routeTakenBy(sent) : routeNamed(seen.route);
  if (!taken) return [{ kind: "route", what: `the origin was told of a route ${seen.route}, which there is not` }];
  return [
    ...compareWay(sent, seen, taken),
    ...comparePath(sent, seen, taken),
    ...compareMethod(sent, seen, taken),
    ...compareBytes(sent, seen, taken),
    ...compareParameters(sent, seen, taken),
    ...compareCookies(seen),
    ...compareHeaders(sent, seen, taken),
    ...compareAddress(sent, seen, own),
    ...compareLeaks(sent, seen),
  ];
}

/** An answer of the gate itself that no client may cause. */
export function failure({ status, headers, body }) {
  const isOwn = /problem\+json/.test(headers.get("content-type") ?? "");
  return isOwn && (status === 500 || /"internal"/.test(body)) ? [{ kind: "internal", what: `the gate answered ${status}` }] : [];
}

/** The route by the policy's rule, and that what was shown opens it. */
function compareWay(sent, seen, taken) {
  const by = routeTakenBy(sent);
  const found = by === taken ? [] : [{ kind: "route", what: `taken ${taken.name}, by the policy ${by?.name}` }];
  if (isOpen(taken)) return found;
  const what = `${taken.name} was opened by ${sent.shown.map(({ kind }) => kind).join(", ") || "nothing"}`;
  return opening(sent, taken).length > 0 ? found : [...found, { kind: "credential", what }];
}

/** What was shown that opens the route. */
function opening({ shown }, { accept, scope }) {
  return shown.filter((one) => accept.includes(one.kind) && scope.every((needed) => one.scope?.includes(needed)));
}

/** A path parameter is no part of the path where the route allows it. */
function routeTakenBy({ path }) {
  const bare = path.split("/").map((segment) => segment.split(";")[0]).join("/");
  return [routeOf(path), routeOf(bare)].find((route) => route?.name === "matrix") ?? routeOf(path);
}

/** The page that was served belongs to the route that was taken, or asks for nothing. */
function comparePath(sent, seen, taken) {
  if (isDocumented(sent, seen)) return [];
  const due = owed(taken, seen.resource);
  if (due === taken) return [];
  if (due && isOpen(due) && (seen.method === undefined || due.methods.includes(seen.method))) return [];
  return [{ kind: "path", what: `${seen.resource} of ${due?.name ?? "no route"} was served by way of ${taken.name}` }];
}

/** Another name that only the origin knows, and that docs/policy.md says no gate can know (site.json has its words). */
function isDocumented({ path }, { resource }) {
  const isNegotiated = resource.startsWith(`${path}.`) && !resource.slice(path.length + 1).includes("/");
  const isBehindFile = site.files.includes(resource) && path.startsWith(`${resource}/`) && path.length > resource.length + 1;
  return isNegotiated || isBehindFile;
}

function compareMethod(sent, seen, taken) {
  if (seen.method === undefined || seen.method === sent.method || taken.methods.includes(seen.method)) return [];
  return [{ kind: "method", what: `${sent.method} was checked, ${seen.method} was understood on ${taken.name}` }];
}

/** What was checked is what arrived, except parameters that the gate cuts. */
function compareBytes(sent, seen, taken) {
  if (seen.target === undefined || seen.target === null) return [];
  const [path, ...rest] = seen.target.split("?");
  const expected = forwarded(taken, sent.path);
  const found = path === expected ? [] : [{ kind: "bytes", what: `path ${expected} arrived as ${path}` }];
  const before = uncut(sent.query);
  const after = uncut(rest.join("?"));
  // fetch writes `'` as `%27`; every reader takes both for one.
  if (before.replaceAll("'", "%27") !== after.replaceAll("'", "%27")) found.push({ kind: "bytes", what: `query ${before} arrived as ${after}` });
  return found;
}

/** A query without what has a meaning to the gate, in whatever spelling. */
function uncut(query = "") {
  const names = site.watched.parameters.map((name) => name.toLowerCase().replaceAll(/[^a-z]/g, ""));
  const means = (piece) => {
    const text = decoded(piece).toLowerCase().replaceAll(/[^a-z]/g, "");
    return names.some((name) => text.includes(name)) || /eg[tsn]_/.test(decoded(piece));
  };
  return query.split("&").filter((piece) => piece !== "" && !means(piece)).join("&");
}

/** Parameters that the gate takes away are not read there, by the origin's own way of reading. */
function compareParameters(sent, seen, taken) {
  const query = Object.keys(seen.query ?? {}).filter((name) => isCut(name, taken));
  const form = Object.keys(seen.form ?? {}).filter((name) => isCutFromForm(name, taken, sent));
  return [
    ...query.map((name) => ({ kind: "parameter", what: `${name} in a query is read on ${taken.name}` })),
    ...form.map((name) => ({ kind: "parameter", what: `${name} in a form is read on ${taken.name}` })),
  ];
}

function isCut(name, taken) {
  if (name === "access_token") return taken.accept.includes("bearer");
  if (["ts", "signature"].includes(name)) return taken.name === "landing";
  return /^eg_|^NONCE_TOKEN$|^XSRF_TOKEN$/.test(name);
}

/** A token is looked for in urlencoded forms alone, and the field of a session's token where its header is missing (docs/policy.md). */
function isCutFromForm(name, taken, { form, headers }) {
  if (name === "access_token") return taken.takesForm && form === "urlencoded";
  return name === "XSRF_TOKEN" && taken.xsrf && !headers.some(([header]) => header === "X-XSRF-TOKEN");
}

function compareCookies(seen) {
  return Object.keys(seen.cookies ?? {}).map((name) => ({ kind: "cookie", what: `${name} is read: ${/egs_/.test(seen.cookies[name]) ? "a live session" : "a forged one"}` }));
}

/** Nothing says who it is or where it goes but the gate. */
function compareHeaders(sent, seen, taken) {
  const found = [];
  if (seen.user) found.push({ kind: "identity", what: `the user is ${seen.user}` });
  const shown = isOpen(taken) ? [] : opening(sent, taken);
  const own = {
    "edgegate-route": [taken.name],
    "edgegate-subject": shown.map(({ subject }) => subject),
    "edgegate-scope": shown.map(({ scope }) => scope?.join(" ")),
    "x-forwarded-host": [sent.host.toLowerCase()],
    "x-forwarded-proto": ["http"],
  };
  for (const [name, value] of seen.headers ?? []) {
    const folded = fold(name);
    if (folded in own ? own[folded].includes(value) : /^edgegate-(request-id|issuer|client)$/.test(folded) && !value.includes(FORGED)) continue;
    if (folded in own || folded === "x-xsrf-token" || isReserved(name)) found.push({ kind: "header", what: `${folded} arrives as ${value}` });
  }
  return found;
}

function compareAddress(sent, seen, own) {
  const found = [];
  if (seen.scheme !== undefined && seen.scheme !== "http") found.push({ kind: "address", what: `the scheme is ${seen.scheme}` });
  if (seen.script) found.push({ kind: "address", what: `the application is mounted at ${seen.script}` });
  const hosts = [sent.host.toLowerCase(), own];
  if (seen.host !== undefined && !hosts.includes(seen.host)) found.push({ kind: "address", what: `the host is ${seen.host}, ${sent.host} was checked` });
  return found;
}

/** A live credential that stood where the gate takes it away is nowhere in what arrived. */
function compareLeaks(sent, seen) {
  const arrived = [seen.target ?? "", ...(seen.headers ?? []).map(([, value]) => value), ...Object.values(seen.query ?? {}).flat(), ...Object.values(seen.cookies ?? {}).flat()];
  const text = `${arrived.join("\n")}\n${arrived.map(decoded).join("\n")}`;
  const leaked = sent.planted.filter((one) => text.includes(one.text)).map(({ kind }) => kind);
  return [...new Set(leaked)].map((kind) => ({ kind: "leak", what: `a live ${kind} arrived` }));
}

function decoded(text) {
  return text.replaceAll("+", " ").replaceAll(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
