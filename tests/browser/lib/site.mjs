// A site of somebody else's: pages by their path, under a port of its own.

import http from "node:http";

/**
 * `pages`: path to [content type, body]; every other path is an empty page. `host` is what its address says, for a browser
 * that finds it on this machine.
 */
export async function startSite(pages = {}, { host = "127.0.0.1" } = {}) {
  const server = http.createServer((request, response) => {
    const [type, body] = pages[request.url.split("?")[0]] ?? ["text/html", "<!doctype html><title>a site</title>"];
    response.setHeader("content-type", type).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://${host}:${server.address().port}`, stop: () => (server.close(), server.closeAllConnections()) };
}
