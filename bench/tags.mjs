// `npm run bench -- tags`: what it costs to expand the tags of a page while it streams, next to the runtime's own HTMLRewriter
// doing the same edit; and memory, while a page of 100 MB passes. The rows, as data:
//
//   name      what the table prints; `--only TEXT` picks rows by it
//   worker    a file in workers/, or "edgegate"
//   bindings  (by hand only) more variables for the Worker
//   edits     what must be seen before the row counts: "exactly" (the bytes that Edgegate sends), "everywhere" (also where a
//             tag must stay), undefined (nothing: the page as it is)
//   share     the part of the pages that it gets, where one costs as much as dozens of the others' (1)
//   role      "floor", "rewriter", "gateway": the rows that the ratios and the goal are about

import { cpuMicroseconds } from "../scripts/lib/process.mjs";
import { requestBytes } from "./lib/client.mjs";
import { runAlone } from "./lib/harness.mjs";
import { fetchMany } from "./lib/page-client.mjs";
import { HOST } from "./lib/requests.mjs";
import { check, expandedBy, visit } from "./lib/tags-checks.mjs";
import { memoryOf } from "./lib/tags-memory.mjs";
import { plain, start, startBefore } from "./lib/workers.mjs";
import { page } from "./workers/html-page.js";

// Edgegate may cost at most this much of what HTMLRewriter costs.
const GOAL = 1;
const SIZE = 1_000_000;
const PAGES = [
  { name: "1 MB with 40 tags", tags: 40 },
  { name: "1 MB without tags", tags: 0 },
];

const CONTENDERS = [
  { name: "bare passthrough (JS)", worker: "passthrough.js", role: "floor" },
  { name: "Edgegate", worker: "edgegate", edits: "exactly", role: "gateway" },
  { name: "HTMLRewriter (JS)", worker: "tags-rewriter.js", edits: "exactly", share: 0.08, role: "rewriter" },
  {
    name: "HTMLRewriter, two attributes only (JS)",
    worker: "tags-rewriter.js",
    bindings: { ATTRIBUTES: ["title", "data-token"] },
    edits: "exactly",
    share: 0.08,
  },
  { name: "text replaced, context ignored (JS)", worker: "tags-replace.js", edits: "everywhere" },
];

export const bench = {
  name: "tags",
  about: `Tags in a page of 1 MB, expanded while it streams: CPU microseconds of the workerd process per page, Edgegate next to Workers
that make the same edit with the runtime's HTMLRewriter. Then memory, while a page of 100 MB passes.`,
  notes: `"x rewriter" below 1.00 is faster than HTMLRewriter. The origin runs in a workerd of its own; the contenders' figures hold
none of it. Everything measured was checked before: the contenders send the same bytes as Edgegate.`,
  only: "only the contenders whose name contains TEXT, and Edgegate, whose bytes the others are compared with",
  sizes: {
    rounds: { usual: 5, quick: 3, says: "rounds" },
    requests: { usual: 100, quick: 25, says: "pages per contender and round, a twelfth for HTMLRewriter" },
    warmup: { usual: 50, quick: 25, says: "pages before the first round" },
    connections: { usual: 4, says: "keep-alive connections" },
    chunk: { usual: 16384, of: "BYTES", says: "what the origin sends at once" },
    memory: { usual: 100, quick: 50, least: 0, of: "MB", says: "the big page, compared with one of a tenth of it; 0: no memory" },
  },
  unit: "page",
  turn: 25,
  caption: ({ chunk }) => [`The origin sends chunks of ${chunk} bytes.`],
  tables: ({ only }) => PAGES.map((one) => ({ ...one, contenders: CONTENDERS.filter(({ name, role }) => role === "gateway" || name.includes(only)) })),
  open,
  start: startContender,
  check,
  spend,
  columns: [
    { key: "ratio_to_floor", head: "x bare", digits: 2, of: (one, { ratio, role }) => ratio(one, role("floor")) },
    { key: "ratio_to_rewriter", head: "x rewriter", digits: 3, of: (one, { ratio, role }) => ratio(one, role("rewriter")) },
  ],
  goals: ({ name, ratio, role }) => [{ name: `Edgegate / HTMLRewriter, ${name}`, at_most: GOAL, measured: ratio(role("gateway"), role("rewriter")) }],
  more: ({ memory }) => memoryOf(memory),
};

// An origin in a workerd of its own, so that no contender's figures include it; and the gateway, which says what token the
// others have to write.
async function open({ tags }, { chunk }) {
  const origin = await start(plain("origin", "html-origin.js", "html-page.js"));
  let gateway;
  const close = async () => void (await Promise.all([origin.stop(), gateway?.stop()]));
  try {
    gateway = await startBefore(origin.port, CONTENDERS.find(({ role }) => role === "gateway"));
    const visitor = await visit(gateway.port);
    const target = `/site/Page?size=${SIZE}&tags=${tags}&chunk=${chunk}`;
    const original = Buffer.from(page(SIZE, tags));
    return { origin, gateway, visitor, target, original, exact: await expandedBy(gateway, target, visitor, original, tags), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startContender(contender, { origin, gateway, visitor, target, original }) {
  const bindings = { ...contender.bindings, TOKEN: visitor.token };
  const running = contender.role === "gateway" ? { ...gateway, stop() {} } : await startBefore(origin.port, { ...contender, bindings });
  const bytes = requestBytes({ method: "GET", target, headers: [["Host", HOST], ["Cookie", visitor.cookie]] });
  return { ...contender, ...running, bytes, size: original.length };
}

// One that gets a share of the pages is counted as if it had got all of them.
async function spend({ pid, port, bytes, size, share = 1 }, count, connections) {
  const sent = Math.max(1, Math.round(count * share));
  const before = cpuMicroseconds(pid);
  await fetchMany(port, bytes, sent, connections, size);
  return ((cpuMicroseconds(pid) - before) * count) / sent;
}

runAlone(bench, import.meta.url);
