// CPU microseconds that a contender spends on a batch of requests.

import { cpuMicroseconds } from "../../scripts/lib/process.mjs";
import { requestBytes, sendMany } from "./client.mjs";

// The same request each time.
export async function spendCpu(contender, count, connections) {
  const before = cpuMicroseconds(contender.pid);
  await sendMany(contender.port, requestBytes(contender.request), count, connections, expecting(contender));
  return cpuMicroseconds(contender.pid) - before;
}

// An answer has the status that is due, and a 200 the origin's own word: from anywhere else it would be a faster and a different job.
export function expecting({ name, status = 200 }) {
  return (answer) => {
    if (answer.status === status && (status !== 200 || answer.body === "ok")) return;
    throw new Error(`${name} answered ${answer.status}: ${answer.body.slice(0, 300)}`);
  };
}
