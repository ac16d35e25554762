// A person whose browser can sign in by NTLM at one web server, as in a Windows domain, and nowhere else.

export { startNtlm, users } from "../../e2e/lib/ntlm.mjs";

/**
 * Options for `visit`. Chromium's own NTLM does the rest, on redirects too, where the server offers NTLM by that name:
 * for Negotiate it wants a Kerberos library. Without them, or at another server, `goto` fails in place of showing the 401.
 */
export const whoIs = ({ name, password }, server) => ({ httpCredentials: { username: name, password, origin: server.url } });
