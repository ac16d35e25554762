// What goes on after the request was answered, and whether its client is still there or not.

// Asks each question of the Ledger until it is answered, and returns when all are, or soon. `lines`: shard and question by turns.
export async function insist(context, env, binding, lines) {
  const all = [];
  for (let at = 0; at + 1 < lines.length; at += 2) all.push(ask(env, binding, lines[at], lines[at + 1]));
  const answered = Promise.all(all);
  context.waitUntil(answered);
  await Promise.race([answered, pause(SOON_MS)]);
}

async function ask(env, binding, shard, question) {
  // The platform ends what is left half a minute after the answer.
  for (let wait = FIRST_MS; wait < LONGEST_MS; wait *= 2) {
    try {
      const stub = env[binding].get(env[binding].idFromName(shard));
      const answer = await Promise.race([stub.fetch("https://ledger/", { method: "POST", body: question }), late()]);
      await answer.text();
      if (answer.ok) return;
    } catch {
      // It is asked again.
    }
    await pause(wait);
  }
}

const late = () => pause(PATIENCE_MS).then(() => Promise.reject(new Error("no answer in time")));
const pause = (milliseconds) => new Promise((due) => setTimeout(due, milliseconds));

const FIRST_MS = 25;
const LONGEST_MS = 15_000;
const PATIENCE_MS = 3000;
// For so long the answer waits: whoever comes back at once finds that nothing was used up.
const SOON_MS = 1000;
