// A WebSocket through the gateway, as a page of the site opens one.
import WebSocket from "ws";

/** Says `text`, if anything, and answers with what comes back first; with the status where it is refused. */
export function say(visitor, path, text, { origin = visitor.gate.address, protocol = [] } = {}) {
  const url = new URL(path, visitor.gate.address);
  const headers = { ...visitor.gate.headersFor(url), origin, cookie: visitor.cookieFor(path) ?? "" };
  const socket = new WebSocket(`ws://127.0.0.1:${visitor.gate.port}${url.pathname}`, protocol, { headers, handshakeTimeout: 10_000 });
  return new Promise((resolve, reject) => {
    socket.on("open", () => text && socket.send(text));
    socket.on("message", (answer) => (socket.close(), resolve(answer.toString())));
    socket.on("unexpected-response", (_, answer) => (socket.terminate(), resolve(answer.statusCode)));
    socket.on("error", reject);
  });
}
