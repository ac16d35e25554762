// A place where every host of the world but this machine's own address is, over http and https: it writes down what it
// gets, every byte, and answers little. The browser needs `sink.flags`.

import { execFileSync } from "node:child_process";
import http from "node:http";
import https from "node:https";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** A key and a certificate that nobody signed, for a browser that is told not to mind. */
export function certificate() {
  const folder = mkdtempSync(path.join(tmpdir(), "edgegate-tls-"));
  try {
    const [key, cert] = ["key.pem", "cert.pem"].map((file) => path.join(folder, file));
    const options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=a.example"];
    execFileSync("openssl", ["req", "-x509", ...options, "-keyout", key, "-out", cert], { stdio: "ignore" });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function startSink() {
  const taken = [];
  const answer = (request, response) => {
    const chunks = [];
    const { method, url, headers, rawHeaders } = request;
    const one = { method, host: headers.host, url, rawHeaders, body: "" };
    taken.push(one);
    request.on("data", (chunk) => (chunks.push(chunk), (one.body = Buffer.concat(chunks).toString())));
    request.on("end", () => {
      const isStyle = headers["sec-fetch-dest"] === "style";
      response.writeHead(200, { "content-type": isStyle ? "text/css" : "text/html", "access-control-allow-origin": "*" });
      response.end(isStyle ? "" : "<!doctype html><title>elsewhere</title>");
    });
  };
  const plain = http.createServer(answer);
  const secure = https.createServer(certificate(), answer);
  // The first byte of a connection says which of the two it is.
  const sockets = new Set();
  const front = net.createServer((socket) => {
    sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
    socket.once("data", (first) => {
      socket.pause();
      socket.unshift(first);
      (first[0] === 0x16 ? secure : plain).emit("connection", socket);
      process.nextTick(() => socket.resume());
    });
  });
  await new Promise((resolve) => front.listen(0, "127.0.0.1", resolve));
  return {
    flags: [`--host-resolver-rules=MAP * 127.0.0.1:${front.address().port}, EXCLUDE 127.0.0.1`, "--ignore-certificate-errors"],
    /** What arrived since the last call. */
    take: () => taken.splice(0),
    stop() {
      front.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
