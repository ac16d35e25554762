// Memory while a big page passes through the gateway and its tags are expanded, beside a page of a tenth of its size. A gateway
// that keeps the page, or anything of it, needs ten times as much for the big one.

import { createServer } from "node:http";
import { Readable } from "node:stream";
import { residentBytes } from "../../scripts/lib/process.mjs";
import { fetchPage } from "./page-client.mjs";
import { progress } from "./progress.mjs";
import { visit } from "./tags-checks.mjs";
import { startBefore } from "./workers.mjs";
import { pieces } from "../workers/html-page.js";

const MB = 1_000_000;
// What the big page may take beyond the small one: what waits for the collector differs from run to run.
const FLAT = 32 * MB;
const TAGS_PER_MB = 40;
const INTERVAL = 10;

// As harness.mjs takes it; nothing where no big page is wanted.
export async function memoryOf(megabytes) {
  if (megabytes === 0) return undefined;
  const small = await watch(Math.max(1, Math.round(megabytes / 10)));
  const big = await watch(megabytes);
  const excess = big.peak - big.baseline - (small.peak - small.baseline);
  const name = `Memory for ${mb(big.bytes)} MB beyond that for ${mb(small.bytes)} MB`;
  return {
    goals: [{ name, at_most: FLAT / MB, measured: excess / MB, digits: 0, unit: " MB" }],
    lines: [small, big].map(line),
    figures: { memory: { small, big, excess, allowed: FLAT } },
  };
}

function line({ bytes, seconds, baseline, peak, tenths }) {
  return (
    `${mb(bytes)} MB through Edgegate, ${(bytes / MB / seconds).toFixed(0)} MB/s: resident ${mb(baseline)} MB before, ` +
    `${mb(peak)} at the peak (+${mb(peak - baseline)}), at every tenth ${tenths.map(mb).join(" ")}`
  );
}

const mb = (bytes) => (bytes / MB).toFixed(0);

// Each page has a gateway of its own, warmed up by pages of 1 MB.
async function watch(megabytes) {
  const origin = await startOrigin();
  let gateway;
  try {
    gateway = await startBefore(origin.port, { worker: "edgegate" });
    const { cookie, token } = await visit(gateway.port);
    for (let warm = 0; warm < 20; warm++) await fetchPage(gateway.port, target(MB), { cookie }, () => {});

    const baseline = residentBytes(gateway.pid).now;
    const tenths = [];
    let peak = baseline;
    const sample = () => (peak = Math.max(peak, residentBytes(gateway.pid).now));
    const timer = setInterval(sample, INTERVAL);
    const begun = performance.now();
    const { status, length } = await fetchPage(gateway.port, target(megabytes * MB), { cookie }, (passed) => {
      if (passed < (megabytes * MB * (tenths.length + 1)) / 10) return;
      sample();
      tenths.push(residentBytes(gateway.pid).now);
      progress(`memory, ${megabytes} MB: ${tenths.length}0 %, workerd holds ${(tenths.at(-1) / MB).toFixed(0)} MB`);
    });
    clearInterval(timer);
    const due = origin.sent() + megabytes * TAGS_PER_MB * (token.length - "[[S86:true]]".length);
    if (status !== 200 || length !== due) throw new Error(`${status} with ${length} bytes of ${due}`);
    return { bytes: length, seconds: (performance.now() - begun) / 1000, baseline, peak, tenths };
  } finally {
    progress("");
    await gateway?.stop();
    await origin.stop();
  }
}

function target(size) {
  return `/site/Page?size=${size}&tags=${Math.round((size / MB) * TAGS_PER_MB)}`;
}

// In this process, and made while it is sent: no page of that size is ever whole.
async function startOrigin() {
  let sent = 0;
  const server = createServer((request, response) => {
    const parameters = new URL(request.url, "http://origin").searchParams;
    const text = inChunks(pieces(Number(parameters.get("size")), Number(parameters.get("tags"))));
    sent = 0;
    const counted = function* () {
      for (const chunk of text) {
        sent += chunk.length;
        yield chunk;
      }
    };
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
    Readable.from(counted()).pipe(response);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    port: server.address().port,
    sent: () => sent,
    stop() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(closed));
    },
  };
}

function* inChunks(texts) {
  let text = "";
  for (const more of texts) {
    text += more;
    if (text.length < 16384) continue;
    yield Buffer.from(text);
    text = "";
  }
  yield Buffer.from(text);
}
