// An address that a document of somebody else names. It is called where it is on the internet, or where the policy's own issuer is:
// a document must not make this machine call what only this machine reaches.
import { lookup } from "node:dns";
import { lookup as resolved } from "node:dns/promises";
import https from "node:https";
import { BlockList, isIP } from "node:net";

const NETWORKS = {
  loopback: ["127.0.0.0/8", "0.0.0.0/8", "::/127"],
  "link-local": ["169.254.0.0/16", "fe80::/10"],
  // RFC 6890, and ways of writing an IPv4 address in one of IPv6, behind which any of these may be.
  private: ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3", "fc00::/7", "fec0::/10", "ff00::/8", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"],
};

const lists = Object.entries(NETWORKS).map(([kind, networks]) => {
  const list = new BlockList();
  for (const network of networks) {
    const [address, bits] = network.split("/");
    list.addSubnet(address, Number(bits), family(address));
  }
  return [kind, list];
});

function family(address) {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

/** "public", "loopback", "link-local" or "private". */
export const kindOf = (address) => lists.find(([, list]) => list.check(address, family(address)))?.[0] ?? "public";

const nameOf = (url) => url.hostname.replace(/^\[|\]$/g, "");

/** Why an address of a document is not called; undefined if it may be. `issuer`: that of the policy. */
export async function reasonAgainst(url, issuer) {
  if (!URL.canParse(url)) return "it is no address";
  const [target, own] = [new URL(url), new URL(issuer)];
  if (target.origin === own.origin) return undefined;
  if (target.protocol !== "https:") return "it is not https";
  if (!isIP(nameOf(target))) return undefined; // what its name leads to is looked at when it is called
  return against(nameOf(target), await kindsOf(own));
}

function against(address, allowed) {
  const kind = kindOf(address);
  return kind === "public" || allowed.has(kind) ? undefined : `it is in a ${kind} network, where the issuer is not`;
}

async function kindsOf(url) {
  const found = await resolved(nameOf(url), { all: true }).catch(() => []);
  return new Set(found.map(({ address }) => kindOf(address)));
}

/** Calls it by the very addresses that were looked at. Answers as the doctor's other calls do: { status, text, date, at }, or { error }. */
export async function askedElsewhere(url, issuer, { headers, patience, most }) {
  const allowed = await kindsOf(new URL(issuer));
  const begun = Date.now();
  return new Promise((resolve) => {
    const fail = (error) => resolve({ error: error.code ?? error.message });
    const request = https.get(url, { headers: { "user-agent": "edgegate-doctor", ...headers }, agent: false, signal: AbortSignal.timeout(patience), lookup: lookingAt(allowed) }, (response) => {
      const pieces = [];
      let length = 0;
      const date = Date.parse(response.headers.date ?? "");
      const done = () => resolve({ status: response.statusCode, date: Number.isNaN(date) ? undefined : date, at: (begun + Date.now()) / 2, text: Buffer.concat(pieces).toString() });
      response.on("data", (piece) => {
        pieces.push(piece);
        if ((length += piece.length) > most) done(request.destroy());
      });
      response.on("end", done).on("error", fail);
    });
    request.on("error", fail);
  });
}

const lookingAt = (allowed) => (name, options, answer) =>
  lookup(name, { ...options, all: true }, (error, found = []) => {
    if (error) return answer(error);
    const wrong = found.map(({ address }) => against(address, allowed)).find(Boolean);
    if (wrong) return answer(new Error(wrong));
    return options.all ? answer(null, found) : answer(null, found[0].address, found[0].family);
  });
