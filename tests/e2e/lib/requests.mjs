// Python's requests as a client: `requests_ntlm_client.py`.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { python, pythonEnv, script } from "./python.mjs";

/**
 * GETs an address: { status, url, history: [[status, url]], headers, cookies, text }, or { error } where Python raised one.
 * `mode`: "ntlm", "basic" or "none". `user`: one of the endpoint's. `follow`: redirects. In `history` requests forgets
 * the 401 answers of a handshake whose end is a redirect.
 */
export async function pythonGet(url, { mode = "none", user = { name: "", password: "" }, headers = {}, follow = true } = {}) {
  const fields = Object.entries(headers).map(([name, value]) => `${name}=${value}`);
  const words = [script("requests_ntlm_client.py"), ...(follow ? [] : ["--stay"]), url, user.name, user.password, mode, ...fields];
  const { stdout } = await promisify(execFile)(python, words, { env: pythonEnv, timeout: 60_000 });
  return JSON.parse(stdout);
}
