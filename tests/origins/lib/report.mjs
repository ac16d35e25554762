// A run's results as text.

export const total = (results) => Object.values(results).reduce((all, { found }) => all + [...found.values()].reduce((sum, { times }) => sum + times, 0), 0);

/** A line for each origin. */
export function summary(results) {
  const rows = Object.entries(results).map(([name, { requests, served, found }]) => {
    const differences = [...found.values()].reduce((sum, { times }) => sum + times, 0);
    return `  ${name.padEnd(8)} ${String(requests).padStart(9)} requests, ${String(served).padStart(9)} served by the origin, ${differences} differences`;
  });
  return rows.join("\n");
}

/** Each sort of difference with the first case of it, the most frequent first. */
export function examples(results, seed, most = 60) {
  const all = Object.entries(results).flatMap(([name, { found }]) => [...found].map(([sort, { times, number }]) => ({ name, sort, times, number })));
  all.sort((a, b) => b.times - a.times);
  const lines = all.slice(0, most).map(({ name, sort, times, number }) => `  !! ${name}: ${sort} (${times} times; --replay ${seed}:${number})`);
  return [...lines, ...(all.length > most ? [`  and ${all.length - most} more sorts`] : [])].join("\n");
}
