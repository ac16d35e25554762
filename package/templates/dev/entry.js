// Stands before the gateway's own entry on a developer's machine. Nothing of the gateway is replaced: a request that was not meant
// for this machine does not reach it, and a line of its log also says of which request it speaks, which the gateway itself never
// writes down.
import { AsyncLocalStorage } from "node:async_hooks";
import { WorkerEntrypoint } from "cloudflare:workers";
import gateway from "./index.js";
import { client, port } from "./dev-settings.js";

export { Ledger } from "./index.js";

const requests = new AsyncLocalStorage();
const { log } = console;
console.log = (...words) => {
  const seen = requests.getStore();
  const [text] = words;
  if (!seen || typeof text !== "string" || !text.startsWith('{"edgegate":"')) return log(...words);
  log(`${text.slice(0, -1)},"dev":${JSON.stringify({ method: seen.method, url: seen.url, ms: Date.now() - seen.at })}}`);
};

/** What the developer's port leads to, and nothing else. */
export class Door extends WorkerEntrypoint {
  fetch(received) {
    if (![received.headers.get("host"), new URL(received.url).host].every(isHere)) return refused(`This is a gateway on a developer's machine: it answers as localhost:${port}, 127.0.0.1:${port} and NAME.localhost:${port} alone.`, 421);
    const request = from(client, received);
    const { method, url } = request;
    return requests.run({ method, url, at: Date.now() }, () => gateway.fetch(request, this.env, this.ctx));
  }
}

/** Miniflare has a port of its own, whose requests say themselves to which address they were sent. */
export default { fetch: () => refused("Nothing is served at this port.", 403) };

const HERE = new RegExp(`^(?:127\\.0\\.0\\.1|localhost|\\[::1\\]|(?:[\\w-]+\\.)+localhost)${port === 80 ? "(?::80)?" : `:${port}`}$`, "i");

/** Another name is one that somebody's DNS leads to this machine, so that a page of theirs could read what is served here. */
const isHere = (host) => HERE.test(host ?? "");

const refused = (text, status) => new Response(`${text}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" } });

/** On the platform its edge says who the client is; here nobody vouches for what a client says. */
function from(address, request) {
  const headers = new Headers(request.headers);
  headers.set("cf-connecting-ip", address);
  return new Request(request, { headers });
}
