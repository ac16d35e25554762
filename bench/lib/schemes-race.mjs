// The race of schemes.mjs. The rows take turns as in run.mjs and the CPU time of the process counts, but all of them are sent
// to one gateway over the same connections: what differs is the check alone. It is to be known to a hundredth, so a round is
// short, and whatever else the machine does falls on all of its rows; there are many rounds.

import { openConnections, requestBytes } from "./client.mjs";
import { progress } from "./progress.mjs";
import { measureRounds } from "./rounds.mjs";
import { CONTENDERS } from "./schemes-contenders.mjs";
import { preflight } from "./schemes-preflight.mjs";
import { summarise } from "./schemes-report.mjs";
import { contenderAt, startGateway } from "./schemes-start.mjs";
import { threadMicroseconds } from "./workerd.mjs";

// Milliseconds after the last answer, when the process has done all that the request left it to do and waits for the next one.
const PAUSE = 3;

// The settings of schemes-arguments.mjs; gives the summary of schemes-report.mjs.
export async function raceOverSchemes(options) {
  progress("starting the gateway");
  const gateway = await startGateway();
  const connections = openConnections(gateway.port, options.connections);
  try {
    const wanted = CONTENDERS.filter(({ name, role }) => role === "link" || name.includes(options.only));
    const contenders = wanted.map((contender) => contenderAt(gateway, contender));
    for (const one of contenders) {
      progress(`checking: ${one.name}`);
      await preflight(one);
    }
    const logged = expectLog(gateway, contenders.length * (options.warmup + options.rounds * options.requests));
    const results = await measureRounds(contenders, options, (one, count) => spend(connections, one, count));
    await logged();
    return summarise({ contenders, results, options });
  } finally {
    progress("");
    connections.close();
    await gateway.stop();
  }
}

async function spend(connections, { name, pid, request, status = 200 }, count) {
  const begun = threadMicroseconds(pid);
  await connections.send(requestBytes(request), count, (answer) => {
    // The origin's own word: a 200 from anywhere else would be a faster and a different job.
    if (answer.status !== status || (status === 200 && answer.body !== "ok")) {
      throw new Error(`${name} was answered ${answer.status}: ${answer.body.slice(0, 300)}`);
    }
  });
  await pause(PAUSE);
  return threadMicroseconds(pid) - begun;
}

// Every decision has to be in the log in the end. The lines come through a pipe, a moment later.
function expectLog({ logLines }, due) {
  const before = logLines();
  return async () => {
    for (let waited = 0; logLines() - before < due; waited += 20) {
      if (waited > 5000) throw new Error(`the gateway logged ${logLines() - before} lines where ${due} were due`);
      await pause(20);
    }
  };
}

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}
