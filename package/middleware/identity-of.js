// As whom the gateway in this Worker let a request through.

/** `request`: a Request, or what has its headers. Null if it does not come from the gateway, whatever its headers say. */
export function identityOf(request) {
  const { fields } = request[SAID] ?? globalThis[PROOFS]?.get(request.headers.get("edgegate-proof")) ?? {};
  if (fields === undefined) return null;
  const said = (name) => fields(`edgegate-${name}`);
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

// What src/proofs.js leaves in each request that the application gets, and by its proof for copies of it.
const SAID = Symbol.for("edgegate.said");
const PROOFS = Symbol.for("edgegate.proofs");
