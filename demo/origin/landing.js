// The landing page: the rows of routes.js, as a page for a browser and as plain text for everything else
// (`curl http://127.0.0.1:8787/`, and what `npm start` prints).

import { accepts, escape, page, plain } from "./page.js";
import { ROUTES } from "./routes.js";

const TITLE = "Edgegate demo";
const LEAD =
  "A gateway stands at this address and answers one question on every request: may this go through, and as whom? " +
  "Behind it is an origin that shows what reached it. Every line below works as printed.";

export function landing(request) {
  return accepts.html(request) ? page(TITLE, asHtml()) : plain(asText());
}

function asHtml() {
  const sections = ROUTES.map(
    (route) => `<section>
<h2><code>${escape(route.path)}</code></h2>
<p class="note">${escape(route.asks)}</p>
${route.tries.map((one) => tryAsHtml(route, one)).join("\n")}
</section>`,
  );
  return `<p class="lead">${escape(LEAD)}</p>\n${sections.join("\n")}`;
}

function tryAsHtml(route, one) {
  const link = one.href ?? one.page;
  if (link) return `<p>${escape(one.says)}<br><a href="${escape(link)}">${escape(link)}</a></p>`;
  // Wide lines scroll inside their own box, which the keyboard must be able to reach.
  const label = escape(`Commands for ${route.path}`);
  return `<p>${escape(one.says)}</p>
<pre tabindex="0" role="region" aria-label="${label}"><code>${escape(one.shell.join("\n"))}</code></pre>`;
}

// All that is not a command is a comment, so any part of it, and the whole, can be pasted into bash.
function asText() {
  const sections = ROUTES.map((route) => {
    const tries = route.tries.map((one) => [`# ${one.says}`, ...lines(one)].join("\n"));
    return [`#### ${route.path}`, `# ${route.asks}`, "", tries.join("\n\n")].join("\n");
  });
  return `# ${TITLE}\n#\n${comment(LEAD, 96)}\n\n${sections.join("\n\n\n")}\n`;
}

function lines(one) {
  if (one.page) return [`# ${one.page}`];
  return one.shell ?? [`curl '${one.href}'`];
}

function comment(text, width) {
  return text.match(new RegExp(`.{1,${width}}(?:\\s+|$)`, "g")).map((line) => `# ${line.trimEnd()}`).join("\n");
}
