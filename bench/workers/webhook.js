// GitHub's webhook by hand: the whole body is read, its HMAC verified by the runtime, and both go on to the origin.

let key;

export default {
  async fetch(request, { HOOK_SECRET, ORIGIN }) {
    const body = await request.arrayBuffer();
    key ??= crypto.subtle.importKey("raw", new TextEncoder().encode(HOOK_SECRET), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    const shown = Uint8Array.fromHex(request.headers.get("x-hub-signature-256").slice("sha256=".length));
    const isRight = await crypto.subtle.verify("HMAC", await key, shown, body);
    return isRight ? ORIGIN.fetch(request.url, { method: "POST", headers: request.headers, body }) : new Response("forged", { status: 403 });
  },
};
