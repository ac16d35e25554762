// The gateway's real build in workerd, in front of one site, under a public address as a deployment has it: https on the
// standard port, and another host than the site's. TLS is what Cloudflare's edge terminates before a Worker, so here the
// scheme is said to the Worker that `wrangler dev` puts in front; `own` requests go to workerd's own socket, over http.
import { startGateway } from "../../e2e/lib/gateway.mjs";

export const PUBLIC = "https://www.example.org";
// The demo's keys are published, so they work on loopback only.
export const secrets = { EDGEGATE_SEAL_KEY: "sites-seal-key-0123456789abcdef0123456789" };
const LOCAL = "http://127.0.0.1:8787";

/**
 * `url`: where the site is. `routes`: the routes' part of the policy, where it is other than one open route; `origin`: more
 * keys of the origin's table; `gateway`: of the gateway's. `own`: over http at workerd's own socket.
 */
export async function startGate(url, { own = false, ...more } = {}) {
  const address = own ? LOCAL : PUBLIC;
  const gateway = await startGateway({ gate: { policy: policyFor(url, { address, ...more }), secrets } });
  const headersFor = (to) => (own ? {} : { "mf-original-url": to.href });
  const client = own ? gateway.gate : await gateway.entry({ host: new URL(address).host });
  return {
    address,
    gateway,
    port: client.port,
    /** The path of a link that opens a session of the gateway's on the route `guarded`. */
    async nonce(path) {
      const { url } = await gateway.gate.admin("nonce", { subject: "1001002", route: "guarded", path });
      return url.slice(new URL(url).origin.length);
    },
    /** What says the address that was asked for, beside the Host field. */
    headersFor: (to) => ({ host: to.host, ...headersFor(to) }),
    send: (method, to, { headers, body } = {}) =>
      client.request(method, to.pathname + to.search, { body, headers: { ...headers, ...headersFor(to) } }),
    async stop() {
      client.close();
      await gateway.stop();
    },
  };
}

const METHODS = `["GET", "HEAD", "POST"]`;

/** One open route. */
export const open = (path, name = "site") => `
[[routes]]
name = "${name}"
path = "${path}"
methods = ${METHODS}
accept = ["none"]
forward = { origin = "site" }
`;

/** A folder that needs a session of the gateway's, and the rest open. */
export const guarded = (folder) => `
[[routes]]
name = "guarded"
path = "${folder}/*"
methods = ${METHODS}
accept = ["nonce", "session"]
forward = { origin = "site" }
${open("/*")}`;

/** The policy for a site at this address. */
export const policyFor = (url, { address = PUBLIC, routes = open("/*"), origin = "", gateway = "" } = {}) => `
version = 1

[gateway]
issuer = "${address}"
${gateway}

[origins.site]
url = "${url}"
${origin}

[keys.seal-1]
secret = "EDGEGATE_SEAL_KEY"
use = "seal"

[session]
keys = ["seal-1"]

[nonce]
keys = ["seal-1"]

[admin]
secret = "EDGEGATE_ADMIN_KEY"
allow = ["127.0.0.1/32"]
${routes}`;
