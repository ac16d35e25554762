// An ordinary site at an address of its own, as many stand behind a gateway: it knows nothing of one. It redirects to the
// address that it has itself, and sets cookies for its own host and path. `npm start` starts it on 127.0.0.1:8790.
//
//   /inner/old       redirects to /inner/new by its own address
//   /inner/moved     redirects by a path alone
//   /inner/sign-in   sets two cookies and redirects to /inner/home
//   /inner/later     a page that leads on by itself, and links to others in its head
//   /inner/away      redirects to another site
//   anything else    what arrived, as JSON

import { createHash } from "node:crypto";
import http from "node:http";

/** Where the demo's policy says it is. */
export const SITE_PORT = 8790;

/** Starts it on loopback. Answers with its address, `stop`, and `unref`: then it ends with its process. */
export async function startSite(port = SITE_PORT) {
  const server = http.createServer(answer);
  await new Promise((resolve, reject) => server.once("error", reject).listen({ host: "127.0.0.1", port }, resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    unref: () => server.unref(),
    stop: () => (server.close(), server.closeAllConnections()),
  };
}

function answer(request, response) {
  const own = `http://${request.headers.host}`;
  const [path, query] = request.url.split("?");
  const kept = query === undefined ? "" : `?${query}`;
  switch (path) {
    case "/inner/old":
      return go(302, `${own}/inner/new${kept}`);
    case "/inner/moved":
      return go(301, `/inner/new${kept}`);
    case "/inner/sign-in":
      response.setHeader("set-cookie", ["visitor=jo; Path=/inner; HttpOnly", "theme=dark; Domain=127.0.0.1; Path=/inner/"]);
      return go(303, `${own}/inner/home`);
    case "/inner/later":
      response.writeHead(200, { "content-type": "text/plain", refresh: `0; url=${own}/inner/new`, link: `<${own}/inner/style.css>; rel=preload, </inner/next>; rel="next"` });
      return response.end("It leads on by itself.\n");
    case "/inner/away":
      return go(302, "https://www.example.org/");
    default:
      return echo();
  }

  function go(status, location) {
    request.resume();
    response.writeHead(status, { location }).end();
  }

  // The same members as the demo's other origin has.
  async function echo() {
    const digest = createHash("sha256");
    let length = 0;
    try {
      for await (const chunk of request) {
        digest.update(chunk);
        length += chunk.length;
      }
    } catch {
      return response.destroy(); // the client left
    }
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
    const received = { method: request.method, url: own + request.url, headers, body_sha256: digest.digest("hex"), body_length: length };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(`${JSON.stringify(received, null, 2)}\n`);
  }
}
