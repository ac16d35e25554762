// Signs links and redirects from their description alone, independently of the gateway's own code.

import { createHash, createHmac } from "node:crypto";
import { HOST } from "./client.mjs";
import { secrets } from "./gateway.mjs";

export const now = () => Math.floor(Date.now() / 1000);

/** <path>?<query>&eg_kid=…&eg_exp=…[&eg_nbf=…][&eg_ip=…]&eg_sig=… */
export function link(path, query = "", options = {}) {
  const { kid = "demo", exp = now() + 600, nbf, ip, method = "GET", host = HOST, key = secrets.EDGEGATE_LINK_KEY, algorithm = "sha256" } = options;
  const own = [`eg_kid=${kid}`, `eg_exp=${exp}`, nbf !== undefined && `eg_nbf=${nbf}`, ip && `eg_ip=${ip}`].filter(Boolean);
  return linkOver(path, [query, ...own].filter(Boolean).join("&"), { method, host, key, algorithm });
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
