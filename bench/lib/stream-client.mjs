// The transfers of stream.mjs. Each calls `report` with the number of bytes that have passed so far, and fails when not all
// of them arrive.

import { request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import { zeroCopyChunks } from "./stream-origin.mjs";
import { HOST, signedLink } from "./requests.mjs";

export async function download(port, size, report) {
  const response = await send(port, { path: signedLink("/files/big.bin", `n=${size}`).target });
  let passed = 0;
  for await (const chunk of response) {
    passed += chunk.length;
    report(passed);
  }
  if (response.statusCode !== 200 || passed !== size) throw new Error(`${response.statusCode} with ${passed} bytes of ${size}`);
}

export async function upload(port, size, token, report) {
  const headers = { ...(token && { Authorization: `Bearer ${token}` }), "Content-Length": size };
  const response = await send(port, { method: "POST", path: "/me/upload", headers }, counted(size, report));
  const text = await read(response);
  if (response.statusCode !== 200 || text !== String(size)) throw new Error(`${response.statusCode}: ${text.slice(0, 300)}`);
}

// A Bearer token from the gateway's own admin API; none where no gateway asks for one.
export async function mintToken(port, wanted) {
  if (!wanted) return undefined;
  const body = JSON.stringify({ subject: "1001002", client: "demo", scope: "read" });
  const headers = {
    Authorization: "Bearer demo-admin-key-0123456789abcdef",
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
  };
  const response = await send(port, { method: "POST", path: "/.edgegate/admin/token", headers }, [Buffer.from(body)]);
  const text = await read(response);
  if (Math.floor(response.statusCode / 100) !== 2) throw new Error(`no token was minted: ${response.statusCode} ${text.slice(0, 300)}`);
  return JSON.parse(text).access_token;
}

// The admin API is open to this machine only, and the gateway knows clients by the address that the edge states.
const EDGE = { Host: HOST, "CF-Connecting-IP": "127.0.0.1" };

function send(port, options, chunks = []) {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, ...options, headers: { ...EDGE, ...options.headers } });
    request.on("response", resolve).on("error", reject);
    Readable.from(chunks).pipe(request);
  });
}

async function read(response) {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return text;
}

// What has been handed to the connection counts as passed: the connection holds little.
function* counted(size, report) {
  let passed = 0;
  for (const chunk of zeroCopyChunks(size)) {
    yield chunk;
    passed += chunk.length;
    report(passed);
  }
}
