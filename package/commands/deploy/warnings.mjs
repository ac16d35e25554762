// What a deployment leaves open, in words for its operator. `config`: what counts of wrangler.toml, as an object.

/** What the starter leaves to be written, where it still stands. */
export function unfinished(config, rules, policy) {
  const left = [];
  if (config.route === undefined && config.routes === undefined) left.push("wrangler.toml names no route: the Worker would be uploaded and nothing would reach it. Write `routes` at the mark (2).");
  if (/^[^#]*\b(?:gate|origin)\.example\.org\b/m.test(rules)) left.push(`${policy} still has the starter's example.org: write the gate's own address (issuer) and your origin's.`);
  if (/^[^#]*"192\.0\.2\.0\/24"/m.test(rules)) left.push(`${policy} still lets 192.0.2.0/24 administer, a network that nobody has: write your own under [admin].`);
  const isHere = /^[^#\n]*\b(?:url|issuer)\s*=\s*"https?:\/\/(?:localhost|127\.[\d.]+|\[::1\])[:/"]/m;
  if (isHere.test(rules)) left.push(`${policy} names an address on this machine: deployed, no Worker reaches it. Write the public one; \`edgegate dev --origin\` stands in for it here.`);
  return left.map((line) => `\nWarning: ${line}\n`).join("");
}

/** Limiters of routes that count otherwise than their names say, and so than the policy does. */
export function otherNumbers(config) {
  const wrong = (config.ratelimits ?? []).flatMap(({ name, simple = {} }) => {
    const [, limit, period] = /^EDGEGATE_RATE_(\d+)_(\d+)$/.exec(name) ?? [];
    return limit === undefined || (simple.limit === Number(limit) && simple.period === Number(period)) ? [] : [name];
  });
  return wrong.map((name) => `\nWarning: the limiter ${name} in wrangler.toml has other numbers than its name says: it is not the rate of the policy.\n`).join("");
}

/** `past`: as filesPastGateway says. */
export const filesPast = (past) => (past ? `\nWarning: ${past.text}. Write:\n${past.todo.replace(/^/gm, "  ")}\n` : "");

/** Addresses beside the routes, which wrangler opens unless it is told not to. */
export function secondDoors(config) {
  const open = ["workers_dev", "preview_urls"].filter((name) => config[name] !== false);
  return open.map((name) => `\nWarning: wrangler.toml lacks \`${name} = false\`: the gate has a second address, which no zone rule guards.\n`).join("");
}

export const openDoors = `
What no code can close; do both once, before real traffic:

  1. The route must fail closed. When the account's daily request limit is reached, Cloudflare by default sends requests past the
     Worker straight to the origin, unchecked. In the dashboard: your zone > Workers Routes > the route > Edit >
     "Request limit failure mode" > Fail closed (block). Do it for every route of this Worker, and again for routes added later.
  2. The origin must answer nobody else. Whoever knows its address walks around the gate. Any one of these closes it:
     a Cloudflare Tunnel with no public address; Authenticated Origin Pulls with a certificate of your own zone (the shared
     one admits every Cloudflare customer); or an origin that checks the signed Edgegate-Jwt on every request. A list of
     Cloudflare's addresses alone is not enough: other customers' Workers have them too.
`;
