// An ordinary Express site: sessions, a CSRF token, an upload, a WebSocket for who is logged in. What docs/origins.md tells an operator
// to set comes from SITE_LINES, so that the tests can see the site with and without it.
import http from "node:http";
import { csrfSync } from "csrf-sync";
import express from "express";
import session from "express-session";
import multer from "multer";
import { WebSocketServer } from "ws";

const { SITE_LINES: lines = "", SITE_CANONICAL: canonical, SITE_SECURE: secure } = process.env;
const app = express();
new Function("app", lines)(app);
if (canonical) app.use(toCanonicalHost);
const sessions = session({ secret: "only for this test", resave: false, saveUninitialized: true, cookie: { secure: Boolean(secure), sameSite: "lax" } });
const { csrfSynchronisedProtection, generateToken } = csrfSync({ getTokenFromRequest: (request) => request.body?._csrf });
app.use(sessions);
app.use(express.urlencoded({ extended: false }));

const field = (request) => `<input type="hidden" name="_csrf" value="${generateToken(request)}">`;
const page = (response, body) => response.type("html").send(`<!doctype html><title>Express</title>${body}`);
const user = (request, response, next) => (request.session.user ? next() : response.redirect("/login"));

app.get("/seen", (request, response) => response.json({ url: `${request.protocol}://${request.host}${request.originalUrl}`, secure: request.secure, address: request.ip }));
app.get("/login", (request, response) => page(response, `<form method="post" action="/login">${field(request)}<input name="user"><button>Log in</button></form>`));
app.post("/login", csrfSynchronisedProtection, (request, response) => {
  const { user: name } = request.body;
  request.session.regenerate(() => {
    request.session.user = name;
    response.redirect(`${request.protocol}://${request.host}/account`);
  });
});
app.get("/account", user, (request, response) =>
  page(response, `<h1>${request.session.user}</h1><p>${request.session.file ?? "no file"}</p><form method="post" action="/upload" enctype="multipart/form-data">${field(request)}<input type="file" name="file"><button>Send</button></form>`));
app.post("/upload", user, multer().single("file"), csrfSynchronisedProtection, (request, response) => {
  request.session.file = `${request.file.originalname}: ${request.file.size} bytes`;
  response.redirect(303, "/account");
});

/** Every address of the site but its own leads to its own, as many sites have it. */
function toCanonicalHost(request, response, next) {
  const wanted = new URL(request.originalUrl, canonical);
  return `${request.protocol}://${request.host}` === wanted.origin ? next() : response.redirect(301, wanted.href);
}

const server = http.createServer(app);
const sockets = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, socket, head) => sessions(request, {}, () => {
  if (!request.session.user) return socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
  return sockets.handleUpgrade(request, socket, head, (client) => client.on("message", (text) => client.send(`${request.session.user} says ${text}`)));
}));
server.listen(Number(process.env.PORT), "127.0.0.1");
