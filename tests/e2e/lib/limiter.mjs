// The emulator's limiter begins to count anew with each minute of the clock.

import { setTimeout as sleep } from "node:timers/promises";

/** Waits for the next minute if less of this one is left than what is counted together takes. */
export async function withinOneMinute(seconds = 20) {
  const left = 60 - ((Date.now() / 1000) % 60);
  if (left < seconds) await sleep(1000 * left + 50);
}
