// @cloudflare/workers-oauth-provider in front of the origin: opaque tokens, looked up in KV. With KV = "memory" its KV is a
// map of the isolate: the library's own share, without that of a simulated KV. With WAY = "none" the origin is where the
// library asks for no token.
//
// GET /bench/tokens?count=N answers with N access tokens, each made by a whole authorization code flow with PKCE.

import { env } from "cloudflare:workers";
import { OAuthProvider } from "@cloudflare/workers-oauth-provider";
import { forward } from "./tokens-forward.js";

const HOME = "http://127.0.0.1:8787";
const REDIRECT = "https://client.example.org/callback";
const SUBJECT = "1001002";

// RFC 7636, appendix B.
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const provider = new OAuthProvider({
  apiRoute: env.WAY === "none" ? "/me/elsewhere/" : "/me/",
  apiHandler: { fetch: (request, env, context) => forward(request, env, context.props.userId) },
  defaultHandler: { fetch: withoutToken },
  authorizeEndpoint: "/authorize",
  tokenEndpoint: "/token",
  scopesSupported: ["read"],
  accessTokenTTL: 86400,
  resourceMetadata: { resource: `${HOME}/me/`, authorization_servers: [HOME] },
});

const environment = env.KV === "memory" ? { ...env, OAUTH_KV: kvInMemory() } : undefined;

export default {
  fetch: (request, env, context) => provider.fetch(request, environment ?? env, context),
};

// The methods that the library calls on the way to a token, and to the origin.
function kvInMemory() {
  const values = new Map();
  return {
    async get(key, { type } = {}) {
      const value = values.get(key);
      if (value === undefined) return null;
      return type === "json" ? JSON.parse(value) : value;
    },
    put: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
  };
}

function withoutToken(request, env, context) {
  const isOpen = env.WAY === "none" && request.url.startsWith(`${HOME}/me/`);
  return isOpen ? forward(request, env) : tokens(request, env, context);
}

async function tokens(request, env, context) {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname !== "/bench/tokens") return new Response("not here", { status: 404 });
  const { clientId } = await env.OAUTH_PROVIDER.createClient({ redirectUris: [REDIRECT], tokenEndpointAuthMethod: "none" });
  const made = [];
  while (made.length < Number(searchParams.get("count"))) made.push(await flow(clientId, env, context));
  return Response.json(made);
}

async function flow(client_id, env, context) {
  const redirect_uri = REDIRECT;
  const pkce = { code_challenge: CHALLENGE, code_challenge_method: "S256" };
  const asked = new URLSearchParams({ response_type: "code", client_id, redirect_uri, scope: "read", state: "bench", ...pkce });
  const authorize = await env.OAUTH_PROVIDER.parseAuthRequest(new Request(`${HOME}/authorize?${asked}`));
  // The person says yes. All the tokens are one person's, and none may end the others.
  const { redirectTo } = await env.OAUTH_PROVIDER.completeAuthorization({
    request: authorize,
    userId: SUBJECT,
    metadata: {},
    scope: authorize.scope,
    props: { userId: SUBJECT },
    revokeExistingGrants: false,
  });
  const code = new URL(redirectTo).searchParams.get("code");
  const body = new URLSearchParams({ grant_type: "authorization_code", code, client_id, redirect_uri, code_verifier: VERIFIER });
  const answer = await provider.fetch(new Request(`${HOME}/token`, { method: "POST", body }), env, context);
  if (answer.status !== 200) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).access_token;
}
