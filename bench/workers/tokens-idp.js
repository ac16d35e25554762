// The issuer whose JWTs the gateway takes: it publishes its keys.

export default {
  fetch(request, env) {
    return new URL(request.url).pathname === "/jwks.json" ? Response.json(env.JWKS) : new Response("not here", { status: 404 });
  },
};
