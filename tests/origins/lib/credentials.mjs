// Credentials that open the routes of this suite: tokens and sessions from the gate itself, links and redirects signed here.
import { link, redirect } from "../../e2e/lib/sign.mjs";
import { Connection } from "./connection.mjs";
import { secrets } from "./gates.mjs";

const HOST = "127.0.0.1:8787";
const SCOPES = ["read", "panel", "vault", "admin", "api", ""];

/** { tokens: [{ text, scope, subject }], sessions: [{ text, xsrf, subject }], live: every text of these }. */
export async function mint(port) {
  const connection = new Connection(port);
  try {
    const tokens = [];
    for (const scope of SCOPES) {
      const subject = `holder-of-${scope || "nothing"}`;
      const { access_token: text } = await admin(connection, "token", { subject, client: "origins", ...(scope && { scope }) });
      tokens.push({ text, scope: scope ? [scope] : [], subject });
    }
    const sessions = [];
    for (const subject of ["visitor-one", "visitor-two"]) sessions.push({ subject, ...(await session(connection, subject)) });
    return { tokens, sessions, live: [...tokens.map(({ text }) => text), ...sessions.flatMap(({ text, xsrf }) => [text, xsrf])] };
  } finally {
    connection.close();
  }
}

export const signedLink = (path, query, { method, host }) => link(path, query, { method, host, key: secrets.EDGEGATE_LINK_KEY });
export const signedRedirect = (path, query) => redirect(path, query, { secret: secrets.CONVIO_API_SECRET_KEY });

async function session(connection, subject) {
  const { url } = await admin(connection, "nonce", { subject, route: "account" });
  const { pathname, search } = new URL(url);
  const answer = await connection.send(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${HOST}\r\nAccept: text/html\r\n\r\n`, false);
  const value = (name) => new RegExp(`(?:^|\n)${name}=([^;]+)`).exec(answer.cookies.join("\n"))?.[1];
  if (answer.status !== 303) throw new Error(`a nonce opened no session: ${answer.status} ${answer.body}`);
  return { text: value("edgegate"), xsrf: value("XSRF-TOKEN") };
}

async function admin(connection, what, body) {
  const text = JSON.stringify(body);
  const head = [`POST /.edgegate/admin/${what} HTTP/1.1`, `Host: ${HOST}`, `Authorization: Bearer ${secrets.EDGEGATE_ADMIN_KEY}`, "CF-Connecting-IP: 127.0.0.1", "Content-Type: application/json", `Content-Length: ${text.length}`];
  const answer = await connection.send(`${head.join("\r\n")}\r\n\r\n${text}`, false);
  if (answer.status >= 300) throw new Error(`admin ${what}: ${answer.status} ${answer.body}`);
  return JSON.parse(answer.body);
}
