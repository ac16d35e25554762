// The command line of schemes.mjs.

import { parseSized } from "./arguments.mjs";

export const USAGE = `node bench/schemes.mjs [OPTIONS]

CPU microseconds of the workerd process per request, by what opens the route: a generic signed link, and each of the schemes
of SuperOffice's routes; then two refusals. One gateway serves all of them. "x link" is the whole request with that scheme
divided by the whole request with a link in the same round, of which the table has the median. The goal is at most 1.05.

  --quick            fewer rounds: a first look, less exact
  --rounds N         rounds (300; quick 60)
  --requests N       requests per row and round (100)
  --warmup N         requests of each row before the first round (4000; quick 2000)
  --connections N    keep-alive connections, the same for all rows (16)
  --only TEXT        only the rows whose name contains TEXT, and the link, which the others are compared with
  --json             the result as JSON, with every round, on standard output, progress on standard error
  --check            exit code 1 when a goal is missed
  --help             this text

The requests are a script's: the same headers, a path of the same length, and what shows the credential, whose bytes are part
of the cost. Everything measured was checked before: each credential opens its route as what it is, it does not reach the
origin, and with one character changed it is refused. Records, and passwords that were right, are remembered by the gateway,
as they are for a client that comes often. Rounds are short and many, so that what else the machine does falls on all rows of
a round, and a median can leave out what falls on one: the garbage collector too, which does not know whose garbage it is.
`;

export function parseArguments(args) {
  const sizes = { rounds: 300, requests: 100, warmup: 4000, connections: 16 };
  return parseSized(args, { sizes, quick: { rounds: 60, warmup: 2000 } });
}
