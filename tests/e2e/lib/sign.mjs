// Signs links and redirects from their description alone, independently of the gateway's own code.

import { createHash, createHmac, randomBytes } from "node:crypto";
import { HOST } from "./client.mjs";
import { secrets } from "./gateway.mjs";

export const now = () => Math.floor(Date.now() / 1000);

/** <path>?<query>&eg_kid=…&eg_exp=…[&eg_nbf=…][&eg_ip=…]&eg_sig=… */
export function link(path, query = "", options = {}) {
  const { kid = "demo", exp = now() + 600, nbf, ip, method = "GET", host = HOST, key = secrets.EDGEGATE_LINK_KEY, algorithm = "sha256" } = options;
  const own = [`eg_kid=${kid}`, `eg_exp=${exp}`, nbf !== undefined && `eg_nbf=${nbf}`, ip && `eg_ip=${ip}`].filter(Boolean);
  return linkOver(path, [query, ...own].filter(Boolean).join("&"), { method, host, key, algorithm });
}

/** The query of a link for a folder: eg_path=…&<own>&eg_kid=…&eg_exp=…&eg_sig=… */
export function folderLink(folder, options = {}) {
  const { own, ...more } = options;
  return link(folder, [`eg_path=${folder}`, own].filter(Boolean).join("&"), more).slice(folder.length + 1);
}

/** The same over any text, however wrong. */
export function linkOver(path, covered, { method = "GET", host = HOST, key = secrets.EDGEGATE_LINK_KEY, algorithm = "sha256" } = {}) {
  const mac = createHmac(algorithm, key).update(`${method}\n${host}\n${path}?${covered}`).digest("base64url");
  return `${path}?${covered}&eg_sig=${mac}`;
}

/** <query>&ts=…&signature=…, the digest over all that stands before the secret. */
export function redirect(path, query, options = {}) {
  const { ts = now(), digest = "md5", boundary = "inclusive", name = "signature", secret = secrets.CONVIO_API_SECRET_KEY } = options;
  const covered = [query, `ts=${ts}`].filter(Boolean).join("&");
  const text = boundary === "inclusive" ? `${covered}&${name}=` : covered;
  return `${path}?${covered}&${name}=${createHash(digest).update(text + secret).digest("hex")}`;
}

/**
 * A token (`egt`), session (`egs`) or nonce (`egn`) as the gateway would mint it, with any times:
 * <prefix>_<key id>_<base64url of issued (5 bytes), expires (5), audience tag (4), random (16), MAC (16)>.
 * Also the key of its record in KV.
 */
export function seal(prefix, { issued = now(), expires = now() + 600, audience = "", kid = "seal-1", key = secrets.EDGEGATE_SEAL_KEY } = {}) {
  const seconds = (number) => Buffer.from(number.toString(16).padStart(10, "0"), "hex");
  const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
  const tag = sha256("edgegate audience v1\0", audience).subarray(0, 4);
  const body = Buffer.concat([seconds(issued), seconds(expires), tag, randomBytes(16)]);
  const mac = createHmac("sha256", key).update(`edgegate seal v1\0${prefix}\0${kid}\0`).update(body).digest().subarray(0, 16);
  const text = `${prefix}_${kid}_${Buffer.concat([body, mac]).toString("base64url")}`;
  const record = `${prefix}:${sha256("edgegate claim v1\0", `${prefix} record`, "\0", kid, "\0", mac).toString("base64url")}`;
  return { text, record };
}

/** What was sealed, in the texts of Luminate: a session, a nonce, or a token of single sign-on (`ego`). */
export function spelled({ text }) {
  const [prefix] = text.split("_");
  const bytes = Buffer.from(text.split("_").slice(2).join("_"), "base64url");
  if (prefix === "egs") return `${bytes.toString("hex")}.app1`;
  if (prefix === "egn") return bytes.toString("hex").toUpperCase();
  const dotted = bytes.toString("base64url");
  return dotted.padEnd(Math.ceil(dotted.length / 4) * 4, ".");
}
