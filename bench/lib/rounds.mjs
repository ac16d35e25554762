// Rounds of requests. Every contender gets its share of a round in turns, so that the contenders share the machine's good and
// bad moments. Another one begins each turn, so that none always follows the same neighbour.

import { progress } from "./progress.mjs";

// CPU microseconds per request of every contender, by its name, a number for each round. `spend` sends a contender so many
// requests and says what they cost.
export async function measureRounds(name, running, { rounds, requests, warmup, connections, turn }, spend) {
  for (const one of running) {
    progress(`${name}, warming up: ${one.name}, ${warmup}`);
    await spend(one, warmup, connections);
  }
  const results = new Map(running.map((one) => [one.name, []]));
  const turns = Math.max(1, Math.round(requests / turn));
  for (let round = 1; round <= rounds; round++) {
    const totals = new Map(running.map((one) => [one.name, 0]));
    for (let turn = 0; turn < turns; turn++) {
      const share = Math.floor((requests * (turn + 1)) / turns) - Math.floor((requests * turn) / turns);
      for (let index = 0; index < running.length; index++) {
        const one = running[(index + turn + (round - 1) * turns) % running.length];
        totals.set(one.name, totals.get(one.name) + (await spend(one, share, connections)) / requests);
      }
    }
    for (const [one, cpu] of totals) results.get(one).push(cpu);
    tell(name, round, rounds, totals);
  }
  return results;
}

// Of many rounds only some: a line each would be a wall where there is no terminal.
function tell(name, round, rounds, totals) {
  if (round % Math.ceil(rounds / 20) > 0) return;
  const shown = [...totals].map(([one, cpu]) => `${one} ${cpu.toFixed(0)} µs`).join(", ");
  progress(`${name}, round ${round} of ${rounds}: ${shown}`);
}
