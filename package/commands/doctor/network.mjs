// What the policy's own addresses answer: their names, certificates and clocks, the documents of providers, and origins that
// answer strangers. Every wait has a limit, and no redirect is followed.
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import tls from "node:tls";
import { askedElsewhere, reasonAgainst } from "./elsewhere.mjs";
import { fail, ok, quoted, warn } from "./finding.mjs";

const PATIENCE = 5000;
const SOON_DAYS = 14;
const SKEW_SECONDS = 5;
const WRONG_SECONDS = 30;
const MOST = 1 << 20;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|.*\.localhost)$/;

/** `addresses`: as addressesOf says. */
export async function lookAtNetwork({ gateway, origins, providers, keys }) {
  const hosts = unique([gateway, ...origins.map(({ url }) => url), ...providers.map(({ issuer }) => issuer), ...keys.map(({ url, issuer }) => url ?? issuer)].map((url) => new URL(url).origin));
  const reached = new Map(await Promise.all(hosts.map(async (host) => [host, await reach(host, host === new URL(gateway).origin)])));
  const canAsk = (url) => reached.get(new URL(url).origin).canAsk;
  // A gateway on the platform reaches nothing on this machine; one that runs here does.
  const isElsewhere = (url) => isHere(url) && !isHere(gateway);
  const dates = [];
  const noting = (call) => async (url, headers) => {
    const answer = await call(url, headers);
    if (answer.date) dates.push({ host: new URL(url).host, ...answer });
    return answer;
  };
  const elsewhere = (issuer) => noting((url, headers) => askedElsewhere(url, issuer, { headers, patience: PATIENCE, most: MOST }));
  const ask = Object.assign(noting(asked), { elsewhere });
  const found = await Promise.all([
    ...origins.filter(({ url }) => isElsewhere(url)).map(here),
    ...origins.filter(({ url }) => canAsk(url) && !isElsewhere(url)).map((origin) => strangers(origin, ask)),
    ...providers.filter(({ issuer, document }) => document && canAsk(issuer)).map((provider) => discovery(provider, ask, true)),
    ...keys.filter(({ url, issuer }) => canAsk(url ?? issuer)).map((one) => (one.url ? [keySet(`issuer ${one.name}`, one.url, ask)] : [discovery(one, ask, false)])[0]),
    ...(canAsk(gateway) ? [health(gateway, ask)] : []),
  ]);
  return [...[...reached.values()].flatMap(({ findings }) => findings), ...found.flat(), ...clock(dates)];
}

const isHere = (url) => LOOPBACK.test(new URL(url).hostname);
const here = ({ name, url }) => [warn(`origin ${name}`, `${url} is on this machine: deployed, no Worker reaches it`, "Write its public address into the policy; `edgegate dev --origin` stands in for it here.")];
const unique = (all) => [...new Set(all)];

/** Its name, and whether its certificate is valid for it. */
async function reach(origin, isGateway) {
  const { hostname, port, protocol } = new URL(origin);
  const name = hostname.replace(/^\[|\]$/g, "");
  try {
    await inTime(lookup(name));
  } catch {
    const text = `${hostname} has no address`;
    return { canAsk: false, findings: [isGateway ? warn("DNS", text, "The gateway's host needs a proxied record in the zone; a route or a Custom Domain of the Worker leads there.") : fail("DNS", text, "Look for a typing error; `dig` asks too.")] };
  }
  if (protocol === "http:") {
    return { canAsk: true, findings: [isHere(origin) ? ok("TLS", `${origin} is on this machine`) : warn("TLS", `${origin} is not encrypted`, "Use https; `insecure = true` is for networks that you trust.")] };
  }
  try {
    const days = await inTime(certificateDays(name, Number(port || 443)));
    const soon = days < SOON_DAYS ? warn("TLS", `the certificate of ${hostname} ends in ${days} days`, "Renew it.") : ok("TLS", `${hostname}: its certificate is valid for ${days} days more`);
    return { canAsk: true, findings: [soon] };
  } catch (error) {
    if (/^E(CONN|TIME|HOST|NET)|timeout/i.test(error.code ?? error.message)) return { canAsk: false, findings: [warn("TLS", `${hostname} does not answer this machine (${error.code ?? error.message})`, "Right for an origin behind a tunnel or a firewall; otherwise it is down.")] };
    return { canAsk: false, findings: [fail("TLS", `${hostname}: ${error.message}`, "The gateway refuses such a certificate as well, and answers 502.")] };
  }
}

function certificateDays(host, port) {
  const servername = isIP(host) ? {} : { servername: host }; // RFC 6066 section 3: no address
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host, port, ...servername, timeout: PATIENCE }, () => {
      const { valid_to: until } = socket.getPeerCertificate();
      socket.destroy();
      resolve(Math.floor((Date.parse(until) - Date.now()) / 86_400_000));
    });
    socket.on("error", reject).on("timeout", () => socket.destroy(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" })));
  });
}

/** { status, text, date, at } of an answer, or { error }. */
async function asked(url, headers = {}) {
  const begun = Date.now();
  try {
    const response = await fetch(url, { redirect: "manual", headers: { "user-agent": "edgegate-doctor", ...headers }, signal: AbortSignal.timeout(PATIENCE) });
    const date = Date.parse(response.headers.get("date") ?? "");
    return { status: response.status, date: Number.isNaN(date) ? undefined : date, at: (begun + Date.now()) / 2, text: await beginning(response) };
  } catch (error) {
    return { error: error.cause?.code ?? error.cause?.message ?? error.name };
  }
}

/** No document is long. */
async function beginning(response) {
  const [decoder, pieces] = [new TextDecoder(), []];
  let length = 0;
  for await (const piece of response.body ?? []) {
    pieces.push(decoder.decode(piece, { stream: true }));
    if ((length += piece.length) > MOST) break;
  }
  return pieces.join("");
}

/** What somebody gets who goes past the gateway. */
async function strangers({ name, url, path }, ask) {
  const target = path ?? "/";
  const { status, error } = await ask(`${url}${target}`);
  const where = `origin ${name}`;
  const todo = "Close it: `set_secret` of the origin and a check of that header there, a tunnel, or Authenticated Origin Pulls (operations, \"Closing the origin\").";
  if (error) return [ok(where, `${url} does not answer strangers (${error})`)];
  if (status === 401 || status === 403) return [ok(where, `${url}${target} refuses strangers (${status})`)];
  if (status < 300 && path !== undefined) return [fail(where, `${url}${target} answers strangers (${status}): whoever knows this address walks around the gateway`, todo)];
  return [warn(where, `${url}${target} answers strangers (${status})`, todo)];
}

/** A provider's discovery document and its keys. */
async function discovery({ name, issuer, document }, ask, isSignIn) {
  const where = `${isSignIn ? "provider" : "issuer"} ${name}`;
  const { status, text, error } = await ask(document, { accept: "application/json" });
  const said = status === 200 ? parsed(text) : undefined;
  if (said === null || typeof said !== "object" || Array.isArray(said)) return [fail(where, `${document} is no discovery document (${error ?? status})`, "Compare `issuer` with what the provider says: the document lies below it.")];
  const findings = [];
  if (said.issuer !== issuer) findings.push(fail(where, `its document names the issuer ${quoted(said.issuer)}, and the policy ${issuer}`, "`issuer` is compared byte for byte: mind a slash at the end."));
  if (isSignIn) {
    const methods = said.code_challenge_methods_supported;
    if (!Array.isArray(methods)) findings.push(warn(where, "its document does not say that it knows PKCE with S256", "Many do nonetheless; the gateway always sends it."));
    else if (!methods.includes("S256")) findings.push(fail(where, "it does not know PKCE with S256", "The gateway needs it."));
    for (const member of ["authorization_endpoint", "token_endpoint"]) if (!said[member] || typeof said[member] !== "string") findings.push(fail(where, `its document has no ${member}`, "The gateway needs it."));
  }
  findings.push(...(typeof said.jwks_uri === "string" ? await keysElsewhere(where, said.jwks_uri, issuer, ask) : [fail(where, "its document names no keys (jwks_uri)", "The gateway needs them.")]));
  return findings.some(({ state }) => state !== "ok") ? findings.filter(({ state }) => state !== "ok") : [ok(where, `${issuer}: the document is its own${isSignIn ? ", PKCE with S256" : ""}, ${findings.at(-1).text}`)];
}

/** Keys whose place a document names. */
async function keysElsewhere(where, url, issuer, ask) {
  const reason = await reasonAgainst(url, issuer);
  if (reason) return [fail(where, `its keys (jwks_uri) are at ${quoted(url)}, which is not called: ${reason}`, "Keys belong at https, where everybody can read them, or where the issuer is itself.")];
  if (new URL(url).origin === new URL(issuer).origin) return keySet(where, url, ask);
  return keySet(where, url, ask.elsewhere(issuer));
}

async function keySet(where, url, ask) {
  const { status, text, error } = await ask(url, { accept: "application/json" });
  const keys = status === 200 ? parsed(text)?.keys : undefined;
  if (!Array.isArray(keys)) return [fail(where, `${quoted(url)} is no list of keys (${error ?? status})`, "Compare `jwks` with what the issuer says.")];
  const count = keys.filter((key) => ["RSA", "EC", "OKP"].includes(key?.kty)).length;
  return [count > 0 ? ok(where, `keys at ${quoted(url)}: ${count}`) : fail(where, `${quoted(url)} has no key that a signature could be verified with`, "Ask the issuer.")];
}

/** The gateway itself, if it is deployed already. */
async function health(gateway, ask) {
  const { status, text, error } = await ask(`${gateway}/.edgegate/health`, { accept: "application/json" });
  if (status === 200 && parsed(text)?.status === "ok") return [ok("gateway", `${gateway} is well`)];
  if (parsed(text)?.status) return [fail("gateway", `${gateway} lacks something (${status} ${quoted(parsed(text).status)})`, "`npx wrangler tail` shows the first lines of an isolate, which name it.")];
  return [warn("gateway", `${gateway} does not answer as the gateway (${error ?? status})`, "Right before the first deployment; afterwards its host needs a route of the Worker.")];
}

/** Of all dates that were told the one that lies nearest counts: a cache may tell an old one. */
function clock(dates) {
  if (dates.length === 0) return [warn("clock", "nobody was there to compare this machine's clock with", "Links and tokens that are made here need a right one.")];
  const off = dates.map(({ host, date, at }) => ({ host, seconds: Math.round((at - date - 500) / 1000) })).sort((a, b) => Math.abs(a.seconds) - Math.abs(b.seconds))[0];
  const text = `this machine's clock is ${Math.abs(off.seconds)} s ${off.seconds < 0 ? "behind" : "ahead of"} that of ${off.host}`;
  const todo = "Let it follow a time server: links and tokens that are made here would expire early, or not count yet.";
  if (Math.abs(off.seconds) <= SKEW_SECONDS) return [ok("clock", text)];
  return [Math.abs(off.seconds) > WRONG_SECONDS ? fail("clock", text, todo) : warn("clock", text, todo)];
}

function inTime(promise) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(reject, PATIENCE, Object.assign(new Error("timeout"), { code: "ETIMEDOUT" }))));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
