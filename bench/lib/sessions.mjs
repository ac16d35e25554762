// Requests with a session: one that says whose it is, and one that a provider opened, with what that said of the person.

import { PEOPLE } from "../../demo/origin/people.js";
import { startProvider } from "../../demo/provider/server.mjs";
import { Client } from "../../tests/e2e/lib/client.mjs";
import { Visitor } from "../../tests/e2e/lib/visitor.mjs";
import { asAdmin, HOST, signedLink, withTarget, withValues } from "./requests.mjs";

// A request with a session that a nonce opened.
export async function plainSession(port) {
  const { url } = await asAdmin(port, "nonce", { subject: PEOPLE[0].subject, route: "account" });
  return visited(port, "/account/profile?v=2", (browser) => browser.go(url));
}

// A request with a session that the demo's provider opened: claims, a rule that reads them, and three header fields.
export async function sessionWithClaims(port) {
  // That of another demo does as well.
  const provider = await startProvider().catch((error) => (error.code === "EADDRINUSE" ? undefined : Promise.reject(error)));
  try {
    return await visited(port, "/members/profile?v=2", (browser) => browser.enter("/members/", PEOPLE[0]));
  } finally {
    provider?.stop();
  }
}

async function visited(port, target, visit) {
  const gate = new Client({ name: "edgegate", port, seen: new Set(), host: HOST });
  const browser = new Visitor(gate);
  await visit(browser);
  gate.close();
  const [session] = browser.jar.filter(({ name }) => name === "edgegate");
  if (session === undefined) throw new Error(`no session was opened:\n${browser.trail.map(({ url, status }) => `${status} ${url}`).join("\n")}`);
  const request = withTarget(signedLink(), () => target);
  const [, others] = request.headers.find(([name]) => name === "Cookie");
  return withValues(request, { Cookie: `${others}; edgegate=${session.value}` });
}
