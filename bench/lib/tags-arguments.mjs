// The command line of tags.mjs.

import { parseSized } from "./arguments.mjs";

export const USAGE = `node bench/tags.mjs [OPTIONS]

Tags in a page of 1 MB, expanded while it streams: CPU microseconds of the workerd process per page, Edgegate next to Workers
that make the same edit with the runtime's HTMLRewriter. Then memory, while a page of 100 MB passes.

  --quick            fewer pages, 50 MB: a first look, less exact
  --rounds N         rounds (5; quick 3)
  --requests N       pages per contender and round (100; quick 25), a twelfth for HTMLRewriter
  --warmup N         pages before the first round (50; quick 25)
  --connections N    keep-alive connections (4)
  --chunk BYTES      what the origin sends at once (16384)
  --memory MB        the big page, compared with one of a tenth of it (100; quick 50); 0: no memory
  --only TEXT        only the contenders whose name contains TEXT, and Edgegate, whose bytes the others are compared with
  --json             the result as JSON on standard output, progress on standard error
  --check            exit code 1 when a goal is missed
  --help             this text

"x rewriter" below 1.00 is faster than HTMLRewriter. The origin runs in a workerd of its own; the contenders' figures hold
none of it. Everything measured was checked before: the contenders send the same bytes as Edgegate.
`;

export function parseArguments(args) {
  const sizes = { rounds: 5, requests: 100, warmup: 50, connections: 4, chunk: 16384, memory: 100 };
  return parseSized(args, { sizes, quick: { rounds: 3, requests: 25, warmup: 25, memory: 50 }, least: { memory: 0 } });
}
