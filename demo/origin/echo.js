// The echo: the request as it arrived, as JSON or as a page.

import { hex } from "./encoding.js";
import { accepts, escape, json, page } from "./page.js";

const CHUNK = 64 * 1024;

// Answers with what was received. `init` lets a behaviour change status and headers of the answer.
export async function echo(request, init = {}) {
  const received = await describe(request);
  return accepts.json(request)
    ? json(render(received), init)
    : page("What reached the origin", asHtml(received), init);
}

// The members are the demo's contract: method, url, headers, body_sha256, body_length.
export async function describe(request) {
  const body = await digestBody(request.body);
  return {
    method: request.method,
    url: request.url,
    // In the runtime's order (it sorts names and joins repeats), which is all that a Worker is shown.
    headers: [...request.headers],
    body_sha256: body.sha256,
    body_length: body.length,
  };
}

// The body runs through the digest and is never held, so its size costs time but no memory. One buffer serves
// all of it: `pipeTo` would leave every chunk to the garbage collector, some 300 MB of them for a body of 1 GB.
async function digestBody(body) {
  const digest = new crypto.DigestStream("SHA-256");
  const writer = digest.getWriter();
  const reader = body?.getReader({ mode: "byob" });
  let length = 0;
  for (let buffer = new ArrayBuffer(CHUNK); reader; ) {
    const { done, value } = await reader.read(new Uint8Array(buffer));
    if (done) break;
    length += value.byteLength;
    await writer.write(value);
    buffer = value.buffer;
  }
  await writer.close();
  return { sha256: hex(await digest.digest), length };
}

// JSON with one header a line: readable in a terminal, and still plain JSON to a program.
function render(received) {
  const members = Object.entries(received).map(([name, value]) => {
    const text = name === "headers" ? onePerLine(value) : JSON.stringify(value);
    return `  ${JSON.stringify(name)}: ${text}`;
  });
  return `{\n${members.join(",\n")}\n}\n`;
}

function onePerLine(pairs) {
  if (pairs.length === 0) return "[]";
  const lines = pairs.map(([name, value]) => `    [${JSON.stringify(name)}, ${JSON.stringify(value)}]`);
  return `[\n${lines.join(",\n")}\n  ]`;
}

function asHtml(received) {
  const rows = received.headers
    .map(([name, value]) => `<tr><th scope="row">${escape(name)}</th><td><code>${escape(value)}</code></td></tr>`)
    .join("\n");
  return `
<p class="lead">The gateway let this request through. Below is every byte of it that the origin can see.</p>
<dl>
  <dt>Method</dt><dd><code>${escape(received.method)}</code></dd>
  <dt>URL</dt><dd><code>${escape(received.url)}</code></dd>
  <dt>Body</dt><dd>${received.body_length} bytes, SHA-256 <code>${received.body_sha256}</code></dd>
</dl>
<h2 id="headers">Headers</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="headers">
<table>
<thead><tr><th scope="col">Name</th><th scope="col">Value</th></tr></thead>
<tbody>
${rows}
</tbody>
</table>
</div>
<p><a href="/">All routes of the demo</a></p>`;
}
