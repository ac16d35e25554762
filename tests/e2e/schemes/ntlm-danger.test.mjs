// Why the gate relays no NTLM and no Negotiate: they authenticate a connection, and the platform uses a connection to the
// origin for the next client. Nothing of the gate is here: a Worker that passes everything on, a client and a server
// that exist.

import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { startWorkerd } from "../../../scripts/lib/workerd.mjs";
import { startNtlm, users } from "../lib/ntlm.mjs";
import { pythonGet } from "../lib/requests.mjs";

const passOn = `export default {
  fetch(request, { TO }) {
    const { pathname, search } = new URL(request.url);
    return fetch(TO + pathname + search, request);
  },
};`;

test("NTLM through a Worker that only passes on: the next client is taken for the one before", (t) => strangerIsJo(t, "NTLM"));
test("Negotiate through a Worker that only passes on: the same", (t) => strangerIsJo(t, "Negotiate"));

async function strangerIsJo(t, scheme) {
  const origin = await startNtlm({ schemes: [scheme] });
  t.after(() => origin.stop());
  const worker = await startPassing(origin.url);
  t.after(() => worker.stop());
  assert.equal((await getBare(`${worker.url}/who`)).status, 401, "nobody has signed in yet");

  const jo = await until("jo is signed in", () => pythonGet(`${worker.url}/who`, { mode: "ntlm", user: users.jo }), ({ status }) => status === 200);
  assert.deepEqual(whom(jo), { user: users.jo.name, authorization: true });

  // Another client, over a connection of its own to the Worker, with no credential at all.
  const stranger = await until("a stranger is served as jo", () => getBare(`${worker.url}/who`), ({ status }) => status === 200);
  assert.deepEqual(whom(stranger), { user: users.jo.name, authorization: false });
  assert.equal((await getBare(`${origin.url}/who`)).status, 401, "on a connection of its own the server would have asked");
}

/** The platform promises no order in which it takes its connections, so both may need more than one try. */
async function until(what, ask, isSo) {
  const seen = [];
  for (let tries = 0; tries < 20; tries++) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    seen.push(answer.status);
  }
  return assert.fail(`it never came to this: ${what} (${seen.join(", ")})`);
}

function whom({ text }) {
  const { user, authorization } = JSON.parse(text);
  return { user, authorization };
}

async function startPassing(to) {
  const { port, stop } = await startWorkerd([{ name: "passing", modules: true, script: passOn, bindings: { TO: to } }]);
  return { url: `http://127.0.0.1:${port("passing")}`, stop };
}

/** A request without any credential, over a new connection. */
function getBare(url) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => (text += part)).on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode, text }));
    });
    request.setTimeout(30_000, () => request.destroy(new Error("no answer in 30 s"))).on("error", reject);
  });
}
