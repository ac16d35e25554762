// The gateway's own calls to an origin, such as the check of a password.

import { pairs } from "./glue.js";
import { readAnswer } from "./reading.js";

// Status and text of the answer, the text null if it is longer than `limit` bytes.
export async function callOrigin(env, binding, url, lines, body, limit, milliseconds) {
  const init = {
    method: body === undefined ? "GET" : "POST",
    headers: pairs(lines, new Headers({ accept: "application/json" })),
    body,
    redirect: "manual",
    cache: "no-store",
    signal: AbortSignal.timeout(milliseconds),
  };
  const response = await (binding ? env[binding].fetch(url, init) : fetch(url, init));
  const bytes = await readAnswer(response, limit);
  return [response.status, bytes && new TextDecoder().decode(bytes)];
}
