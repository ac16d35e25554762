// What comes back from an origin that knows itself by its own address: the client gets the gateway's, and nothing else changes.
// And what such an origin is told of the client.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import http from "node:http";
import { after, test } from "node:test";
import { demoPolicy, startGateway } from "../lib/gateway.mjs";

// It answers with the header fields that the request names, in these bytes; `OWN` in them is its own address.
const arrived = [];
const server = http.createServer((request, response) => {
  arrived.push({ url: request.url, fields: request.headers });
  request.resume();
  const said = JSON.parse(request.headers["x-say"] ?? "[]").map(([name, value]) => [name, value.replaceAll("OWN", own)]);
  response.writeHead(Number(request.headers["x-status"] ?? 200), said.flat());
  response.end("http://OWN/base/inner/ in a body stays".replace("OWN", own));
});
// A site that wants to be asked for by one name: by Host, or by X-Forwarded-Host where that is there.
const canonical = http.createServer((request, response) => {
  const asked = request.url.startsWith("/by-forwarded") ? request.headers["x-forwarded-host"] ?? request.headers.host : request.headers.host;
  if (asked === canonicalHost) return response.end("content");
  response.writeHead(301, { location: `http://${canonicalHost}${request.url}` }).end();
});
server.on("upgrade", (request, socket) => {
  const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSet-Cookie: a=1; Path=/base/inner\r\n\r\n`);
  socket.write(Buffer.from([0x81, 5, ...Buffer.from("hello")]));
});
for (const one of [server, canonical]) await new Promise((resolve) => one.listen(0, "127.0.0.1", resolve));
const own = `127.0.0.1:${server.address().port}`;
const canonicalHost = `127.0.0.1:${canonical.address().port}`;

const route = (name, forward, accept = ["none"]) => `
[[routes]]
name = "${name}"
path = "/${name}/*"
accept = ${JSON.stringify(accept)}
forward = { ${forward} }`;
const policy = demoPolicy(['explain = true', 'explain = true\nclient_address = ["x-forwarded-for", "x-real-ip", "forwarded"]\nproxies = ["192.0.2.0/28"]'], `
[origins.based]
url = "http://${own}/base"
[origins.canonical]
url = "http://${canonicalHost}"`,
  route("shop", 'origin = "based", path = "/inner/*"'),
  route("plain", 'origin = "based", path = "/inner/*", map = false'),
  route("by-host", 'origin = "canonical"'),
  route("by-forwarded", 'origin = "canonical"'),
  route("by-forwarded-told", `origin = "canonical", set = { X-Forwarded-Host = "${canonicalHost}" }`),
  route("by-forwarded-quiet", 'origin = "canonical", remove = ["X-Forwarded-Host"]'),
  route("private", 'origin = "based", path = "/inner/*"', ["session", "none"]),
);
const gateway = await startGateway({ gate: { policy } });
const { gate } = gateway;
after(async () => {
  for (const one of [server, canonical]) one.close(), one.closeAllConnections();
  await gateway.stop();
});

const GATE = "http://127.0.0.1:8787";

/** The answer's fields of these names, in order. */
async function comesBack(path, said, status = 302) {
  const names = new Set(said.map(([name]) => name.toLowerCase()));
  const answer = await gate.get(path, { "x-say": JSON.stringify(said), "x-status": status });
  assert.equal(answer.status, status);
  const fields = [];
  for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2) {
    const name = answer.rawHeaders[at].toLowerCase();
    if (names.has(name)) fields.push([name, answer.rawHeaders[at + 1]]);
  }
  return fields;
}

const said = [
  ["location", "http://OWN/base/inner/x?y=http://OWN/#f"],
  ["content-location", "https://OWN/base/inner/z"],
  ["refresh", "5; url='/base/inner/later'"],
  ["link", '</base/inner/a.css>; rel=preload, <https://cdn.example/b>; rel="next"'],
  ["set-cookie", "sid=1; Domain=127.0.0.1; Path=/base/inner; HttpOnly; SameSite=Lax"],
  ["set-cookie", "other=a=b; Expires=Wed, 21 Oct 2037 07:28:00 GMT; Path=/"],
  ["set-cookie", "__Host-x=1; Secure; Path=/"],
];

test("addresses of the origin become the gateway's, and cookies are for it", async () => {
  for (const path of ["/shop/a", "/private/a"]) {
    const at = path.split("/")[1];
    assert.deepEqual((await comesBack(path, said)).sort(byName), [
      ["content-location", `${GATE}/${at}/z`],
      ["link", `</${at}/a.css>; rel=preload, <https://cdn.example/b>; rel="next"`],
      ["location", `${GATE}/${at}/x?y=http://${own}/#f`],
      ["refresh", `5; url='/${at}/later'`],
      ["set-cookie", `sid=1; Path=/${at}; HttpOnly; SameSite=Lax`],
      ["set-cookie", "other=a=b; Expires=Wed, 21 Oct 2037 07:28:00 GMT; Path=/"],
      ["set-cookie", "__Host-x=1; Secure; Path=/"],
    ].sort(byName), path);
  }
});

test("what was mapped and is asked for next reaches the address that the origin named", async () => {
  for (const target of ["/base/inner/x?y=%zz&&z", "/base/inner", "/base/inner/", "/base/inner/%20a%C3%A9/b"]) {
    const [[, location]] = await comesBack("/shop/a", [["location", `http://OWN${target}`]]);
    arrived.length = 0;
    await gate.get(location.replace(GATE, ""));
    assert.equal(arrived[0].url, target);
  }
});

test("with map = false nothing changes", async () => {
  const expected = said.map(([name, value]) => [name, value.replaceAll("OWN", own)]);
  assert.deepEqual((await comesBack("/plain/a", said)).sort(byName), expected.sort(byName));
});

test("what is not the origin's own passes byte for byte", async () => {
  for (const location of ["https://www.example.org/", "//www.example.org/base/inner/", "x/y", "?q", "/base/other", "/elsewhere", "http://OWN/", "http://OWN//www.example.org/", "http://user@OWN/base/inner/x", "/base/inner/../x", "/base/inner//x", "/base/inner/a%2Fb", "/base/inner\\x", "\\\\www.example.org/"]) {
    assert.deepEqual(await comesBack("/shop/a", [["location", location]]), [["location", location.replaceAll("OWN", own)]]);
  }
  const two = [["location", "/base/inner/a"], ["location", "/base/inner/b"]];
  assert.doesNotMatch(JSON.stringify(await comesBack("/shop/a", two)), /shop/);
  const answer = await gate.get("/shop/a");
  assert.equal(answer.text, `http://${own}/base/inner/ in a body stays`);
});

test("cookies that stay, stay in their bytes and their place beside one that is mapped", async () => {
  const utf8 = Buffer.from("J\u00e9r\u00f4me").toString("latin1");
  for (const [name, mapped] of [[utf8, "/shop"], ["J\u00e9r\u00f4me", "/base/inner"]]) {
    const bytes = [["set-cookie", `a=${name}; Path=/`], ["set-cookie", "b=2; Path=/base/inner"], ["set-cookie", 'c="x y"; Domain=example.org']];
    const [[, untouched]] = await comesBack("/plain/a", bytes);
    assert.deepEqual((await comesBack("/shop/a", bytes)).map(([, value]) => value), [untouched, `b=2; Path=${mapped}`, 'c="x y"; Domain=example.org']);
  }
});

test("a WebSocket keeps its socket", async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${gate.port}/shop/socket`);
  const got = await new Promise((resolve, reject) => {
    socket.onmessage = ({ data }) => resolve(data);
    socket.onerror = () => reject(new Error("no upgrade"));
  });
  socket.close();
  assert.equal(got, "hello");
});

test("a site that insists on its own name gets it in Host; one that reads X-Forwarded-Host is told what the route says", async () => {
  assert.equal((await gate.get("/by-host/a")).text, "content");
  // This one asks in a circle, as documented.
  const circle = await gate.get("/by-forwarded/a");
  assert.equal(circle.header("location"), `${GATE}/by-forwarded/a`);
  assert.equal((await gate.get("/by-forwarded-told/a")).text, "content");
  assert.equal((await gate.get("/by-forwarded-quiet/a")).text, "content");
});

test("an origin is told one set about the client, whatever the client says", async () => {
  const lies = Object.fromEntries(["X-Forwarded-For", "X_Forwarded_For", "X-Real-IP", "Forwarded", "True-Client-IP", "X-Client-IP", "X-Cluster-Client-IP", "Client-IP", "Fastly-Client-IP", "X-Forwarded-By", "CF_Connecting_IP"].map((name) => [name, "198.51.100.66"]));
  const told = async (headers) => {
    arrived.length = 0;
    await gate.get("/shop/a", headers);
    const { fields } = arrived[0];
    assert.doesNotMatch(JSON.stringify(fields), /198\.51\.100\.66/);
    return ["x-forwarded-host", "x-forwarded-proto", "x-forwarded-for", "x-real-ip", "forwarded"].map((name) => fields[name]);
  };
  const set = (address, node = address) => ["127.0.0.1:8787", "http", address, address, `for=${node};host="127.0.0.1:8787";proto=http`];
  assert.deepEqual(await told({ ...lies, "cf-connecting-ip": "203.0.113.9" }), set("203.0.113.9"));
  assert.deepEqual(await told({ ...lies, "cf-connecting-ip": "2001:DB8::0:1" }), set("2001:db8::1", '"[2001:db8::1]"'));
  assert.deepEqual(await told({ "cf-connecting-ip": "192.0.2.1", "x-forwarded-for": "198.51.100.66, 203.0.113.9, 192.0.2.2" }), set("203.0.113.9"));
  const nobody = ["127.0.0.1:8787", "http", undefined, undefined, 'host="127.0.0.1:8787";proto=http'];
  assert.deepEqual(await told({ "cf-connecting-ip": "192.0.2.1", "x-forwarded-for": "203.0.113.9, unknown" }), nobody);
});

function byName([a], [b]) {
  return a < b ? -1 : a > b ? 1 : 0;
}
