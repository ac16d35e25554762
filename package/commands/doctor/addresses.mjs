// Which addresses a policy has: nothing else is called.
import { readFileSync } from "node:fs";

const presets = JSON.parse(readFileSync(new URL("../../templates/presets.json", import.meta.url), "utf8"));

/**
 * `policy`: as an object; `report`: the tool's report on it. Answers with
 *   gateway    its public address
 *   origins    [{ name, url, path }]; `path`: one that a guarded route leads to, as the origin sees it
 *   providers  [{ name, issuer, document }]; `document`: where its discovery document is, undefined if it has none
 *   keys       [{ name, url, document, issuer }] of issuers of tokens: where their keys are, or what names the place
 */
export function addressesOf(policy, report) {
  const origins = Object.entries(policy.origins ?? {}).filter(([, { url }]) => url).map(([name, { url }]) => ({ name, url, path: guardedPath(name, policy, report) }));
  return { gateway: policy.gateway.issuer, origins, providers: providersOf(policy), keys: issuersOf(policy) };
}

function guardedPath(origin, policy, report) {
  const route = report.routes.find((one) => one.origin === origin && !one.accept.includes("none"));
  if (!route) return undefined;
  const written = policy.routes.find(({ name }) => name === route.name);
  return (written?.forward?.path ?? route.path).replace(/\*$/, "");
}

function providersOf(policy) {
  return Object.entries(policy.providers ?? {}).flatMap(([name, provider]) => {
    const { preset, authorization_endpoint: plain } = provider;
    return tenantsOf(provider, provider.issuer ?? presets.providers[preset]).map((issuer) => {
      const has = !plain && !presets.undocumented.includes(preset);
      return { name, issuer, document: has ? documentOf(issuer, presets.below[preset]) : undefined };
    });
  });
}

function issuersOf(policy) {
  return Object.entries(policy.issuers ?? {}).flatMap(([name, table]) => {
    const preset = presets.issuers[table.preset] ?? {};
    const origin = policy.origins?.[table.origin];
    return tenantsOf(table, table.issuer ?? preset.issuer).flatMap((issuer) => {
      if (table.introspection) return [];
      if (table.discovery) return [{ name, issuer, document: documentOf(issuer) }];
      const keys = table.jwks ?? preset.keys;
      if (!keys || (table.origin && !origin?.url)) return [];
      const url = /^https:/.test(keys) ? keys : table.jwks ? `${origin?.url ?? new URL(issuer).origin}${keys}` : `${issuer.replace(/\/$/, "")}${keys}`;
      return [{ name, issuer, url }];
    });
  });
}

/** An issuer for each tenant; one with several is known by the first. */
const tenantsOf = ({ tenants }, issuer) => (issuer?.includes("{tenant}") ? (tenants ?? []).slice(0, 1).map((tenant) => issuer.replace("{tenant}", tenant)) : issuer ? [issuer] : []);

/** OpenID Connect Discovery, section 4. */
const documentOf = (issuer, below = "") => `${issuer.replace(/\/$/, "")}${below}/.well-known/openid-configuration`;
