// Stands before the gateway's own entry on a developer's machine. Nothing of the gateway is replaced: a line of its log also says
// of which request it speaks, which the gateway itself never writes down.
import { AsyncLocalStorage } from "node:async_hooks";
import Gateway from "./index.js";

export { Ledger } from "./index.js";

const requests = new AsyncLocalStorage();
const { log } = console;
console.log = (...words) => {
  const seen = requests.getStore();
  const [text] = words;
  if (!seen || typeof text !== "string" || !text.startsWith('{"edgegate":"')) return log(...words);
  log(`${text.slice(0, -1)},"dev":${JSON.stringify({ method: seen.method, url: seen.url, ms: Date.now() - seen.at })}}`);
};

export default {
  fetch(received, env, context) {
    // Who reaches a socket on loopback is on this machine. The platform's edge says so of every client.
    const request = received.headers.has("cf-connecting-ip") ? received : from("127.0.0.1", received);
    const { method, url } = request;
    return requests.run({ method, url, at: Date.now() }, () => new Gateway(context, env).fetch(request));
  },
};

function from(address, request) {
  const headers = new Headers(request.headers);
  headers.set("cf-connecting-ip", address);
  return new Request(request, { headers });
}
