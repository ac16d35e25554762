// Reads `.dev.vars`.

/** NAME=value, NAME="value" or NAME='value', and # comments: what wrangler's own .dev.vars may hold, without expansion. */
export function devVars(text) {
  const pairs = text.split(/\r?\n/).flatMap((line) => {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^#]*))/.exec(line);
    return match ? [[match[1], match[2] ?? match[3] ?? match[4].trim()]] : [];
  });
  return Object.fromEntries(pairs);
}
