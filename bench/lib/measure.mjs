// CPU microseconds that one contender spends on a batch of requests.

import { requestBytes, sendMany } from "./client.mjs";
import { cpuMicroseconds } from "./workerd.mjs";

export async function measure(contender, requests, connections) {
  const bytes = requestBytes(contender.request);
  const linesBefore = contender.logLines();
  const cpuBefore = cpuMicroseconds(contender.pid);
  await sendMany(contender.port, bytes, requests, connections, (answer) => {
    // The origin's own word: a 200 from anywhere else would be a faster and a different job.
    const { status = 200 } = contender;
    if (answer.status !== status || (status === 200 && answer.body !== "ok")) {
      throw new Error(`${contender.name} answered ${answer.status}: ${answer.body.slice(0, 300)}`);
    }
  });
  const cpu = cpuMicroseconds(contender.pid) - cpuBefore;
  if (contender.logs) await logged(contender, linesBefore + requests);
  return cpu;
}

// A contender that should log every decision has to have done so. The lines come through a pipe, a moment later.
async function logged(contender, lines) {
  for (let waited = 0; contender.logLines() < lines; waited += 20) {
    if (waited > 5000) throw new Error(`${contender.name} logged ${contender.logLines()} lines where ${lines} were due`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
