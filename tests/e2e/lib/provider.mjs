// OpenID providers for tests. The honest one is the demo's, which is oidc-provider: a test chooses what it can and what it
// asks for, and may change that while it runs. The other one says what a test wants it to say: hostile-provider.mjs.

import { generateKeyPair, exportJWK } from "jose";
import { PEOPLE } from "../../../demo/origin/people.js";
import { CLIENT } from "../../../demo/provider/configuration.mjs";
import { startProvider as startDemoProvider } from "../../../demo/provider/server.mjs";
import { HOST } from "./client.mjs";
import { demoPolicy, secrets as demoSecrets } from "./gateway.mjs";

export const [JO, SAM] = PEOPLE;
/** The name that the providers of tests have in policies, unless a test gives another one. */
export const NAME = "corp";
export const secrets = { CORP_SECRET: CLIENT.secret };

const DISCOVERY = "/.well-known/openid-configuration";

/**
 * Starts one on a port of its own.
 *   host      what its address says: `localhost` makes it another site than the gate
 *   name      its name in the gate's policy
 *   auth      how the gate proves that it is the client: a word of OpenID's token_endpoint_auth_method
 *   alg       how id_tokens are signed
 *   par       "off", "on", "required"
 *   iss       whether answers name their issuer (RFC 9207)
 *   rotate    whether a refresh token is replaced when it is used
 *   client    further members of the client, as registration has them
 *   configure changes the whole configuration
 * `people` may be changed; `count(path)`: how often it was asked for since the last call; `trouble[path]`: what answers
 * instead, a function (request, response, answer).
 */
export async function startProvider({ host, name = NAME, gates = [`http://${HOST}`], auth = "client_secret_basic", alg = "RS256", par = "on", iss = true, rotate = true, client = {}, configure = (usual) => usual } = {}) {
  const people = PEOPLE.map((person) => ({ ...person }));
  const trouble = {};
  const asked = [];
  const key = alg === "RS256" ? undefined : await signingKey(alg);

  const provider = await startDemoProvider({ port: 0, host, gates, people, configure: (usual) => configure(chosen(usual)), handle });
  return Object.assign(provider, {
    people,
    trouble,
    /** Sends browsers back to a gate at another address from now on. */
    sendTo: (gate) => provider.restart((settings) => ({ ...settings, clients: JSON.parse(JSON.stringify(settings.clients).replaceAll(gates[0], gate)) })),
    /** Somebody leaves the organisation. */
    remove: ({ user_name }) => people.splice(people.findIndex((one) => one.user_name === user_name), 1),
    count: (path) => {
      const those = asked.filter((one) => path === undefined || one === path).length;
      asked.splice(0, asked.length, ...asked.filter((one) => path !== undefined && one !== path));
      return those;
    },
    /** Every refresh token that it remembers. */
    tokens: () => provider.remembered("RefreshToken"),
    /** Signs with a new key from now on, and no longer publishes the old one. */
    async replaceKey() {
      const replaced = await signingKey(alg);
      provider.restart((settings) => ({ ...settings, jwks: { keys: [replaced] } }));
    },
  });

  function chosen(usual) {
    const [gate] = usual.clients;
    const features = { ...usual.features, pushedAuthorizationRequests: { enabled: par !== "off", requirePushedAuthorizationRequests: par === "required" } };
    const proven = {
      client_secret_basic: {}, client_secret_post: {},
      private_key_jwt: { client_secret: undefined, jwks: { keys: [identityKey()] }, token_endpoint_auth_signing_alg: "ES256" },
      none: { client_secret: undefined },
    }[auth];
    const named = JSON.parse(JSON.stringify(gate).replaceAll("/demo\"", `/${name}"`));
    return {
      ...usual,
      features,
      rotateRefreshToken: rotate,
      ...(key && { jwks: { keys: [key] } }),
      clients: [{ ...named, ...proven, token_endpoint_auth_method: auth, id_token_signed_response_alg: alg, ...client }],
    };
  }

  function handle(request, response, answer) {
    const [path] = request.url.split("?");
    asked.push(path);
    if (!iss) forgetIssuer(path, response);
    if (trouble[path]) return trouble[path](request, response, answer);
    answer(request, response);
  }
}

/** What goes wrong, for `trouble`. */
export const broken = {
  down: (request) => request.socket.destroy(),
  silent: () => {},
  failing: (_, response) => response.writeHead(500, { "content-type": "text/plain" }).end("out of order"),
  saying: (status, body) => (_, response) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)),
  large: (_, response) => response.writeHead(200, { "content-type": "application/json" }).end(`{"a":"${"a".repeat(5 << 20)}"}`),
  late: (milliseconds) => (request, response, answer) => setTimeout(() => answer(request, response), milliseconds),
};

const toml = (table) =>
  Object.entries(table).filter(([, value]) => value !== undefined).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`).join("");

/** A provider in a policy. `keys`: its keys that are not the usual ones; undefined leaves one out. */
export const provided = (url, keys = {}, name = NAME) =>
  `[providers.${name}]\n${toml({ issuer: url, client_id: CLIENT.id, secret: "CORP_SECRET", label: "Example Corp", scope: ["openid", "email", "profile", "groups"], ...keys })}`;

/** A route for those whom providers signed in. `more`: further keys. */
export const inside = ({ name = "inside", providers = [NAME], more = "" } = {}) => `
[[routes]]
name = "${name}"
path = "/${name}/*"
methods = ["GET", "HEAD", "POST"]
accept = ["session"]
providers = ${JSON.stringify(providers)}
headers = { X-User-Email = "email", X-User-Name = "name", X-User-Groups = "groups" }
${more}
forward = { origin = "demo" }
`;

/** The demo's policy with one provider, and a route for those whom it signed in. */
export const policyWith = (url, keys, more) => demoPolicy(provided(url, keys), inside({ more }));

/** What a header field with a claim says: what a field cannot hold stands there percent-encoded. */
export const said = (fields, name) => fields.get(name) && decodeURIComponent(fields.get(name));

/** The public half of the gate's first identity key, as a provider has it of its client. */
function identityKey() {
  const { d, ...jwk } = JSON.parse(demoSecrets.EDGEGATE_IDENTITY_KEY_1);
  return { ...jwk, kid: "id-1", use: "sig", alg: "ES256" };
}

async function signingKey(alg) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: "sig", kid: `key-${Math.random().toString(36).slice(2)}` };
}

/** Takes out of an answer what RFC 9207 put into it. */
function forgetIssuer(path, response) {
  const { end } = response;
  response.end = (body, ...rest) => {
    const to = response.getHeader("location");
    if (typeof to === "string" && !response.headersSent) response.setHeader("location", to.replace(/&iss=[^&]*/, ""));
    if (path === DISCOVERY && body) {
      const { authorization_response_iss_parameter_supported: _, ...others } = JSON.parse(body);
      body = JSON.stringify(others);
      response.setHeader("content-length", Buffer.byteLength(body));
    }
    return end.call(response, body, ...rest);
  };
}
