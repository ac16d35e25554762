// What an OAuth client does on its way: asks (RFC 6749 section 4.1.1, RFC 7636), compares what comes back (RFC 9207), exchanges the
// code, calls with the token, and refreshes it.

import { createHash, randomBytes } from "node:crypto";

/** The clients of the demo's policy. Published on purpose, as every secret of the demo. */
export const CLIENTS = {
  shop: { id: "1d2d5cad60174b5972243693d082e4b4e54979bf", secret: "sekret-0123456789abcdef0123456789" },
  app: { id: "demo-public" },
};

const random = () => randomBytes(32).toString("base64url");

/** The beginning of a walk, with the address to which the browser is sent. */
export function begin(name, gate, redirectUri) {
  const client = CLIENTS[name];
  const verifier = client.secret === undefined ? random() : undefined; // Checkfront's confidential clients know nothing of PKCE
  const state = random();
  const asked = new URLSearchParams({ response_type: "code", client_id: client.id, redirect_uri: redirectUri, scope: "read write", state });
  if (verifier) {
    asked.set("code_challenge", createHash("sha256").update(verifier).digest("base64url"));
    asked.set("code_challenge_method", "S256");
  }
  return { client, state, verifier, redirectUri, address: `${gate}/oauth/?${asked}` };
}

/** Compares what came back with what was sent: { parameters, problem }. Without a problem the walk has the code. */
export function cameBack(walk, issuer, parameters) {
  const problem = () => {
    if (walk === undefined || parameters.get("state") !== walk.state) return "This browser did not ask for it: `state` is not the one that was sent.";
    if (parameters.get("iss") !== issuer) return "It does not come from the gate that was asked: `iss` is another.";
    if (parameters.has("error")) return "The gate gives no code, and says why in `error`.";
    return parameters.has("code") ? undefined : "There is no code.";
  };
  const found = problem();
  if (found === undefined) walk.code = parameters.get("code");
  return { parameters: [...parameters], problem: found };
}

export function exchange(walk, gate) {
  const more = walk.verifier && { code_verifier: walk.verifier };
  return fetchTokens(walk, gate, { grant_type: "authorization_code", code: walk.code ?? "", redirect_uri: walk.redirectUri, ...more });
}

export function refresh(walk, gate) {
  return fetchTokens(walk, gate, { grant_type: "refresh_token", refresh_token: walk.tokens?.refresh_token ?? "" });
}

/** Calls the API: the answer, as text. */
export async function call(walk, gate) {
  const authorization = `Bearer ${walk.tokens?.access_token ?? ""}`;
  const response = await fetch(`${gate}/api/3.0/ping`, { headers: { authorization, accept: "application/json" } });
  return { asked: "GET /api/3.0/ping", status: response.status, text: await response.text(), hasTokens: walk.tokens !== undefined };
}

async function fetchTokens(walk, gate, form) {
  const { id, secret } = walk.client;
  const headers = secret && { authorization: `Basic ${btoa(`${id}:${secret}`)}` };
  const body = new URLSearchParams(secret ? form : { ...form, client_id: id });
  const response = await fetch(`${gate}/oauth/token/`, { method: "POST", headers, body });
  const text = await response.text();
  const answer = { asked: "POST /oauth/token/", status: response.status, text };
  if (!response.ok) return { ...answer, problem: "The gate gives no tokens, and says why.", hasTokens: walk.tokens !== undefined };
  walk.tokens = JSON.parse(text);
  return answer;
}
