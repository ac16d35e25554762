// What the demo's provider is, in the words of oidc-provider: its people and their claims, what clients may ask for, and how
// long things live.

import { KEY } from "./key.mjs";
import { errorPage, signedOutPage, signOutPage } from "./pages.mjs";
import { memory } from "./storage.mjs";

/** Where the demo's policy says that the provider is. */
export const PROVIDER_PORT = 8789;

/** The client that the demo's gate is. */
export const CLIENT = { id: "edgegate", secret: "demo-provider-secret-0123456789abcdef" };

const DAY = 24 * 60 * 60;
const SCOPES = ["openid", "email", "profile", "groups", "offline_access"];

/** A gate as a client. `name`: of the provider in its policy. */
export function gateAsClient(gates, name = "demo") {
  return {
    client_id: CLIENT.id,
    client_secret: CLIENT.secret,
    client_name: "Edgegate demo",
    grant_types: ["authorization_code", "refresh_token"],
    redirect_uris: gates.map((gate) => `${gate}/.edgegate/callback/${name}`),
    post_logout_redirect_uris: gates.map((gate) => `${gate}/.edgegate/sign-out`),
    backchannel_logout_uri: `${gates[0]}/.edgegate/logout/${name}`,
    backchannel_logout_session_required: true,
  };
}

/** `people`: as demo/origin/people.js has them; who is taken from that list is gone here at once. */
export function configuration({ people, clients }) {
  return {
    clients,
    adapter: memory(),
    jwks: { keys: [KEY] },
    scopes: SCOPES,
    claims: {
      openid: ["sub"],
      email: ["email", "email_verified"],
      profile: ["name", "preferred_username"],
      groups: ["groups"],
    },
    conformIdTokenClaims: false, // claims stand in the id_token, as most providers have them
    findAccount: (_, id) => account(people.find((person) => person.subject === id)),
    issueRefreshToken: async (_, client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: true,
    loadExistingGrant,
    pkce: { required: () => false },
    clientBasedCORS: () => false,
    interactions: { url: (_, { uid }) => `/sign-in/${uid}` },
    renderError: (ctx, out) => show(ctx, errorPage(out)),
    // An address on this machine is one that oidc-provider's own fetch refuses; the gate has no other here.
    fetch: (url, { dispatcher, ...init }) => fetch(url, init),
    cookies: {
      names: { session: "demo-provider", interaction: "demo-provider-errand", resume: "demo-provider-resume" },
      keys: ["demo-provider-cookies-0123456789abcdef"],
    },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: { enabled: false },
      pushedAuthorizationRequests: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => show(ctx, signOutPage(form)),
        postLogoutSuccessSource: (ctx) => show(ctx, signedOutPage()),
      },
    },
    ttl: { AccessToken: 3600, AuthorizationCode: 60, IdToken: 3600, Interaction: 3600, RefreshToken: 14 * DAY, Session: DAY, Grant: 14 * DAY },
  };
}

/**
 * Whoever signs in lets the client have what it asks for: nobody is asked twice in a demo. There is one grant for a sign-in here,
 * so that what one tab has got goes on when another tab comes.
 */
async function loadExistingGrant({ oidc }) {
  const known = oidc.session.grantIdFor(oidc.client.clientId);
  const earlier = known && (await oidc.provider.Grant.find(known));
  if (earlier) return earlier;
  const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
  grant.addOIDCScope(SCOPES.join(" "));
  await grant.save();
  return grant;
}

function account(person) {
  if (person === undefined) return undefined;
  const { subject, user_name, name, email, email_verified = true, groups } = person;
  return {
    accountId: subject,
    claims: async () => ({ sub: subject, name, preferred_username: user_name, email, email_verified, groups }),
  };
}

async function show(ctx, page) {
  const { body, headers } = await page;
  for (const [field, value] of Object.entries(headers)) ctx.set(field, value);
  ctx.body = body;
}
