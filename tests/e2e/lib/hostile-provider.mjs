// A provider that says what a test wants it to say: wrong tokens, wrong answers, too much, or nothing. It asks nobody anything:
// whoever comes to /authorize is sent back at once. Its honest answers are those that a gate must take, so that each test
// bends one thing.

import { createHash, randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { CLIENT } from "../../../demo/provider/configuration.mjs";
import { forged, keyFor } from "./issuer.mjs";
import { startOrigin } from "./origin.mjs";
import { now } from "./sign.mjs";

export const DISCOVERY = "/.well-known/openid-configuration";
export const ALICE = { sub: "alice-4711-0815", email: "alice@example.org", email_verified: true, name: "Alice Example", groups: ["members"] };

/**
 * Starts one. `bend`, which a test changes and `straighten` resets, may have
 *   discovery(document)    another document
 *   returned(parameters)   what the browser comes back with: a URLSearchParams, or a query as text
 *   claims(claims)         other claims of the id_token, which is signed all the same; undefined leaves one out
 *   header(header)         another header of it
 *   idToken(claims, header)  the whole id_token, as text; undefined: none
 *   token(answer)          another answer of the token endpoint
 *   userinfo(claims)       another answer of the userinfo endpoint
 *   [path](response, request)  what answers there instead
 * `codes`: what each code that it gave is for; `took`: the token requests that it got.
 */
export async function startHostile({ host = "127.0.0.1", alg = "RS256", par = false, iss = true, subject = ALICE } = {}) {
  const key = await keyFor(alg, "hostile-1");
  const other = await keyFor(alg, "hostile-1"); // of that name, and never published
  const bend = {};
  const codes = new Map();
  const took = [];
  let url;

  const server = await startOrigin((request, response, body) => {
    const address = new URL(request.url, url);
    if (bend[address.pathname]) return bend[address.pathname](response, request, body);
    const answers = { [DISCOVERY]: discovery, "/jwks": () => json({ keys: [key.jwk] }), "/authorize": authorize, "/par": pushed, "/token": token, "/userinfo": userinfo };
    return answers[address.pathname] ? answers[address.pathname]() : json({}, 404);

    function json(value, status = 200) {
      response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" }).end(JSON.stringify(value));
    }

    function discovery() {
      json((bend.discovery ?? ((same) => same))(document()));
    }

    function authorize() {
      const asked = pushedRequests.get(address.searchParams.get("request_uri")) ?? address.searchParams;
      const code = `code-${randomUUID()}`;
      codes.set(code, Object.fromEntries(asked));
      const parameters = new URLSearchParams({ code, state: asked.get("state"), ...(iss && { iss: url }) });
      const query = bend.returned ? bend.returned(parameters) : parameters;
      response.writeHead(303, { location: `${asked.get("redirect_uri")}?${query}` }).end();
    }

    function pushed() {
      const uri = `urn:ietf:params:oauth:request_uri:${randomUUID()}`;
      pushedRequests.set(uri, new URLSearchParams(body.toString()));
      json({ request_uri: uri, expires_in: 60 }, 201);
    }

    async function token() {
      const form = Object.fromEntries(new URLSearchParams(body.toString()));
      took.push({ form, authorization: request.headers.authorization });
      const asked = codes.get(form.code);
      if (form.grant_type === "authorization_code" && asked === undefined) return json({ error: "invalid_grant" }, 400);
      codes.delete(form.code);
      const access_token = `at-${randomUUID()}`;
      const answer = { access_token, token_type: "Bearer", expires_in: 600, refresh_token: `rt-${randomUUID()}`, id_token: await idToken(asked?.nonce, access_token) };
      json(bend.token ? bend.token(answer) : answer);
    }

    function userinfo() {
      json(bend.userinfo ? bend.userinfo({ ...subject }) : subject);
    }
  });
  url = server.url.replace("127.0.0.1", host);
  const pushedRequests = new Map();

  return Object.assign(server, { url, bend, codes, took, key, other, document, subject, straighten: () => Object.keys(bend).forEach((name) => delete bend[name]) });

  function document() {
    return {
      issuer: url, authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token`, userinfo_endpoint: `${url}/userinfo`, jwks_uri: `${url}/jwks`,
      response_types_supported: ["code"], subject_types_supported: ["public"], id_token_signing_alg_values_supported: [alg],
      code_challenge_methods_supported: ["S256"], token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
      ...(iss && { authorization_response_iss_parameter_supported: true }), ...(par && { pushed_authorization_request_endpoint: `${url}/par` }),
    };
  }

  async function idToken(nonce, accessToken) {
    const usual = { iss: url, aud: CLIENT.id, iat: now(), exp: now() + 300, nonce, at_hash: halfHash(accessToken), ...subject };
    const claims = bend.claims ? bend.claims({ ...usual }) : usual;
    const header = (bend.header ?? ((same) => same))({ alg, kid: key.kid, typ: "JWT" });
    if (bend.idToken) return bend.idToken(claims, header);
    return new SignJWT(JSON.parse(JSON.stringify(claims))).setProtectedHeader(header).sign(key.privateKey);
  }
}

/** `at_hash` and `c_hash` of OpenID Connect Core 3.1.3.6, for algorithms with SHA-256. */
export const halfHash = (text) => createHash("sha256").update(text).digest().subarray(0, 16).toString("base64url");

/** Answers of any kind, for a path of `bend`. */
export const answers = {
  nothing: (response) => response.destroy(),
  silence: () => {},
  error: (response) => response.writeHead(500).end("out of order"),
  json: (value, status = 200) => (response) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value)),
  text: (text, type = "application/json") => (response) => response.writeHead(200, { "content-type": type }).end(text),
  redirect: (location) => (response) => response.writeHead(302, { location }).end(),
  /** 5 MB of valid JSON. */
  large: (response) => response.writeHead(200, { "content-type": "application/json" }).end(`{"a":"${"a".repeat(5 << 20)}"}`),
};

/** An id_token that is not signed, and one whose signature is an HMAC with what everybody can read. */
export const unsigned = (claims) => forged({ alg: "none", typ: "JWT" }, claims, "");
