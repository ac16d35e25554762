// What goes on after the request was answered, and whether its client is still there or not.

import { inTime, ledgerAsk, pause } from "./storage.js";

// Asks each question of the Ledger until it is answered, and returns when all are, or soon. `lines`: address and question by turns.
export async function keepAsking(context, env, binding, lines) {
  const all = [];
  for (let at = 0; at + 1 < lines.length; at += 2) all.push(ask(env, binding, lines[at], lines[at + 1]));
  const answered = Promise.all(all);
  context.waitUntil(answered);
  await inTime(answered, SOON_MS).catch(() => {});
}

async function ask(env, binding, address, question) {
  // The platform ends what is left half a minute after the answer.
  for (let wait = FIRST_MS; wait < LONGEST_MS; wait *= 2) {
    const answer = await ledgerAsk(env, binding, address, question, PATIENCE_MS).catch(() => undefined);
    if (answer !== undefined) return;
    await pause(wait);
  }
}

const FIRST_MS = 25;
const LONGEST_MS = 15_000;
const PATIENCE_MS = 3000;
// For so long the answer waits: a client that comes back at once finds that nothing was used up.
const SOON_MS = 1000;
