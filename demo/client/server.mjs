// An OAuth client's page, as an application has one that asks for a person's consent: it sends the browser to the gate, shows
// what came back, exchanges it for tokens, and calls the API with them. By links and forms, without script. `npm start` starts
// it on 127.0.0.1:8788, where the demo's policy says that its two clients are.
//
//   /            the two clients, each with a link that begins
//   /begin       to the gate's consent page, with a `state` of this browser's, and PKCE
//   /cb          what came back, and a button that exchanges the code
//   /exchange, /refresh, /call   what the buttons do                                  walk.mjs
//   /tokens, /answer             what came of it                                      pages.mjs

import { randomBytes } from "node:crypto";
import http from "node:http";
import { answerPage, callbackPage, lostPage, startPage, tokensPage } from "./pages.mjs";
import { begin, call, cameBack, CLIENTS, exchange, refresh } from "./walk.mjs";

/** Where the demo's policy says it is. */
export const CLIENT_PORT = 8788;

const COOKIE = "demo-client";
const MOST = 100; // browsers that are remembered

/**
 * Starts it on loopback. `gate`: the gate's address; `issuer`: the name that it has in its policy. Answers with its address, `stop`, and
 * `unref`: then it ends with its process.
 */
export async function startClient({ port = CLIENT_PORT, gate = "http://127.0.0.1:8787", issuer = gate } = {}) {
  const browsers = new Map();
  const server = http.createServer((request, response) => {
    request.resume();
    answer(request, response).catch((error) => send(response, answerPage({ problem: `The gate does not answer: ${error.message}` }), 502));
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen({ host: "127.0.0.1", port }, resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    url,
    unref: () => server.unref(),
    stop: () => (server.close(), server.closeAllConnections()),
  };

  async function answer(request, response) {
    const { pathname, searchParams } = new URL(request.url, url);
    const id = new RegExp(`(?:^|; *)${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? "")?.[1];
    const walk = browsers.get(id);
    switch (`${request.method} ${pathname}`) {
      case "GET /":
        return send(response, startPage(gate));
      case "GET /begin":
        return start(searchParams.get("client"));
      case "GET /cb":
        return send(response, callbackPage(cameBack(walk, issuer, searchParams), issuer));
      case "POST /exchange":
        return go(exchange, "/tokens");
      case "POST /refresh":
        return go(refresh, "/tokens");
      case "POST /call":
        return go(call, "/answer");
      case "GET /tokens":
        return send(response, walk?.tokens ? tokensPage(walk) : lostPage());
      case "GET /answer":
        return send(response, walk?.answer ? answerPage(walk.answer) : lostPage());
      default:
        return send(response, lostPage(), 404);
    }

    function start(name) {
      if (!(name in CLIENTS)) return send(response, lostPage(), 404);
      const made = begin(name, gate, `${url}/cb`);
      const browser = randomBytes(18).toString("base64url");
      browsers.delete(id);
      browsers.set(browser, made);
      if (browsers.size > MOST) browsers.delete(browsers.keys().next().value);
      response.setHeader("set-cookie", `${COOKIE}=${browser}; Path=/; HttpOnly; SameSite=Lax`);
      return redirect(made.address);
    }

    /** Does what a button is for, and shows it at an address of its own: reloading that does nothing again. */
    async function go(what, to) {
      const site = request.headers["sec-fetch-site"];
      if (walk === undefined || (site !== undefined && site !== "same-origin")) return send(response, lostPage(), 400);
      walk.answer = await what(walk, gate);
      return redirect(walk.answer.problem ? "/answer" : to);
    }

    function redirect(location) {
      response.writeHead(303, { location, "cache-control": "no-store" }).end();
    }
  }
}

async function send(response, page, status = 200) {
  const { body, headers } = await page;
  response.writeHead(status, headers).end(body);
}
