// An OpenID provider, as an organisation has one: it knows the people of the demo, their names and their groups, and signs them
// in for the gate. The gate's policy knows it as [providers.demo]. `npm start` starts it on 127.0.0.1:8789 (main.mjs).
//
//   /.well-known/openid-configuration   what a client reads to find its way
//   /auth, /request, /token, /me        authorization, pushed requests (PAR), tokens, userinfo
//   /session/end                        ends the sign-in here, and tells the gate (back-channel logout)
//   /sign-in/…                          the page that asks who somebody is                      sign-in.mjs, pages.mjs

import http from "node:http";
import Provider from "oidc-provider";
import { PEOPLE } from "../origin/people.js";
import { configuration, gateAsClient, PROVIDER_PORT } from "./configuration.mjs";
import { signIn } from "./sign-in.mjs";

/**
 * Starts it on loopback.
 *   gates      addresses of the gate, to which it sends browsers back
 *   people     whom it knows; who is taken from the list is gone at once
 *   host       what its address says instead of 127.0.0.1
 *   configure  changes the configuration before it is used; `handle` stands before every request
 * Answers with its address, `stop`, `restart`: the same with another configuration, and `remembered(kind)`: ids of what it stores.
 */
export async function startProvider({ port = PROVIDER_PORT, host = "127.0.0.1", gates = ["http://127.0.0.1:8787"], people = PEOPLE, configure = (usual) => usual, handle } = {}) {
  let answer;
  const server = http.createServer((request, response) => (handle ? handle(request, response, answer) : answer(request, response)));
  await new Promise((resolve, reject) => server.once("error", reject).listen({ host: "127.0.0.1", port }, resolve));
  const url = `http://${host}:${server.address().port}`;

  let settings = configure(configuration({ people, clients: [gateAsClient(gates)] }));
  open();

  function open() {
    const provider = new Provider(url, settings);
    provider.on("server_error", (_, error) => console.error(error));
    const callback = provider.callback();
    answer = (request, response) => (request.url.startsWith("/sign-in/") ? signIn(provider, people, request, response) : callback(request, response));
  }

  return {
    url,
    remembered: (kind) => settings.adapter.ids(kind),
    restart: (change) => ((settings = change(settings)), open()),
    stop: () => (server.close(), server.closeAllConnections()),
  };
}
