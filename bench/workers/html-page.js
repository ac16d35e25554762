// A page as sites serve them, of any size: sections with headings, paragraphs, links, lists, pictures, tables, forms, some
// scripts and comments, and tags in it. Made of numbers, so that it is the same on every run and on both sides.
//
// The tags are spread evenly, in text and in attributes by turns. A page with tags also has one in a script and one in a
// comment, which must stay as they are.

export const TAG = "[[S86:true]]";

// Pieces of the page: a beginning, sections, an end. `tags` counts the ones that are to be expanded.
export function* pieces(size, tags) {
  const random = numbers(1);
  let made = 0;
  let placed = 0;
  const count = (text) => {
    made += text.length;
    return text;
  };
  yield count(HEAD + (tags > 0 ? KEPT : ""));
  for (let number = 1; made < size - END.length; number++) {
    const isDue = placed < tags && made >= (size * (placed + 0.5)) / tags;
    const tagged = isDue ? TAGGED[placed++ % TAGGED.length] : "";
    yield count(section(number, tagged, random));
  }
  yield END;
}

export function page(size, tags) {
  return [...pieces(size, tags)].join("");
}

const HEAD = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Everything there is to read</title>
<link rel="stylesheet" href="/assets/site.css?v=42">
<style>body { margin: 0 auto; max-width: 60rem } .lead::after { content: "[more]" }</style>
<script>window.dataLayer = window.dataLayer || []; function gtag() { dataLayer.push(arguments); }</script>
</head>
<body class="home page">
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/about" title="Who we are">About</a></li></ul></nav></header>
<main>
`;

const KEPT = `<!-- a tag in a comment: ${TAG} -->
<script>const kept = "${TAG}";</script>
`;

const END = `</main>
<footer><p>The end.</p></footer>
</body>
</html>
`;

// Written as the runtime's HTMLRewriter writes a start tag it has changed, so that the outputs can be compared.
const TAGGED = [
  `<p>Your token is ${TAG}, and it is good for an hour.</p>\n`,
  `<p class="note" title="${TAG}">A note with a token beside it.</p>\n`,
  `<p>Between ${TAG} and <b>${"[not a tag]"}</b>, [one] has to choose.</p>\n`,
  `<div class="widget" data-token="${TAG}" data-kind="poll">A widget that wants a token.</div>\n`,
];

function section(number, tagged, random) {
  const id = `s${number}`;
  return [
    `<section id="${id}" class="story story-${number % 7}">\n`,
    `<h2><a href="/stories/${number}?from=home&amp;page=${number % 13}" class="permalink">${words(random, 5)}</a></h2>\n`,
    `<p class="lead">${words(random, 22)} <em>${words(random, 3)}</em> ${words(random, 14)}</p>\n`,
    `<p>${words(random, 30)} <a href="https://www.example.org/${id}#more" rel="nofollow">${words(random, 3)}</a> `,
    `${words(random, 25)} &mdash; <strong>${words(random, 2)}</strong> ${words(random, 18)}</p>\n`,
    tagged,
    `<figure><img src="/img/${id}.jpg" alt="${words(random, 4)}" width="640" height="360" loading="lazy">`,
    `<figcaption>${words(random, 8)}</figcaption></figure>\n`,
    `<ul class="tags">${list(random, number)}</ul>\n`,
    number % 4 === 0 ? table(random) : "",
    number % 9 === 0 ? form(id) : "",
    number % 12 === 0 ? script(id) : "",
    number % 10 === 0 ? `<!-- cached: ${id}, ${words(random, 3)} -->\n` : "",
    "</section>\n",
  ].join("");
}

function list(random, number) {
  return [1, 2, 3, 4].map((n) => `<li><a href="/t/${(number * n) % 97}">${words(random, 1)}</a></li>`).join("");
}

function table(random) {
  const row = () => `<tr><td>${words(random, 2)}</td><td class="number">${random(10000)}</td></tr>\n`;
  return `<table class="figures"><tbody>\n${row()}${row()}${row()}</tbody></table>\n`;
}

function form(id) {
  return `<form action="/site/Survey" method="post"><input type="hidden" name="story" value="${id}">\
<label>Your answer <input name="answer" placeholder="Yes or no"></label><button type="submit">Send</button></form>\n`;
}

function script(id) {
  return `<script>(function () { var list = [["${id}", 1]]; if (list[0][1] < 2 && list.length > 0) { \
gtag("event", "view", { story: list[0][0], at: Date.now() }); } })();</script>\n`;
}

const WORDS = `the of and a to in he have it that for they with as not on she at by this we you do but from or which one would all
will there say who make when can more if no man out other so what time up go about than into could state only new year some take
come these know see use get like then first any work now may such give over think most even find day also after way many must look
before great back through long where much should well people down own just because good each those feel seem how high too place
little world very still nation hand old life tell write become here show house both between need mean call develop under last right
move thing general school never same another begin while number part turn real leave might want point form off child few small
since against ask late home interest large person end open public follow during present without again hold govern around possible
head consider word program problem however lead system set order eye plan run keep face fact group play stand increase early
course change help line`.split(/\s+/);

function words(random, count) {
  const chosen = Array.from({ length: count }, () => WORDS[random(WORDS.length)]);
  return chosen.join(" ");
}

// A small linear congruential generator.
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
