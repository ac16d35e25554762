// A web server that authenticates connections by NTLM, with demo/broker.py behind it: `ntlm_endpoint.py`.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { python, pythonEnv, script } from "./python.mjs";

export const users = {
  jo: { name: "CORP\\jo", password: "correct-horse-1" },
  sam: { name: "CORP\\sam", password: "staple-battery-2" },
  zoe: { name: "CORP\\zoë", password: "diaeresis-3" },
};

/**
 * Starts it: { url, users, set, stop }. `schemes`: what it offers, "NTLM" or "Negotiate" or both, in that order.
 * `settings`: environment variables for the broker; `set` changes them later, when the gate has an address.
 */
export async function startNtlm({ schemes = ["Negotiate", "NTLM"], settings = {} } = {}) {
  const people = Object.values(users).map(({ name, password }) => `${name.replace("\\", ":")}:${password}`);
  const env = { ...pythonEnv, ...settings, NTLM_USERS: people.join("\n") };
  const child = spawn(python, [script("ntlm_endpoint.py"), ...schemes], { env, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (wanted) => {
    const { value = "" } = await lines.next();
    assert.match(value, wanted, "the NTLM endpoint does not run");
    return value;
  };
  const port = (await line(/^listening \d+$/)).split(" ")[1];
  return {
    url: `http://127.0.0.1:${port}`,
    users,
    async set(changed) {
      child.stdin.write(`${JSON.stringify(changed)}\n`);
      await line(/^set$/);
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.stdin.end();
      await once(child, "exit");
    },
  };
}
