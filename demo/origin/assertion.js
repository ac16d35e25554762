// `Edgegate-Assertion`: the gateway's proof, to an origin that shares a key with it, that a call and its body come
// from the gateway and are fresh.
//
//   v1.<unix seconds>.<base64url HMAC-SHA-256(key, "v1.<unix seconds>." + lower-case hex SHA-256 of the body)>

import { fromBase64Url, hex } from "./encoding.js";

const WINDOW_SECONDS = 60;
const FORM = /^(v1\.(\d{1,12})\.)([A-Za-z0-9_-]{43})$/;
const encoder = new TextEncoder();

// False for anything but a fresh, true assertion over exactly these bytes; false too where there is no key.
export async function verifyAssertion(assertion, body, secret) {
  const match = FORM.exec(assertion ?? "");
  if (!match || !secret) return false;

  const [, prefix, seconds, mac] = match;
  // Both ways: one that lies ahead of our clock would otherwise live longer than it may.
  if (Math.abs(Date.now() / 1000 - Number(seconds)) > WINDOW_SECONDS) return false;

  const key = await crypto.subtle.importKey(
    "raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"],
  );
  const digest = hex(await crypto.subtle.digest("SHA-256", body));
  // `verify` compares in constant time.
  return crypto.subtle.verify("HMAC", key, fromBase64Url(mac), encoder.encode(prefix + digest));
}
