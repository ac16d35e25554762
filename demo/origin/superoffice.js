// SuperOffice's WebApi: a contact as its documentation shows one, with what was received beside it, and a page whose form
// holds the tag that becomes the token of the visitor's session.

import { describe } from "./echo.js";
import { HTML, contentSecurityPolicy, frame, json } from "./page.js";

export const isContact = (pathname) => /^\/api\/v1\/Contact\/2\/?$/.test(pathname);
export const isPanel = (request, pathname) => pathname === "/SuperOffice/panel" && ["GET", "HEAD"].includes(request.method);

export async function contact(request) {
  return json(`${JSON.stringify({ ...CONTACT, received: await describe(request) }, null, 2)}\n`);
}

export async function panel(request) {
  const headers = { "Content-Type": HTML, "Content-Security-Policy": await contentSecurityPolicy({ formAction: "'self'" }) };
  // Not `no-referrer`: a form sent from such a page says that it comes from nowhere (`Origin: null`).
  headers["Referrer-Policy"] = "same-origin";
  return new Response(request.method === "HEAD" ? null : frame("A panel", MAIN), { headers });
}

const CONTACT = { ContactId: 2, Name: "SuperOffice AS", Department: "", Country: { CountryId: 578, Name: "Norway" } };

const MAIN = `
<p class="lead">The gateway puts the token of your session into this form as it passes. Without it the form would be
refused, and so would one on another site. It works without script.</p>
<form action="/SuperOffice/panel" method="post">
[[XSRF_TOKEN]]
<label for="note">A note</label>
<input type="text" id="note" name="note" value="called back" autocomplete="off">
<button type="submit">Send</button>
</form>`;
