// A site that asks for a person's consent: a page with a link, and the address where the browser comes back.

import http from "node:http";
import { client } from "../../e2e/lib/oauth.mjs";
import { JO, urlencoded } from "../../e2e/lib/luminate.mjs";

/** `link`: where its page leads, when it is set. `next`: where its callback sends the browser on to, if anywhere. */
export async function startApp() {
  const came = [];
  const app = {
    link: "",
    next: undefined,
    /** What came to the callback since the last call: parameters and the Referer field. */
    takeCame: () => came.splice(0),
    stop: () => (server.close(), server.closeAllConnections()),
  };
  const server = http.createServer(({ url, headers }, response) => {
    const { pathname, searchParams } = new URL(url, app.url);
    const show = (body) => response.setHeader("content-type", "text/html").end(`<!doctype html><title>the app</title>${body}`);
    if (pathname !== "/cb") return show(`<a href="${app.link.replaceAll("&", "&amp;")}">Connect</a>`);
    came.push({ ...Object.fromEntries(searchParams), referer: headers.referer });
    return app.next === undefined ? show("<h1>Back at the app</h1>") : response.writeHead(302, { location: app.next }).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  app.url = `http://127.0.0.1:${server.address().port}`;
  app.callback = `${app.url}/cb`;
  // Both of the demo's clients come back to it.
  const change = ['redirect_uris = ["http://127.0.0.1:8788/cb"]', `redirect_uris = ["${app.callback}"]`];
  app.changes = [change, change];
  return app;
}

/** Where a client sends the browser. `params`: what is changed of an ordinary request; undefined leaves out. */
export function asking(address, app, params = {}) {
  const fields = { response_type: "code", client_id: client.id, redirect_uri: app.callback, ...params };
  return `${address}/oauth/?${urlencoded(fields)}`;
}

/** Fills in the sign-in form that the page shows, and sends it. */
export async function signIn(page, { user_name, password } = JO) {
  await page.getByLabel("User name or e-mail").fill(user_name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Notes what the page and its context hold of credentials, for the test of the log; gives the token of the form. */
export async function noted(gateway, page, context) {
  const consent = await page.locator("input[name=consent]").getAttribute("value");
  for (const { value } of await context.cookies()) gateway.seen.add(value);
  gateway.seen.add(consent);
  return consent;
}
