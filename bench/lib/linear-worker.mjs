// The dearest requests of strangers, in workerd: what the Worker spends on each, as wasm and with the platform around it.

import { request } from "node:http";
import { threadMicroseconds } from "../../scripts/lib/process.mjs";
import { gateway, start } from "./workers.mjs";

const ORIGIN = { name: "origin", modules: true, script: "export default { fetch: () => new Response('ok') };" };
const REQUESTS = 60;
const FORM = { "content-type": "application/x-www-form-urlencoded" };
const filled = (unit, bytes) => unit.repeat(Math.floor(bytes / unit.length));
const query = (path, unit) => ({ name: `8 kB of ${unit} at ${path}`, method: "GET", path: `${path}?${filled(unit, 7900)}`, headers: {} });
const form = (path, start, unit) => ({ name: `64 kB of ${unit} in a form at ${path}`, method: "POST", path, headers: FORM, body: start + filled(unit, 64_000) });
const header = (path, name, unit) => ({ name: `30 kB of ${unit} in ${name} at ${path}`, method: "GET", path, headers: { [name]: filled(unit, 30_000).trim() } });

const CALL = "method=login&v=1.0&api_key=demo-key&user_name=jo&password=x&";
const REQUESTED = [
  { name: "an ordinary page", method: "GET", path: "/site/page", headers: {} },
  query("/site/page", "&"),
  query("/site/page", "a&"),
  query("/site/CRConsAPI", "a&"),
  query("/account/", "&"),
  query("/files/", "%41=&"),
  form("/site/CRConsAPI", CALL, "&"),
  form("/site/CRConsAPI", CALL, "%41"),
  form("/site/CRConsAPI", CALL, `${"%2e".repeat(25)}&`),
  form("/.edgegate/sign-in", "account=jo&", "%"),
  form("/oauth/token/", "grant_type=x&", "+"),
  header("/site/page", "cookie", ";"),
  header("/account/", "cookie", "a=1; "),
  header("/me/", "authorization", "Bearer AAAA."),
];

/** Milliseconds of CPU for each request; None if there is no build. */
export async function inWorkerd() {
  const workerd = await start(gateway(), ORIGIN);
  try {
    const rows = [];
    for (const one of REQUESTED) {
      const status = await send(workerd.port, one);
      for (let at = 0; at < 20; at++) await send(workerd.port, one);
      const before = threadMicroseconds(workerd.pid);
      for (let at = 0; at < REQUESTS; at++) await send(workerd.port, one);
      rows.push({ name: one.name, status, ms: (threadMicroseconds(workerd.pid) - before) / REQUESTS / 1000 });
    }
    return rows;
  } finally {
    await workerd.stop();
  }
}

function send(port, { method, path, headers, body }) {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", method, path, headers: { host: "127.0.0.1:8787", ...headers } }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode));
    });
    sent.on("error", reject).end(body);
  });
}
