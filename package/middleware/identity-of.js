// As whom the gateway in this Worker let a request through.

/** `request`: a Request, or what has its headers. Null if it does not come from the gateway, whatever its headers say. */
export function identityOf(request) {
  const { headers } = request;
  const proof = globalThis[SHARED];
  if (proof === undefined || headers.get("edgegate-proof") !== proof) return null;
  const said = (name) => headers.get(`edgegate-${name}`);
  const [subject, client] = [said("subject"), said("client")];
  return {
    kind: subject !== null ? "person" : client !== null ? "client" : "nobody",
    subject,
    client,
    issuer: said("issuer"),
    scope: said("scope")?.split(" ") ?? [],
    claims: claimsOf(said("jwt")),
    route: said("route"),
    requestId: said("request-id"),
  };
}

/** The gateway itself wrote the JWT into the request, a moment ago and in this isolate: there is nothing to verify. */
function claimsOf(jwt) {
  if (jwt === null) return {};
  const payload = atob(jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(payload, (character) => character.charCodeAt(0))));
}

// src/middleware.js puts it there, and into each request that it hands to the application.
const SHARED = Symbol.for("edgegate.proof");
