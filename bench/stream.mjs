// `npm run bench -- stream`: memory while a big body streams through the gateway.
//
// The origin is in this process, not in workerd, so that all the memory that grows is the gateway's.

import { parseArgs } from "node:util";
import { residentBytes } from "../scripts/lib/process.mjs";
import { ends } from "./lib/harness.mjs";
import { progress } from "./lib/progress.mjs";
import { startOrigin } from "./lib/stream-origin.mjs";
import { download, mintToken, upload } from "./lib/stream-client.mjs";
import { startBefore } from "./lib/workers.mjs";

const USAGE = `npm run bench -- stream [OPTIONS]   or, with the demo built, node bench/stream.mjs [OPTIONS]

A body of 1 GB streams through the gateway, down and up, while the memory of its workerd process is watched. A gateway that
buffers would grow by the size of the body; one that streams stays flat.

  --size MB        how much (1000)
  --worker FILE    another Worker of bench/workers/ instead of the gateway, e.g. passthrough.js, to compare with
  --json           the result as JSON
  --help           this text
`;

const MB = 1_000_000;
// What the process may grow by while 90 % of the body pass: buffers of the connections and what waits for the collector.
const FLAT = 64 * MB;

async function main() {
  const { values } = parseArgs({
    options: {
      size: { type: "string", default: "1000" },
      worker: { type: "string", default: "edgegate" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const size = Number(values.size) * MB;
  if (!Number.isInteger(size) || size < 1) throw new Error("--size wants a whole number of megabytes");

  const results = await transferBothWays(values.worker, size);
  process.stdout.write(values.json ? `${JSON.stringify(results, null, 2)}\n` : results.map(toText).join("\n"));
  return results.some((one) => !one.flat) ? 1 : 0;
}

async function transferBothWays(worker, size) {
  const origin = await startOrigin();
  let gateway;
  try {
    gateway = { name: worker, ...(await startBefore(origin.port, { worker })) };
    const token = await mintToken(gateway.port, worker === "edgegate");
    return [
      await watch("down (signed link)", gateway, size, (report) => download(gateway.port, size, report)),
      await watch("up (Bearer token)", gateway, size, (report) => upload(gateway.port, size, token, report)),
    ];
  } finally {
    progress("");
    await gateway?.stop();
    await origin.stop();
  }
}

// Runs a transfer and samples the memory at every tenth of it.
async function watch(name, gateway, size, transfer) {
  const before = residentBytes(gateway.pid).now;
  const samples = [];
  const begun = performance.now();
  await transfer((passed) => {
    if (passed < (size * (samples.length + 1)) / 10) return;
    samples.push(residentBytes(gateway.pid).now);
    progress(`${name}: ${samples.length}0 %, workerd holds ${(samples.at(-1) / MB).toFixed(0)} MB`);
  });
  const seconds = (performance.now() - begun) / 1000;
  // The first tenth fills buffers and warms the machine code up; after it nothing should grow any more.
  const grown = Math.max(...samples) - samples[0];
  return { name, worker: gateway.name, bytes: size, seconds, resident: { before, samples }, grown, flat: grown <= FLAT };
}

function toText({ name, worker, bytes, seconds, resident, grown, flat }) {
  const mb = (value) => (value / MB).toFixed(0);
  return [
    `${worker}, ${mb(bytes)} MB ${name}: ${seconds.toFixed(1)} s, ${mb(bytes / seconds)} MB/s`,
    `  resident MB: ${mb(resident.before)} before, then at every tenth ${resident.samples.map(mb).join(" ")}`,
    `  grown after the first tenth: ${mb(grown)} MB, ${flat ? "flat" : `NOT FLAT (allowed ${mb(FLAT)})`}`,
    "",
  ].join("\n");
}

ends("stream", main);
