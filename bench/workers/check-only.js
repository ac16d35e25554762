// The least that can be called a check: the signature of the link and its expiry, nothing else, then the request as it
// came. It forwards the signing parameters, forged identity headers and all; a lower bound, not a gateway.

const encoder = new TextEncoder();
let key;

export default {
  async fetch(request, env) {
    const { url } = request;
    const cut = url.indexOf("&eg_sig=");
    const hostStart = url.indexOf("//") + 2;
    const pathStart = url.indexOf("/", hostStart);
    const expires = /[?&]eg_exp=(\d+)&eg_sig=/.exec(url);
    if (cut < 0 || !expires || Number(expires[1]) * 1000 < Date.now()) return new Response("refused", { status: 403 });

    key ??= await importKey(env.LINK_KEY);
    const signed = `${request.method}\n${url.slice(hostStart, pathStart)}\n${url.slice(pathStart, cut)}`;
    const genuine = await crypto.subtle.verify("HMAC", key, fromBase64Url(url.slice(cut + 8)), encoder.encode(signed));
    return genuine ? env.ORIGIN.fetch(request) : new Response("refused", { status: 403 });
  },
};

function importKey(secret) {
  return crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}

function fromBase64Url(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
