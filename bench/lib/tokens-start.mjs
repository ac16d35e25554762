// A contender of tokens.mjs, brought to life: its Worker, the origin and the issuer behind it, and the tokens that it is sent.

import { sendOne } from "./client.mjs";
import { HOST, mintedToken, signedLink } from "./requests.mjs";
import { AUDIENCE, ISSUER } from "./tokens-jwt.mjs";
import { bundled, gateway, Skip, start } from "./workers.mjs";

// Of a browser too, without the token: withToken adds it.
const PLAIN = { ...signedLink(), target: "/me/profile?v=2" };

export function withToken(token, more = []) {
  const authorization = token === undefined ? [] : [["Authorization", `Bearer ${token}`]];
  return { ...PLAIN, headers: [...PLAIN.headers, ...more, ...authorization] };
}

// `issuer` and `jwts` are those of the part, of which the first `count` are sent; without them the contender makes as many
// tokens of its own.
export async function startContender(contender, { issuer, jwts, count }) {
  const jwks = { JWKS: issuer?.jwks ?? { keys: [] } };
  const isGateway = contender.worker === "edgegate";
  const worker = isGateway ? gateway({ policy: contender.policy, services: { IDP: "idp" }, folder: contender.folder }) : await peer(contender, issuer, jwks);
  const running = await start({ ...worker, inspector: contender.inspector }, await bundled("origin", "origin.js"), await bundled("idp", "tokens-idp.js", jwks));
  try {
    if (isGateway) await demandItsPolicy(running.port);
    const tokens = jwts?.slice(0, contender.tokens ?? count) ?? (await ownTokens(contender, running.port, count));
    return { ...contender, ...running, tokens, next: 0 };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

async function peer({ worker, bindings }, issuer, jwks) {
  const foreign = issuer ? { ALGORITHM: issuer.alg, AUDIENCE, ISSUER, ...jwks } : {};
  return {
    ...(await bundled("contender", worker, { ...foreign, ...bindings })),
    kvNamespaces: { OAUTH_KV: "oauth" },
    serviceBindings: { ORIGIN: "origin" },
  };
}

// A build of before [issuers] refuses every request; what is open to everybody tells that from a token that is refused.
async function demandItsPolicy(port) {
  const { status } = await sendOne(port, { ...PLAIN, target: "/" });
  if (status === 503) throw new Skip("the gateway in demo/build does not take the policy of this row");
  if (status !== 200) throw new Error(`the gateway answered ${status} where no token is due`);
}

async function ownTokens({ worker }, port, count) {
  if (worker === "passthrough.js") return ["nobody-looks-at-this-token"];
  if (worker === "edgegate") {
    const tokens = [];
    while (tokens.length < count) tokens.push(bearer(await mintedToken(port)));
    return tokens;
  }
  const answer = await sendOne(port, { method: "GET", target: `/bench/tokens?count=${count}`, headers: [["Host", HOST]] });
  if (answer.status !== 200) throw new Error(`no tokens were made: ${answer.status} ${answer.body.slice(0, 300)}`);
  return JSON.parse(answer.body);
}

function bearer({ headers }) {
  return headers.find(([name]) => name === "Authorization")[1].slice("Bearer ".length);
}
