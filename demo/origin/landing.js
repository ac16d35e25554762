// The landing page: the rows of routes.js, as a page for a browser and as plain text for everything else
// (`curl http://127.0.0.1:8787/`, and what `npm start` prints). What the gateway is, a list of contents, then group after group.

import { accepts, escape, page, plain } from "./page.js";
import { GROUPS } from "./routes.js";

const TITLE = "Edgegate demo";
const LEAD =
  "Edgegate stands at this address, in front of a site. It answers one question on every request: may this go through, and as whom? " +
  "It signs people in with the identity provider that they have, verifies signed links, tokens, sessions and webhooks, and tells the " +
  "site who is calling.";
const HERE = "The site behind it shows what reached it. Every line below works as printed.";

export function landing(request) {
  return accepts.html(request) ? page(TITLE, asHtml()) : plain(asText());
}

function asHtml() {
  const groups = GROUPS.map(
    ({ name, id, routes }) => `<section aria-labelledby="${id}">
<h2 id="${id}">${escape(name)}</h2>
${routes.map(routeAsHtml).join("\n")}
</section>`,
  );
  return `<p class="lead">${escape(LEAD)}</p>\n<p>${escape(HERE)}</p>\n${contents()}\n${groups.join("\n")}`;
}

function contents() {
  const links = (routes) => routes.map(({ path }) => `<a href="#${idOf(path)}"><code>${escape(path)}</code></a>`).join(" ");
  const items = GROUPS.map(({ name, id, routes }) => `<li><a href="#${id}">${escape(name)}</a>: ${links(routes)}</li>`);
  return `<nav aria-labelledby="contents">\n<h2 id="contents">Contents</h2>\n<ul>\n${items.join("\n")}\n</ul>\n</nav>`;
}

function routeAsHtml({ path, asks, tries }) {
  return `<h3 id="${idOf(path)}"><code>${escape(path)}</code></h3>
<p class="note">${escape(asks)}</p>
${tries.map((one) => tryAsHtml(path, one)).join("\n")}`;
}

function tryAsHtml(path, one) {
  const link = one.href ?? one.page;
  if (link) return `<p>${escape(one.says)}<br><a href="${escape(link)}">${escape(link)}</a></p>`;
  // Wide lines scroll inside their own box, which the keyboard must be able to reach.
  const label = escape(`Commands for ${path}: ${one.says.replace(/:$/, "")}`);
  return `<p>${escape(one.says)}</p>
<pre tabindex="0" role="region" aria-label="${label}"><code>${escape(one.shell.join("\n"))}</code></pre>`;
}

const idOf = (path) => `route${path.replace(/[^\w]+/g, "-").replace(/-$/, "")}`;

// All that is not a command is a comment, so any part of it, and the whole, can be pasted into bash.
function asText() {
  const width = Math.max(...GROUPS.map(({ name }) => name.length));
  const list = GROUPS.map(({ name, routes }) => `#   ${name.padEnd(width)}  ${routes.map(({ path }) => path).join("  ")}`);
  const groups = GROUPS.map(({ name, routes }) => `## ${name}\n\n${routes.map(routeAsText).join("\n\n\n")}`);
  return `# ${TITLE}\n#\n${comment(LEAD, 96)}\n#\n${comment(HERE, 96)}\n#\n${list.join("\n")}\n\n\n${groups.join("\n\n\n")}\n`;
}

function routeAsText({ path, asks, tries }) {
  const texts = tries.map((one) => [`# ${one.says}`, ...lines(one)].join("\n"));
  return [`#### ${path}`, `# ${asks}`, "", texts.join("\n\n")].join("\n");
}

function lines(one) {
  if (one.page) return [`# ${one.page}`];
  return one.shell ?? [`curl '${one.href}'`];
}

function comment(text, width) {
  return text.match(new RegExp(`.{1,${width}}(?:\\s+|$)`, "g")).map((line) => `# ${line.trimEnd()}`).join("\n");
}
